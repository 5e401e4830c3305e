//! The page of the local server, to make tokens and to read them.
//!
//! One file with its own style and script, which load nothing. A browser runs that script alone,
//! because the policy names it by its hash, and lets it talk to this server alone.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use sha2::{Digest, Sha256};

const HTML: &str = include_str!("page.html");

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        // The icon of the page is a data: URL, because a browser asks for /favicon.ico otherwise.
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash_of(inside("<script>", "</script>")),
        hash_of(inside("<style>", "</style>")),
    );
    HeaderValue::from_str(&policy).expect("base64 and words are visible ASCII")
});

/// The answer to `GET /`.
#[must_use]
pub fn answer() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(HTML.as_bytes()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What stands between the only two tags of a kind.
fn inside(start: &str, end: &str) -> &'static str {
    let inside = HTML.split_once(start).and_then(|(_, rest)| rest.split_once(end));
    inside.expect("the page has one style and one script").0
}

/// A source expression of CSP Level 3. Browsers hash the text with LF, git on Windows writes CRLF.
fn hash_of(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.replace("\r\n", "\n"))))
}
