//! The page of the local server, to make tokens and to read them.
//!
//! build.rs joins it from src/api/page/ into one file that loads nothing. The policy names its script
//! by hash, so a browser runs no other, and allows requests to this server only.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use sha2::{Digest, Sha256};

use super::app::App;

const HTML: &str = include_str!(concat!(env!("OUT_DIR"), "/page.html"));
/// Where the page states how the server authenticates its callers.
const STATE: &str = "{authentication}";

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let policy = format!(
        // The icon of the page is a data: URL, because a browser requests /favicon.ico otherwise.
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash_of(inside("<script>", "</script>")),
        hash_of(inside("<style>", "</style>")),
    );
    HeaderValue::from_str(&policy).expect("base64 and words are visible ASCII")
});

impl App {
    /// The same with the page as the answer to `GET /`.
    #[must_use]
    pub fn with_page(mut self) -> Self {
        let methods = self.config().map(|config| config.authenticator.methods());
        self.home = answer(methods.as_deref().unwrap_or("missing"));
        self
    }
}

fn answer(authentication: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(HTML.replacen(STATE, authentication, 1)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The text between the only two tags of a kind.
fn inside(start: &str, end: &str) -> &'static str {
    let inside = HTML.split_once(start).and_then(|(_, rest)| rest.split_once(end));
    inside.expect("the page has one style and one script").0
}

/// A source expression of CSP Level 3.
fn hash_of(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}
