//! What a drop-in route is: its row of the route table, and what its fields and tokens pass through.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Response};
use serde::Serialize;

use super::encoded::{decoded, form_decoded};
use crate::api::answer::problem::Problem;
use crate::api::parse::context::ParseContext;
use crate::api::parse::fields::Fields;
use crate::api::request::Context;
use crate::grant::{Grant, IssuedToken};
use crate::json::Json;
use crate::request::{Format, TokenRequest};
use crate::time::Ttl;

/// A route of a replaced token server.
pub(in crate::api) struct Row {
    /// Its path. A segment that starts with `:` is a parameter.
    pub(in crate::api) pattern: &'static str,
    /// Where its fields are.
    pub(in crate::api) input: Input,
    /// From its fields to the tokens that it requests. `None` after a fault.
    pub(super) translate: fn(&mut Fields<'_>, &DropInContext<'_>) -> Option<Tokens<TokenRequest>>,
    /// From the issued tokens to the response that its clients expect.
    pub(in crate::api) respond: fn(&Issued) -> Response<Bytes>,
}

/// Where the fields of a request are.
#[derive(Clone, Copy)]
pub(in crate::api) struct Input {
    pub(in crate::api) methods: &'static [Method],
    /// The query parameters of a `GET`.
    query: &'static [&'static str],
    /// The names that match in any case.
    any_case: &'static [&'static str],
    get_has_body: bool,
}

impl Input {
    /// Path and query. A `HEAD` would issue a token without returning it.
    pub(super) const fn get(query: &'static [&'static str]) -> Self {
        const METHODS: &[Method] = &[Method::GET, Method::OPTIONS];
        Self { methods: METHODS, query, any_case: &[], get_has_body: false }
    }

    /// A JSON body.
    pub(super) const fn post() -> Self {
        const METHODS: &[Method] = &[Method::POST, Method::OPTIONS];
        Self { methods: METHODS, query: &[], any_case: &[], get_has_body: false }
    }

    /// A query, or a JSON body.
    pub(super) const fn get_or_post(query: &'static [&'static str]) -> Self {
        const METHODS: &[Method] = &[Method::GET, Method::POST, Method::OPTIONS];
        Self { methods: METHODS, query, any_case: &[], get_has_body: false }
    }

    /// The same with names that match in any case.
    pub(super) const fn in_any_case(self, names: &'static [&'static str]) -> Self {
        Self { any_case: names, ..self }
    }

    /// The same with a JSON body for `GET` too, on platforms that deliver one.
    pub(super) const fn with_body_of_get(self) -> Self {
        Self { get_has_body: true, ..self }
    }
}

/// One token or two.
pub(in crate::api) struct Tokens<T> {
    pub(super) first: T,
    pub(super) second: Option<T>,
}

impl<T> Tokens<T> {
    pub(super) fn one(first: T) -> Self {
        Self { first, second: None }
    }

    /// The same tokens after the next stage, in their order.
    pub(in crate::api) fn try_map<U, E>(
        self,
        mut stage: impl FnMut(T) -> Result<U, E>,
    ) -> Result<Tokens<U>, E> {
        let first = stage(self.first)?;
        Ok(Tokens { first, second: self.second.map(stage).transpose()? })
    }
}

/// What a drop-in request leaves to the configuration, the caller and the moment.
#[derive(Clone, Copy)]
pub(in crate::api) struct DropInContext<'a> {
    pub(in crate::api) parse: ParseContext<'a>,
    /// The lifetime of a token whose request has none.
    pub(in crate::api) default_ttl: Ttl,
    /// The format of RTC and RTM tokens.
    pub(in crate::api) format: Format,
    /// The time, for clients that send absolute ones, and what is drawn.
    pub(in crate::api) request: &'a Context,
}

/// Tokens for a response.
pub(in crate::api) struct Issued {
    pub(in crate::api) tokens: Tokens<(Grant, IssuedToken)>,
}

impl Issued {
    pub(super) fn token(&self) -> &str {
        &self.tokens.first.1.token
    }

    pub(super) fn second_token(&self) -> Option<&str> {
        self.tokens.second.as_ref().map(|(_, issued)| issued.token.as_str())
    }

    pub(super) fn request(&self) -> &TokenRequest {
        self.tokens.first.0.request()
    }

    pub(super) fn times(&self) -> Times {
        Times {
            expire_time: self.request().ttl.as_secs(),
            expires_at: self.tokens.first.1.expires_at.as_secs(),
        }
    }
}

/// When the tokens end: what every family's response has besides the members that its clients read.
///
/// Every client that Agora publishes ignores members that it does not know (`VideoUIKit`, the video
/// and RTM samples, the documentation's pages: untyped maps, `JSONObject`, `JsonUtility`, `Codable`
/// structs). The Windows sample searches for the text `"rtcToken":"`, so the body has no spaces.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Times {
    expire_time: u32,
    expires_at: u32,
}

impl Row {
    /// The fields of a request: the parameters in its path and its query, or its body.
    pub(in crate::api) fn fields<'a>(
        &self,
        method: &Method,
        parameters: impl Iterator<Item = (&'static str, &'a str)>,
        query: Option<&'a str>,
        body: &'a [u8],
    ) -> Result<Fields<'a>, Problem> {
        let posted = *method == Method::POST;
        let query = query.filter(|_| !posted);
        let mut entries: Vec<(Cow<'a, str>, Json<'a>)> = Vec::new();
        for (name, value) in parameters {
            entries.push((name.into(), Json::Text(decoded(name, value)?)));
        }
        for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded("query", name)?;
            let value = form_decoded(&name, value, self.input.query)?;
            entries.push((name, Json::Text(value)));
        }
        if posted || self.input.get_has_body && !body.is_empty() {
            entries.extend(Fields::entries_of(body)?);
        }
        for (key, _) in &mut entries {
            if let Some(name) = self.input.any_case.iter().find(|name| name.eq_ignore_ascii_case(key)) {
                *key = Cow::Borrowed(name);
            }
        }
        Fields::of_request(entries)
    }

    /// The tokens that a request is for. Fields that the route does not know are ignored.
    pub(in crate::api) fn requests(
        &self,
        mut fields: Fields<'_>,
        context: &DropInContext<'_>,
    ) -> Result<Tokens<TokenRequest>, Problem> {
        let requests = (self.translate)(&mut fields, context);
        fields.forget_rest();
        let faults = fields.finish();
        match requests {
            Some(requests) if faults.is_empty() => Ok(requests),
            Some(_) | None => Err(Problem::InvalidRequest(faults)),
        }
    }
}
