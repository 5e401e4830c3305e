//! Which path is what: one table, read from the top.

use http::Method;

use super::answer::problem::Problem;
use super::dropin::{FAMILIES, Row};

/// What a path leads to.
#[derive(Clone, Copy)]
pub(super) enum Route {
    /// The same for every caller.
    Page(Page),
    Token,
    Inspect,
    /// A route of an existing token server.
    DropIn(&'static Row),
}

/// What everybody may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Home,
    Healthz,
    Ping,
    /// The description of all of this.
    OpenApi,
}

const GET: &[Method] = &[Method::GET, Method::HEAD, Method::OPTIONS];
const POST: &[Method] = &[Method::POST, Method::OPTIONS];

/// The routes of this server's own.
const OWN: &[(&str, &[Method], Route)] = &[
    ("/", GET, Route::Page(Page::Home)),
    ("/healthz", GET, Route::Page(Page::Healthz)),
    ("/ping", GET, Route::Page(Page::Ping)),
    ("/openapi.json", GET, Route::Page(Page::OpenApi)),
    ("/token", POST, Route::Token),
    ("/inspect", POST, Route::Inspect),
];

/// Every path, with and without a slash at its end. A segment that starts with `:` stands for any
/// text; it is the name of a parameter.
fn table() -> impl Iterator<Item = (&'static str, &'static [Method], Route)> {
    let drop_in = FAMILIES.into_iter().flatten();
    OWN.iter().copied().chain(drop_in.map(|row| (row.pattern, row.input.methods, Route::DropIn(row))))
}

/// Every path with the methods that it takes, for documentation and tests. A segment that starts
/// with `:` stands for any text.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static [Method])> {
    table().map(|(pattern, methods, _)| (pattern, methods))
}

/// Where a request goes.
#[derive(Clone, Copy)]
pub(super) enum Destination<'a> {
    /// A preflight, on any path.
    Preflight,
    /// A row of the table.
    Found(Found<'a>),
}

/// A path that was found in the table.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) route: Route,
    /// The path of the table, for the log.
    pattern: &'static str,
    pub(super) parameters: Parameters<'a>,
}

impl<'a> Destination<'a> {
    pub(super) fn find(method: &Method, path: &'a str) -> Result<Self, Problem> {
        if *method == Method::OPTIONS {
            return Ok(Self::Preflight);
        }
        let path = path.strip_suffix('/').unwrap_or(path);
        let (pattern, allowed, route) = table()
            .find(|(pattern, ..)| matches(pattern.strip_suffix('/').unwrap_or(pattern), path))
            .ok_or(Problem::NotFound)?;
        if !allowed.contains(method) {
            return Err(Problem::MethodNotAllowed(allowed));
        }
        Ok(Self::Found(Found { route, pattern, parameters: Parameters { pattern, path } }))
    }

    /// What the log calls it.
    pub(super) fn pattern(&self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Found(found) => found.pattern,
        }
    }
}

/// The parameters in a path.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a> {
    pattern: &'static str,
    /// The path of the request, without a slash at its end.
    path: &'a str,
}

impl<'a> Parameters<'a> {
    /// As they came.
    pub(super) fn iter(self) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.pattern
            .split('/')
            .zip(self.path.split('/'))
            .filter_map(|(name, value)| Some((name.strip_prefix(':')?, value)))
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    if !pattern.contains(':') {
        return pattern == path;
    }
    let mut segments = path.split('/');
    let alike = pattern.split('/').all(|expected| {
        segments.next().is_some_and(|segment| expected.starts_with(':') || expected == segment)
    });
    alike && segments.next().is_none()
}
