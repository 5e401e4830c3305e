//! From a request whose sender is known to an answer with tokens in it.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use serde::Serialize;

use super::answer::inspect::Report;
use super::answer::problem::Problem;
use super::answer::token::Issued;
use super::dropin::{Answer, Defaults, Family};
use super::log::LogLine;
use super::parse;
use super::parse::token::ParseContext;
use super::route::Found;
use super::{Body, Context, json, json_body, whole};
use crate::auth::Caller;
use crate::config::{Config, Format};
use crate::grant::{Grant, IssuedToken};
use crate::inspect::{Client, Inspection};
use crate::request::TokenRequest;
use crate::time::Ttl;
use crate::token::Project;

/// A request whose sender is known.
pub(super) struct Issuance<'a> {
    pub(super) config: &'a Config,
    pub(super) caller: &'a Caller,
    pub(super) request: &'a Request<Body>,
    pub(super) context: &'a Context,
}

impl Issuance<'_> {
    pub(super) fn token(&self, log: &mut LogLine) -> Result<Response<Bytes>, Problem> {
        let asked = parse::token::parse(json_body(self.request)?, &self.asking())?;
        let project = self.project()?;
        let (grant, issued) = self.issue(asked, &project, log)?;
        Ok(private(&Issued::new(&grant, &issued, &project.app_id)))
    }

    pub(super) fn drop_in(
        &self,
        family: Family,
        found: &Found<'_>,
        log: &mut LogLine,
    ) -> Result<Response<Bytes>, Problem> {
        let ceiling = self.config.policy.ceiling(self.caller, self.context.now);
        let defaults = Defaults {
            asking: self.asking(),
            // Where nothing is allowed, the policy says so of the shortest.
            ttl: Ttl::from_secs(ceiling.clamp(1, self.config.default_ttl.as_secs())).unwrap_or(Ttl::HOUR),
            drawn_uid: self.context.drawn_uid,
            now: self.context.now,
            old: self.config.drop_in_version == Format::V006,
        };
        let body = whole(self.request)?;
        let query = self.request.uri().query();
        let fields = family.fields(self.request.method(), found.parameters(), query, body)?;
        let wanted = family.wanted(fields, &defaults)?;
        let project = self.project()?;
        let mut tokens = Vec::with_capacity(wanted.len());
        for (member, asked) in wanted {
            let (grant, issued) = self.issue(asked, &project, log)?;
            tokens.push((member, grant, issued));
        }
        Ok(private(&Answer::of(family, &tokens)))
    }

    /// Explains a token. Whoever may ask for tokens may have them explained.
    pub(super) fn inspect(&self) -> Result<Response<Bytes>, Problem> {
        let asked = parse::inspect::parse(json_body(self.request)?)?;
        let project = self.project()?;
        let client = Client::new(asked.channel.as_deref(), asked.uid.as_deref());
        let inspection = Inspection::new(&asked.token, &project, self.context.now, client);
        Ok(private(&Report::new(&inspection)))
    }

    fn issue(
        &self,
        asked: TokenRequest,
        project: &Project,
        log: &mut LogLine,
    ) -> Result<(Grant, IssuedToken), Problem> {
        let now = self.context.now;
        let grant = self.config.policy.grant(self.caller, asked, now).map_err(Problem::Forbidden)?;
        let issued = grant.issue(project, now, self.context.salt);
        log.issued(grant.request().spec.token_type().name());
        Ok((grant, issued))
    }

    fn project(&self) -> Result<Cow<'_, Project>, Problem> {
        self.config
            .project
            .current(self.context.now)
            .map_err(|error| Problem::Unavailable { cause: error.to_string() })
    }

    fn asking(&self) -> ParseContext<'_> {
        let identity = self.caller.identity.bound();
        ParseContext { empty_channel: self.config.policy.wildcard_channel, identity }
    }
}

/// An answer that holds a token: no cache may keep it. The two older headers are what the seeds
/// send.
fn private(body: &impl Serialize) -> Response<Bytes> {
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
