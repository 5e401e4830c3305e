//! Which path is what.

use http::Method;

use super::problem::Problem;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Healthz,
    Ping,
    Token,
    Home,
    /// A preflight, whatever the path.
    Options,
}

const GET: &[Method] = &[Method::GET, Method::HEAD, Method::OPTIONS];
const POST: &[Method] = &[Method::POST, Method::OPTIONS];

impl Route {
    pub(super) fn of(method: &Method, path: &str) -> Result<Self, Problem> {
        if *method == Method::OPTIONS {
            return Ok(Self::Options);
        }
        let trimmed = path.strip_suffix('/').unwrap_or(path);
        let (route, allowed) = match trimmed {
            "" => (Self::Home, GET),
            "/healthz" => (Self::Healthz, GET),
            "/ping" => (Self::Ping, GET),
            "/token" => (Self::Token, POST),
            _ => return Err(Problem::NotFound),
        };
        if allowed.contains(method) { Ok(route) } else { Err(Problem::MethodNotAllowed(allowed)) }
    }

    /// Its name in the log.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Healthz => "/healthz",
            Self::Ping => "/ping",
            Self::Token => "/token",
            Self::Home => "/",
            Self::Options => "preflight",
        }
    }
}
