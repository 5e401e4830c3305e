//! The one handler: from a request to an answer and a line for the log.
//!
//! It knows `http`'s types and no platform. An adapter gives it the request, read no further than
//! [`MAX_BODY_BYTES`], and a [`Context`] with everything that is not in the request.

mod admission;
pub mod answer;
mod cors;
mod dropin;
mod issuance;
mod log;
#[cfg(feature = "native")]
pub mod page;
mod parse;
mod route;
mod visit;

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};

pub use self::answer::problem::{FieldFault, Problem};
pub use self::log::LogLine;
pub use self::route::routes;
pub use self::visit::Visit;

use self::admission::Admission;
use self::cors::Page;
use self::issuance::Issuance;
use self::parse::token::ParseContext;
use self::route::{Found, Route};
use crate::auth::{AuthError, Caller};
use crate::config::{AllowOrigin, Config, ConfigError, Notice};
use crate::policy::Denied;
use crate::request::TokenRequest;
use crate::time::UnixTime;

/// The most that is read of a body. The largest legal one holds Signaling permissions; a token for
/// `POST /inspect` is smaller.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The headers that are read of a request; besides them the one that `JWT_HEADER` names, and on the
/// local server `X-Forwarded-For`. For an adapter to which each one costs.
pub static HEADERS_READ: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
    header::ORIGIN,
    header::CONTENT_ENCODING,
];

/// The header that names the request in its answer.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's body, as far as it was read.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// It is above [`MAX_BODY_BYTES`], by its declared length or by what came.
    TooLarge,
    /// It ended before its declared length, or the connection did.
    CutOff,
}

impl Body {
    /// A body that was read whole may be too large as well, where the platform reads it first.
    fn is_too_large(&self) -> bool {
        match self {
            Self::Whole(body) => body.len() > MAX_BODY_BYTES,
            Self::TooLarge => true,
            Self::CutOff => false,
        }
    }
}

/// What a request does not say by itself.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time of the request, the only one that it knows.
    pub now: UnixTime,
    /// Random: the token's salt.
    pub salt: u32,
    /// Random: the uid of a caller who leaves it to the server.
    pub drawn_uid: NonZeroU32,
    /// The platform's name of the request, or a random one.
    pub request_id: String,
    /// The address that the request came from, as the platform knows it.
    pub peer: Option<IpAddr>,
}

/// An answer and what the log says of it.
pub struct Answer {
    /// The answer.
    pub response: Response<Bytes>,
    /// For the log; its time is still to be taken.
    pub log: LogLine,
}

/// Without the body, which may hold a token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.response.status())
            .field("headers", self.response.headers())
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

/// A request, where it leads to, and which page it comes from.
struct Arrival<'a> {
    request: &'a Request<Body>,
    context: &'a Context,
    found: Result<Found<'a>, Problem>,
    page: Page<'a>,
}

/// The handler and its configuration.
#[derive(Debug)]
pub struct App {
    config: Result<Config, ConfigError>,
    home: fn() -> Response<Bytes>,
}

impl App {
    /// With a faulty configuration it still answers: 503 wherever it would be needed, and the log
    /// names the variables.
    #[must_use]
    pub fn new(config: Result<Config, ConfigError>) -> Self {
        Self { config, home }
    }

    /// The same with another answer to `GET /`.
    #[must_use]
    pub fn with_home(self, home: fn() -> Response<Bytes>) -> Self {
        Self { home, ..self }
    }

    /// [`Self::new`] where a server starts: says in the log what its operator should know.
    #[must_use]
    pub fn starting(
        config: Result<(Config, Vec<Notice>), ConfigError>,
        now: UnixTime,
        print: impl Fn(String),
    ) -> Self {
        match config {
            Ok((config, notices)) => {
                for notice in notices {
                    print(log::note("warn", now, &notice.to_string()));
                }
                Self::new(Ok(config))
            }
            Err(error) => {
                for fault in &error.0 {
                    print(log::note("error", now, &fault.to_string()));
                }
                Self::new(Err(error))
            }
        }
    }

    /// How many requests a caller may make in a minute, where a server counts them itself.
    #[must_use]
    pub fn rate_limit(&self) -> Option<NonZeroU32> {
        self.config.as_ref().ok()?.rate_limit
    }

