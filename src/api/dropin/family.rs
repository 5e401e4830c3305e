//! A drop-in route: its row of the route table, and the processing of its fields and tokens.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Response};
use serde::Serialize;

use super::encoded::{decoded, form_decoded};
use crate::api::answer::problem::Problem;
use crate::api::drawn::Drawn;
use crate::api::parse::context::ParseContext;
use crate::api::parse::fields::Fields;
use crate::api::request::Context;
use crate::grant::{Grant, IssuedToken};
use crate::json::Json;
use crate::request::{Channels, Format, TokenRequest};
use crate::time::Ttl;
use crate::token::AppId;

/// A route of a replaced token server.
pub(in crate::api) struct Row {
    /// Its path. A segment that starts with `:` is a parameter.
    pub(in crate::api) pattern: &'static str,
    /// Where its fields are.
    pub(in crate::api) input: Input,
    /// From its fields to the tokens that it requests. `None` after a fault.
    pub(super) translate: fn(&mut Fields<'_>, &DropInContext<'_>) -> Option<Requested>,
    /// From the issued tokens to the response that its clients expect.
    pub(in crate::api) respond: fn(&Issued<'_>) -> Response<Bytes>,
}

/// Where the fields of a request are.
#[derive(Clone, Copy)]
pub(in crate::api) struct Input {
    pub(in crate::api) methods: &'static [Method],
    /// The query parameters of a `GET`.
    query: &'static [&'static str],
    /// The names that match in any case.
    any_case: &'static [&'static str],
    /// The members of a body whose values are dropped, except for whether they are empty.
    secrets: &'static [&'static str],
    /// Whether a `GET` may have a JSON body.
    get_has_body: bool,
    /// Whether a `POST` may have a query, and no body.
    post_has_query: bool,
}

impl Input {
    const BARE: Self = Self {
        methods: &[],
        query: &[],
        any_case: &[],
        secrets: &[],
        get_has_body: false,
        post_has_query: false,
    };

    /// Path and query. A `HEAD` would issue a token without returning it.
    pub(super) const fn get(query: &'static [&'static str]) -> Self {
        const METHODS: &[Method] = &[Method::GET, Method::OPTIONS];
        Self { methods: METHODS, query, ..Self::BARE }
    }

    /// A JSON body.
    pub(super) const fn post() -> Self {
        const METHODS: &[Method] = &[Method::POST, Method::OPTIONS];
        Self { methods: METHODS, ..Self::BARE }
    }

    /// A query, or a JSON body.
    pub(super) const fn get_or_post(query: &'static [&'static str]) -> Self {
        const METHODS: &[Method] = &[Method::GET, Method::POST, Method::OPTIONS];
        Self { methods: METHODS, query, ..Self::BARE }
    }

    /// The same with names that match in any case.
    pub(super) const fn in_any_case(self, names: &'static [&'static str]) -> Self {
        Self { any_case: names, ..self }
    }

    /// The same with a JSON body for `GET` too, on platforms that deliver one.
    pub(super) const fn with_body_of_get(self) -> Self {
        Self { get_has_body: true, ..self }
    }

    /// The same with a query for `POST` too, and without a body if it is empty.
    pub(super) const fn with_query_of_post(self) -> Self {
        Self { post_has_query: true, ..self }
    }

    /// The same without the values of these members. Each becomes whether it is empty, before
    /// anything else is read, so that nothing can repeat it.
    pub(super) const fn without_values_of(self, members: &'static [&'static str]) -> Self {
        Self { secrets: members, ..self }
    }
}

/// One token or two.
pub(in crate::api) struct Tokens<T> {
    pub(super) first: T,
    pub(super) second: Option<T>,
}

impl<T> Tokens<T> {
    /// The same tokens after the next stage, in their order.
    pub(in crate::api) fn try_map<U, E>(
        self,
        mut stage: impl FnMut(T) -> Result<U, E>,
    ) -> Result<Tokens<U>, E> {
        let first = stage(self.first)?;
        Ok(Tokens { first, second: self.second.map(stage).transpose()? })
    }
}

/// The tokens that a request is for, and the project that it names.
pub(in crate::api) struct Requested {
    pub(in crate::api) tokens: Tokens<TokenRequest>,
    /// The App ID in the request.
    pub(in crate::api) app_id: Option<String>,
    pub(in crate::api) uid: Origin,
}

/// The source of a uid.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::api) enum Origin {
    /// From the request or the caller.
    Given,
    /// The server drew it.
    Drawn,
}

