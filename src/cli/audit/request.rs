//! The request of a client, and variations of it.

use http::{HeaderName, HeaderValue, Method, Uri};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

/// A request as a client makes it.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Option<String>,
}

/// What a request carries by name: the members of its JSON body, or its query parameters.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Body,
    Query,
}

impl Target {
    pub(super) fn parse(
        url: &str,
        method: Option<&str>,
        headers: &[String],
        body: Option<&str>,
    ) -> Result<Self, String> {
        let expected_url = || "URL: expected http://… or https://…".to_owned();
        let uri: Uri = url.parse().map_err(|_| expected_url())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(expected_url());
        }
        let method = match method {
            Some(text) => text
                .to_ascii_uppercase()
                .parse()
                .map_err(|_| format!("--method: expected GET or POST, got {text:?}"))?,
            None if body.is_some() => Method::POST,
            None => Method::GET,
        };
        if let Some(text) = body {
            if method == Method::GET {
                return Err("--body: a GET request has no body; expected --method POST".to_owned());
            }
            serde_json::from_str::<Value>(text)
                .map_err(|error| format!("--body: expected JSON, got {error}"))?;
        }
        let headers = headers.iter().map(|text| header(text)).collect::<Result<_, _>>()?;
        Ok(Self { method, uri, headers, body: body.map(str::to_owned) })
    }

    /// Whether it carries a credential.
    pub(super) fn has_credential(&self) -> bool {
        self.headers.iter().any(|(name, _)| is_credential(name))
    }

    /// The same request without its credentials.
    pub(super) fn without_credential(&self) -> Self {
        let headers = self.headers.iter().filter(|(name, _)| !is_credential(name)).cloned().collect();
        Self { headers, ..self.clone() }
    }

    /// The value of the first of `names` that the request carries.
    pub(super) fn value(&self, names: &[&str]) -> Option<String> {
        let (_, fields) = self.fields();
        names.iter().find_map(|name| match fields.get(*name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        })
    }

    /// The first of `names` that the request carries.
    pub(super) fn name<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        let (_, fields) = self.fields();
        names.iter().find(|name| fields.contains_key(**name)).copied()
    }

    /// The same request with another value of a field, or without the field.
    pub(super) fn with(&self, name: &str, value: Option<Value>) -> Self {
        let (place, mut fields) = self.fields();
        match value {
            Some(value) => fields.insert(name.to_owned(), value),
            None => fields.remove(name),
        };
        match place {
            Place::Body => Self { body: Some(Value::Object(fields).to_string()), ..self.clone() },
            Place::Query => self.with_query(&fields),
        }
    }

    /// The same request with nothing in it that an endpoint could use.
    pub(super) fn emptied(&self) -> Self {
        match self.fields().0 {
            Place::Body => Self { body: Some("{}".to_owned()), ..self.clone() },
            Place::Query => self.with_query(&Map::new()),
        }
    }

    fn fields(&self) -> (Place, Map<String, Value>) {
        let body = self.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        if let Some(Value::Object(fields)) = body {
            return (Place::Body, fields);
        }
        let decode =
            |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = self.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let fields = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), Value::String(decode(value)))
        });
        (Place::Query, fields.collect())
    }

    fn with_query(&self, fields: &Map<String, Value>) -> Self {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs = fields.iter().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{}={}", encode(name), encode(&text))
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        let path = self.uri.path();
        let path_and_query = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = path_and_query.parse().ok();
        Uri::from_parts(parts).map_or_else(|_| self.clone(), |uri| Self { uri, ..self.clone() })
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    // The value may be a credential, so no message repeats it.
    let (name, value) = text.split_once(':').ok_or("--header: expected Name: value")?;
    let name = name.trim().parse().map_err(|_| "--header: expected Name: value".to_owned())?;
    let mut value =
        HeaderValue::from_str(value.trim()).map_err(|_| format!("--header {name}: invalid value"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// Every header but those that describe the request: which one an endpoint authenticates by is unknown.
fn is_credential(name: &HeaderName) -> bool {
    !matches!(
        name.as_str(),
        "accept"
            | "accept-language"
            | "content-type"
            | "origin"
            | "referer"
            | "user-agent"
            | "x-requested-with"
    )
}
