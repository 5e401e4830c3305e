//! The HTTP client of the local server and Lambda.

use bytes::Bytes;
use ureq::Agent;
use ureq::http::StatusCode;

use crate::fetch::{Fetch, FetchError};

/// Fetches on a separate thread. A fetch is due once in minutes, and an asynchronous client would be
/// larger than the rest of the server.
pub(crate) async fn fetch(fetch: &Fetch) -> Result<Bytes, FetchError> {
    let fetch = fetch.clone();
    tokio::task::spawn_blocking(move || get(&fetch)).await.unwrap_or(Err(FetchError::Unreachable))
}

/// Fetches and blocks until the response is complete.
pub(crate) fn get(fetch: &Fetch) -> Result<Bytes, FetchError> {
    let mut config = Agent::config_builder()
        .timeout_global(Some(fetch.timeout))
        .max_redirects(0)
        .http_status_as_error(false);
    if fetch.url.starts_with("http:") {
        // Plain HTTP reaches this machine only, without a proxy.
        config = config.proxy(None);
    }
    let mut request = config.build().new_agent().get(&fetch.url);
    if let Some((name, value)) = &fetch.header {
        request = request.header(*name, value);
    }
    let mut response = request.call().map_err(|error| cause(&error))?;
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let limit = u64::try_from(fetch.max_bytes).unwrap_or(u64::MAX);
    let body = response.body_mut().with_config().limit(limit).read_to_vec();
    body.map(Bytes::from).map_err(|error| cause(&error))
}

fn cause(error: &ureq::Error) -> FetchError {
    match error {
        ureq::Error::Timeout(_) => FetchError::TimedOut,
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge,
        _ => FetchError::Unreachable,
    }
}
