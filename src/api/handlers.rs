//! From an authenticated request to a response with tokens in it.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Request, Response};

use super::answer::fixed::private;
use super::answer::inspect::Report;
use super::answer::problem::Problem;
use super::answer::token;
use super::dropin::{DropInContext, Issued, Origin, Row};
use super::log::LogLine;
use super::parse;
use super::parse::context::{ParseContext, Placeholders};
use super::request::{Body, Context, Received};
use super::route::Parameters;
use crate::auth::{Caller, Identity};
use crate::config::Config;
use crate::grant::{Grant, IssuedToken};
use crate::inspect::{Inspection, token_hash};
use crate::policy::Denied;
use crate::request::TokenRequest;
use crate::time::Ttl;
use crate::token::Project;

/// The warning in the log if a request holds an App Certificate.
const CERTIFICATE_SENT: &str = "the client sends an App Certificate, with which every token can be made; remove it \
                                from the client and replace it in the Agora Console";

/// What answers a request on a route that requires a caller.
#[derive(Clone, Copy)]
pub(super) enum Handler<'a> {
    Token,
    Inspect,
    DropIn(&'static Row, Parameters<'a>),
}

/// A request whose caller is authenticated.
pub(super) struct Authenticated<'a> {
    pub(super) config: &'a Config,
    pub(super) caller: &'a Caller,
    pub(super) request: &'a Request<Body>,
    pub(super) body: Received<'a>,
    pub(super) context: &'a Context,
}

impl Authenticated<'_> {
    pub(super) fn handle(&self, handler: Handler<'_>, log: &mut LogLine) -> Result<Response<Bytes>, Problem> {
        match handler {
            Handler::Token => self.token(log),
            Handler::Inspect => self.inspect(),
            Handler::DropIn(row, parameters) => self.drop_in(row, parameters, log),
        }
    }

    fn token(&self, log: &mut LogLine) -> Result<Response<Bytes>, Problem> {
        let body = self.body.json(self.request.headers())?;
        let request =
            parse::token::parse(body, &self.parse_context(Placeholders::Names).with_uid_in_response())?;
        let project = self.project()?;
        let (grant, issued) = self.issue(request, &project, log)?;
        Ok(private(&token::Issued::new(&grant, &issued, &project.app_id())))
    }

    fn drop_in(
        &self,
        row: &Row,
        parameters: Parameters<'_>,
        log: &mut LogLine,
    ) -> Result<Response<Bytes>, Problem> {
        let ceiling = self.config.policy.ceiling(self.caller, self.context.now);
        let ttl = ceiling.clamp(1, self.config.default_ttl.as_secs());
        let context = DropInContext {
            parse: self.parse_context(Placeholders::Refused),
            // If no lifetime is allowed, the policy refuses the shortest.
            default_ttl: Ttl::from_secs(ttl).unwrap_or(Ttl::HOUR),
            format: self.config.drop_in_version,
            request: self.context,
        };
        let body = self.body.whole()?;
        let query = self.request.uri().query();
        let fields = row.fields(self.request.method(), parameters.iter(), query, body)?;
        if row.holds_secret(&fields) {
            log.warn(&[CERTIFICATE_SENT.to_owned()]);
        }
        let requested = row.requests(fields, &context)?;
        let project = self.project()?;
        let app_id = project.app_id();
        if requested.app_id.is_some_and(|named| named != app_id.as_str()) {
            return Err(Problem::Forbidden(Denied::Project));
        }
        let tokens = requested.tokens.try_map(|request| self.issue(request, &project, log))?;
        let issued = Issued { tokens, app_id, context: self.context };
        if requested.uid == Origin::Drawn {
            log.chose(issued.uid());
        }
        Ok((row.respond)(&issued))
    }

    /// Explains a token. Every caller that may request tokens may have them explained.
    fn inspect(&self) -> Result<Response<Bytes>, Problem> {
        let request = parse::inspect::parse(self.body.json(self.request.headers())?)?;
        let project = self.project()?;
        let at = request.at.unwrap_or(self.context.now);
        let inspection = Inspection::new(&request.token, &project, at, request.client())
            .map_err(|several| parse::inspect::several(&several))?;
        Ok(private(&Report::new(&inspection)))
    }

    fn issue(
        &self,
        request: TokenRequest,
        project: &Project,
        log: &mut LogLine,
    ) -> Result<(Grant, IssuedToken), Problem> {
        let now = self.context.now;
        let grant = self.config.policy.grant(self.caller, request, now).map_err(Problem::Forbidden)?;
        let issued = grant.issue(project, now, self.context.salt);
        let scope = grant.request().spec.scope();
        log.issued(scope.kind.name(), token_hash(&issued.token));
        // The log names the subject; only the token holds the integer derived from it.
        if let Identity::Derived { uid, .. } = self.caller.identity
            && scope.users().any(|(_, user)| user.is(&uid.to_string()))
        {
            log.chose(uid.to_string());
        }
        Ok((grant, issued))
    }

    fn project(&self) -> Result<Cow<'_, Project>, Problem> {
        self.config
            .project
            .current(self.context.now)
            .map_err(|error| Problem::Unavailable { cause: error.to_string() })
    }

    fn parse_context(&self, placeholders: Placeholders) -> ParseContext<'_> {
        ParseContext::new(&self.config.policy, self.caller, placeholders)
    }
}