    /// Takes a request in; see [`Visit`] for how to take it along.
    #[must_use]
    pub fn begin<'a>(&'a self, request: &'a Request<Body>, context: &'a Context) -> Visit<'a> {
        let found = Found::of(request.method(), request.uri().path());
        let page = Page::of(request.headers(), self.allow_origin());
        // Who sends it does not matter where it is refused before.
        let guarded = found.as_ref().is_ok_and(|found| found.route.is_guarded())
            && !matches!(page, Page::Foreign)
            && !request.body().is_too_large();
        let guarded_by = self.config.as_ref().ok().filter(|_| guarded);
        Visit::new(self, Arrival { request, context, found, page }, guarded_by)
    }

    /// Answers one request with what is at hand: nothing is fetched and nothing counted.
    #[must_use]
    pub fn respond(&self, request: &Request<Body>, context: &Context) -> Answer {
        self.begin(request, context).answer()
    }

    fn conclude(&self, arrival: Arrival<'_>, admission: Option<Admission>) -> Answer {
        let Arrival { request, context, found, page } = arrival;
        let name = found.as_ref().map_or("none", |found| found.pattern);
        let mut log = LogLine::new(context.now, &context.request_id, request.method(), name);
        let answer =
            found.and_then(|found| self.answer(&found, request, &page, context, admission, &mut log));
        let mut response = answer.unwrap_or_else(|problem| {
            log.failed(&problem);
            problem.response(&context.request_id)
        });
        log.answered(response.status());
        page.mark(&mut response);
        let headers = response.headers_mut();
        if let Ok(request_id) = HeaderValue::from_str(&context.request_id) {
            headers.insert(X_REQUEST_ID, request_id);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if request.method() == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        Answer { response, log }
    }

    fn answer(
        &self,
        found: &Found<'_>,
        request: &Request<Body>,
        page: &Page<'_>,
        context: &Context,
        admission: Option<Admission>,
        log: &mut LogLine,
    ) -> Result<Response<Bytes>, Problem> {
        if found.route == Route::Options {
            return Ok(cors::preflight());
        }
        if request.body().is_too_large() {
            return Err(Problem::PayloadTooLarge);
        }
        if matches!(page, Page::Foreign) {
            return Err(Problem::Forbidden(Denied::Origin));
        }
        match found.route {
            Route::Options => Ok(cors::preflight()),
            Route::Healthz => Ok(json(br#"{"status":"ok"}"#.as_slice())),
            Route::Ping => Ok(json(br#"{"message":"pong"}"#.as_slice())),
            Route::Home => Ok((self.home)()),
            Route::OpenApi => Ok(description()),
            Route::Token | Route::Inspect | Route::DropIn(_) => {
                let config = self.config()?;
                let caller = &admit(admission)?;
                log.called_by(caller.name.clone());
                let issuance = Issuance { config, caller, request, context };
                match found.route {
                    Route::DropIn(family) => issuance.drop_in(family, found, log),
                    Route::Inspect => issuance.inspect(),
                    _ => issuance.token(log),
                }
            }
        }
    }

    fn config(&self) -> Result<&Config, Problem> {
        self.config.as_ref().map_err(|error| Problem::Unavailable { cause: error.to_string() })
    }

    fn allow_origin(&self) -> &AllowOrigin {
        self.config.as_ref().map_or(&AllowOrigin::Any, |config| &config.allow_origin)
    }
}

/// The request that the body of `POST /token` is, for whoever mints tokens without a caller.
///
/// # Errors
/// Everything that is wrong with it.
pub fn token_request(body: &[u8]) -> Result<TokenRequest, Problem> {
    parse::token::parse(body, &ParseContext { empty_channel: true, identity: None })
}

/// What `GET /` says where the adapter has nothing better.
fn home() -> Response<Bytes> {
    json(HOME.as_bytes())
}

const HOME: &str = concat!(
    r#"{"name":"agora-token-server","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","token":"POST /token","inspect":"POST /inspect","description":"GET /openapi.json","health":"GET /healthz"}"#
);

/// `OpenAPI` 3.1 of every route, kept true by tests/it/openapi.rs.
const OPENAPI: &str = include_str!("api/openapi.json");

/// It changes with a release only, and holds nothing of the caller.
fn description() -> Response<Bytes> {
    let mut response = json(OPENAPI.as_bytes());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

fn json(body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    // Room for every header of an answer, so that the map need not grow under them.
    response.headers_mut().reserve(12);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn admit(admission: Option<Admission>) -> Result<Caller, Problem> {
    let Some(Admission { caller, retry_after }) = admission else {
        return Err(Problem::Internal { cause: "nobody asked who sends the request".to_owned() });
    };
    if let Some(retry_after) = retry_after {
        return Err(Problem::TooManyRequests { retry_after });
    }
    caller.map_err(|error| match error {
        AuthError::Refused(cause) => Problem::Unauthorized { cause: cause.to_string() },
        AuthError::Unavailable(cause) => Problem::Unavailable { cause: cause.to_string() },
    })
}

/// The body of a request that must be JSON.
fn json_body(request: &Request<Body>) -> Result<&[u8], Problem> {
    match request.headers().get(header::CONTENT_TYPE) {
        Some(declared) if !is_json(declared) => Err(Problem::UnsupportedMediaType),
        // Nothing here decompresses, so that a small body cannot become a large one.
        _ if is_encoded(request.headers()) => Err(Problem::UnsupportedEncoding),
        _ => whole(request),
    }
}

fn whole(request: &Request<Body>) -> Result<&[u8], Problem> {
    match request.body() {
        Body::Whole(body) => Ok(body),
        Body::TooLarge => Err(Problem::PayloadTooLarge),
        Body::CutOff => Err(Problem::MalformedJson("it was cut off".to_owned())),
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_json(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let suffix = subtype.as_bytes().last_chunk::<5>();
    kind.eq_ignore_ascii_case("application")
        && (subtype.eq_ignore_ascii_case("json")
            || suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(b"+json")))
}