impl Requested {
    pub(super) fn one(first: TokenRequest) -> Self {
        Self { tokens: Tokens { first, second: None }, app_id: None, uid: Origin::Given }
    }

    pub(super) fn two(first: TokenRequest, second: TokenRequest) -> Self {
        Self { tokens: Tokens { first, second: Some(second) }, app_id: None, uid: Origin::Given }
    }

    pub(super) fn with_uid(self, uid: Origin) -> Self {
        Self { uid, ..self }
    }

    pub(super) fn of_project(self, app_id: Option<String>) -> Self {
        Self { app_id, ..self }
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
    /// The current time, for clients that send absolute times, and drawn values.
    pub(in crate::api) request: &'a Context,
}

impl DropInContext<'_> {
    /// The same for a response that carries the uid.
    pub(super) fn with_uid_in_response(self) -> Self {
        Self { parse: self.parse.with_uid_in_response(), ..self }
    }
}

/// Tokens for a response.
pub(in crate::api) struct Issued<'a> {
    pub(in crate::api) tokens: Tokens<(Grant, IssuedToken)>,
    pub(in crate::api) app_id: AppId,
    pub(in crate::api) context: &'a Context,
}

impl Issued<'_> {
    pub(super) fn token(&self) -> &str {
        &self.tokens.first.1.token
    }

    pub(super) fn second_token(&self) -> Option<&str> {
        self.tokens.second.as_ref().map(|(_, issued)| issued.token.as_str())
    }

    pub(super) fn request(&self) -> &TokenRequest {
        self.tokens.first.0.request()
    }

    /// The user's uid or user ID as text.
    pub(in crate::api) fn uid(&self) -> String {
        let scope = self.request().spec.scope();
        let user = scope.users().next();
        user.map_or_else(String::new, |(_, user)| user.to_string())
    }

    pub(super) fn channel(&self) -> &str {
        match self.request().spec.scope().channels {
            Channels::One(_, name) => name,
            Channels::None | Channels::Permitted(_) => "",
        }
    }

    pub(super) fn drawn(&self) -> Drawn {
        Drawn::new(self.context.seed)
    }

    pub(super) fn times(&self) -> Times {
        Times {
            expire_time: self.request().ttl.as_secs(),
            expires_at: self.tokens.first.1.expires_at.as_secs(),
        }
    }
}

/// When the tokens expire: what every family's response has besides the members that its clients read.
///
/// Every client that Agora publishes ignores unknown members (`VideoUIKit`, the video
/// and RTM samples, the documentation's pages: untyped maps, `JSONObject`, `JsonUtility`, `Codable`
/// structs). The Windows sample searches for the text `"rtcToken":"`, so the body has no spaces.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Times {
    expire_time: u32,
    pub(super) expires_at: u32,
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
        let query = query.filter(|_| !posted || self.input.post_has_query);
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
        let has_body = if posted {
            !self.input.post_has_query || !body.is_empty()
        } else {
            self.input.get_has_body && !body.is_empty()
        };
        if has_body {
            entries.extend(Fields::entries_of(body)?);
        }
        for (key, value) in &mut entries {
            if self.input.secrets.contains(&key.as_ref()) {
                *value = Json::Bool(!is_empty(value));
            }
        }
        for (key, _) in &mut entries {
            if let Some(name) = self.input.any_case.iter().find(|name| name.eq_ignore_ascii_case(key)) {
                *key = Cow::Borrowed(name);
            }
        }
        Fields::of_request(entries)
    }

    /// Whether a request holds a secret that it should not.
    pub(in crate::api) fn holds_secret(&self, fields: &Fields<'_>) -> bool {
        self.input.secrets.iter().any(|name| fields.get(name) == Some(&Json::Bool(true)))
    }

    /// The tokens that a request is for. Unknown fields are ignored.
    pub(in crate::api) fn requests(
        &self,
        mut fields: Fields<'_>,
        context: &DropInContext<'_>,
    ) -> Result<Requested, Problem> {
        let requests = (self.translate)(&mut fields, context);
        fields.forget_rest();
        let faults = fields.finish();
        match requests {
            Some(requests) if faults.is_empty() => Ok(requests),
            Some(_) | None => Err(Problem::InvalidRequest(faults)),
        }
    }
}

fn is_empty(value: &Json<'_>) -> bool {
    match value {
        Json::Null => true,
        Json::Text(text) => text.is_empty(),
        _ => false,
    }
}
