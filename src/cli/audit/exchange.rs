//! HTTP requests to the endpoint, bounded in time, size and number.

use std::time::Duration;

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use ureq::Agent;

use super::request::Target;

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BYTES: u64 = 1024 * 1024;
const MAX_REDIRECTS: usize = 5;

/// The response to one request.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// Why a request got no response.
pub(super) enum NoResponse {
    /// The endpoint redirects to another origin, which is not followed: the credential is not for it.
    OtherOrigin(String),
    /// The endpoint did not answer.
    Failed(String),
}

/// Makes the requests of one audit.
pub(super) struct Exchanges<'a> {
    target: &'a Target,
    count: usize,
}

impl<'a> Exchanges<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        Self { target, count: 0 }
    }

    /// The request as it was given.
    pub(super) fn target(&self) -> &'a Target {
        self.target
    }

    /// How many requests were made.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Sends the request. Follows redirects within the origin only.
    pub(super) fn send(&mut self, target: &Target) -> Result<Response, NoResponse> {
        let mut target = target.clone();
        for _ in 0..=MAX_REDIRECTS {
            self.count += 1;
            let response = send(&target)?;
            let Some(location) = location(&response) else { return Ok(response) };
            let next =
                resolve(&target.uri, &location).ok_or_else(|| NoResponse::OtherOrigin(location.clone()))?;
            if origin(&next) != origin(&target.uri) {
                return Err(NoResponse::OtherOrigin(origin_text(&next)));
            }
            // RFC 9110 §15.4: only 307 and 308 keep the method.
            let keeps =
                matches!(response.status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
            let (method, body) = if keeps { (target.method, target.body) } else { (Method::GET, None) };
            target = Target { method, body, uri: next, headers: target.headers };
        }
        Err(NoResponse::Failed("too many redirects".to_owned()))
    }
}

fn send(target: &Target) -> Result<Response, NoResponse> {
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build();
    let agent = Agent::new_with_config(config);
    let mut request = http::Request::builder().method(target.method.clone()).uri(target.uri.clone());
    for (name, value) in &target.headers {
        request = request.header(name, value);
    }
    let sent = match &target.body {
        Some(body) => {
            if !target.headers.iter().any(|(name, _)| name == CONTENT_TYPE) {
                request = request.header(CONTENT_TYPE, "application/json");
            }
            request.body(body.clone()).map(|request| agent.run(request))
        }
        None => request.body(()).map(|request| agent.run(request)),
    };
    let mut response =
        sent.map_err(|error| NoResponse::Failed(error.to_string()))?.map_err(|error| failed(&error))?;
    let bytes =
        response.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(|error| failed(&error))?;
    Ok(Response {
        status: response.status(),
        headers: response.headers().clone(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// Without ureq's own text, which may repeat parts of the request.
fn failed(error: &ureq::Error) -> NoResponse {
    NoResponse::Failed(match error {
        ureq::Error::Timeout(_) => format!("no response within {} s", TIMEOUT.as_secs()),
        ureq::Error::BodyExceedsLimit(_) => format!("the response exceeds {MAX_BYTES} bytes"),
        ureq::Error::HostNotFound => "the host was not found".to_owned(),
        _ => "the endpoint is unreachable; check the URL, and that the server runs".to_owned(),
    })
}

fn location(response: &Response) -> Option<String> {
    let redirects = response.status.is_redirection() && response.status != StatusCode::NOT_MODIFIED;
    let location = response.headers.get(LOCATION).filter(|_| redirects)?;
    location.to_str().ok().map(str::to_owned)
}

/// A redirect's target, if it is http or https.
fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let next: Uri = if location.starts_with("//") {
        format!("{}:{location}", base.scheme_str()?).parse().ok()?
    } else if location.starts_with('/') {
        format!("{}{location}", origin_text(base)).parse().ok()?
    } else if location.contains("://") {
        location.parse().ok()?
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{}{folder}/{location}", origin_text(base)).parse().ok()?
    };
    matches!(next.scheme_str(), Some("http" | "https")).then_some(next)
}

/// Scheme, host and port (RFC 6454 §4).
fn origin(uri: &Uri) -> (Option<String>, Option<String>, Option<u16>) {
    let port = uri.port_u16().or(match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    });
    (uri.scheme_str().map(str::to_owned), uri.host().map(str::to_ascii_lowercase), port)
}

fn origin_text(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| {
        let text = authority.as_str();
        text.rsplit_once('@').map_or(text, |(_, host)| host)
    });
    format!("{}://{authority}", uri.scheme_str().unwrap_or_default())
}
