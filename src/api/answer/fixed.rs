//! The responses that do not depend on the request, and the headers that all responses share.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::Serialize;

/// `GET /`, if the adapter has nothing better.
pub(in crate::api) fn home() -> Response<Bytes> {
    json(HOME.as_bytes())
}

const HOME: &str = concat!(
    r#"{"name":"agora-token-server","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","token":"POST /token","inspect":"POST /inspect","description":"GET /openapi.json","health":"GET /healthz"}"#
);

pub(in crate::api) fn healthz() -> Response<Bytes> {
    json(br#"{"status":"ok"}"#.as_slice())
}

pub(in crate::api) fn ready() -> Response<Bytes> {
    json(br#"{"status":"ready"}"#.as_slice())
}

pub(in crate::api) fn ping() -> Response<Bytes> {
    json(br#"{"message":"pong"}"#.as_slice())
}

/// `OpenAPI` 3.1 of every route, kept true by tests/it/openapi.rs, compressed by build.rs.
static OPENAPI: LazyLock<Bytes> = LazyLock::new(|| {
    const COMPRESSED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.deflate"));
    miniz_oxide::inflate::decompress_to_vec(COMPRESSED).expect("build.rs compressed it").into()
});

/// It changes with a release only, and holds nothing of the caller.
pub(in crate::api) fn openapi() -> Response<Bytes> {
    let mut response = json(OPENAPI.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}

/// A response that holds a token: no cache may keep it. The two older headers are those of
/// agora-token-service.
pub(in crate::api) fn private(body: &impl Serialize) -> Response<Bytes> {
    // Room for an answer with a token in it, so that it is not copied as it grows.
    let mut bytes = Vec::with_capacity(640);
    serde_json::to_writer(&mut bytes, body).expect("texts and numbers have a JSON form");
    let mut response = json(bytes);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::EXPIRES, HeaderValue::from_static("-1"));
    response
}

fn json(body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    // Room for every header of an answer, so that the map need not grow under them.
    response.headers_mut().reserve(12);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
