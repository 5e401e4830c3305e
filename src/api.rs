//! The one handler: from a request to an answer and a line for the log.
//!
//! It knows `http`'s types and no platform. An adapter gives it the request, read no further than
//! [`MAX_BODY_BYTES`], and a [`Context`] with everything that is not in the request.

mod cors;
mod fields;
mod issued;
mod json;
mod log;
mod problem;
mod route;
mod token_body;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};

pub use self::log::LogLine;
pub use self::problem::{FieldFault, Problem};

use self::cors::Page;
use self::issued::Issued;
use self::route::Route;
use self::token_body::Asking;
use crate::config::{AllowOrigin, Config, ConfigError, Notice};
use crate::policy::Denied;
use crate::time::UnixTime;

/// The most that is read of a body. The largest legal one holds Signaling permissions; a token for
/// `POST /inspect` is smaller.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

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

/// What a request does not say by itself.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time of the request, the only one that it knows.
    pub now: UnixTime,
    /// Random: the token's salt.
    pub salt: u32,
    /// The platform's name of the request, or a random one.
    pub request_id: String,
}

/// An answer and what the log says of it.
#[derive(Debug)]
pub struct Answer {
    /// The answer.
    pub response: Response<Bytes>,
    /// For the log; its time is still to be taken.
    pub log: LogLine,
}

/// The handler and its configuration.
#[derive(Debug)]
pub struct App {
    config: Result<Config, ConfigError>,
}

impl App {
    /// With a faulty configuration it still answers: 503 wherever it would be needed, and the log
    /// names the variables.
    #[must_use]
    pub fn new(config: Result<Config, ConfigError>) -> Self {
        Self { config }
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

    /// Answers one request.
    #[must_use]
    pub fn respond(&self, request: &Request<Body>, context: &Context) -> Answer {
        let route = Route::of(request.method(), request.uri().path());
        let name = route.as_ref().map_or("none", |route| route.name());
        let mut log = LogLine::new(context.now, &context.request_id, request.method(), name);
        let page = Page::of(request.headers(), self.allow_origin());
        let answer = route.and_then(|route| self.answer(route, request, &page, context, &mut log));
        let mut response = answer.unwrap_or_else(|problem| {
            log.failed(&problem);
            problem.response(&context.request_id)
        });
        log.answered(response.status());
        page.mark(&mut response);
        let headers = response.headers_mut();
        if let Ok(request_id) = HeaderValue::from_str(&context.request_id) {
            headers.insert("x-request-id", request_id);
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
        route: Route,
        request: &Request<Body>,
        page: &Page<'_>,
        context: &Context,
        log: &mut LogLine,
    ) -> Result<Response<Bytes>, Problem> {
        if route == Route::Options {
            return Ok(cors::preflight());
        }
        if matches!(request.body(), Body::TooLarge) {
            return Err(Problem::PayloadTooLarge);
        }
        if matches!(page, Page::Foreign) {
            return Err(Problem::Forbidden(Denied::Origin));
        }
        match route {
            Route::Options => Ok(cors::preflight()),
            Route::Healthz => Ok(json(br#"{"status":"ok"}"#.as_slice())),
            Route::Ping => Ok(json(br#"{"message":"pong"}"#.as_slice())),
            Route::Home => Ok(json(HOME.as_bytes())),
            Route::Token => self.token(request, context, log),
        }
    }

    fn token(
        &self,
        request: &Request<Body>,
        context: &Context,
        log: &mut LogLine,
    ) -> Result<Response<Bytes>, Problem> {
        let config =
            self.config.as_ref().map_err(|error| Problem::Unavailable { cause: error.to_string() })?;
        let asking = Asking { empty_channel: config.policy.wildcard_channel, identity: None };
        let asked = token_body::parse(json_body(request)?, &asking)?;
        let grant = config.policy.grant(asked).map_err(Problem::Forbidden)?;
        let issued = grant.issue(&config.project, context.now, context.salt);
        log.issued(grant.request().ask.token_type().name());
        let body = serde_json::to_vec(&Issued::new(&grant, &issued, &config.project.app_id))
            .expect("texts and numbers have a JSON form");
        let mut response = json(body);
        private(&mut response);
        Ok(response)
    }

    fn allow_origin(&self) -> &AllowOrigin {
        self.config.as_ref().map_or(&AllowOrigin::Any, |config| &config.allow_origin)
    }
}

/// What `GET /` says on Lambda and Workers.
const HOME: &str = concat!(
    r#"{"name":"agora-token-server","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","token":"POST /token","health":"GET /healthz"}"#
);

fn json(body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// No cache may keep what holds a token. The two older headers are what the seeds send.
fn private(response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("-1"));
}

/// The body of a request that must be JSON.
fn json_body(request: &Request<Body>) -> Result<&[u8], Problem> {
    if let Some(declared) = request.headers().get(header::CONTENT_TYPE)
        && !is_json(declared)
    {
        return Err(Problem::UnsupportedMediaType);
    }
    match request.body() {
        Body::Whole(body) => Ok(body),
        Body::TooLarge => Err(Problem::PayloadTooLarge),
        Body::CutOff => Err(Problem::MalformedJson("it was cut off".to_owned())),
    }
}

fn is_json(content_type: &HeaderValue) -> bool {
    let Ok(text) = content_type.to_str() else { return false };
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}
