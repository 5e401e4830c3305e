//! Which path is what: one table, read from the top.

use http::Method;

use super::answer::problem::Problem;
use super::dropin::{FAMILIES, Row};

/// What a path leads to.
#[derive(Clone, Copy)]
pub(super) enum Route {
    /// The same for every caller.
    Page(Page),
    /// Whether everything is there that a token needs.
    Ready,
    Token,
    Inspect,
    /// A route of an existing token server.
    DropIn(&'static Row),
}

/// What every client may read.
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
    ("/readyz", GET, Route::Ready),
    ("/ping", GET, Route::Page(Page::Ping)),
    ("/openapi.json", GET, Route::Page(Page::OpenApi)),
    ("/token", POST, Route::Token),
    ("/inspect", POST, Route::Inspect),
];

/// Every path. It matches with and without a slash at its end, and with more slashes than one.
/// A segment that starts with `:` is a parameter: it matches any text.
fn table() -> impl Iterator<Item = (&'static str, &'static [Method], Route)> {
    let drop_in = FAMILIES.into_iter().flatten();
    OWN.iter().copied().chain(drop_in.map(|row| (row.pattern, row.input.methods, Route::DropIn(row))))
}

/// Every path with the methods that it takes, for documentation and tests. A segment that starts
/// with `:` matches any text.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static [Method])> {
    table().map(|(pattern, methods, _)| (pattern, methods))
}

/// The route of a request.
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
        let path = path.trim_start_matches('/');
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut allowed = Vec::new();
        // The slashes as sent are tried first, so that an empty parameter is still named.
        for slashes in [Slashes::AsSent, Slashes::Collapsed] {
            for (pattern, methods, route) in table() {
                let parameters = Parameters { pattern, path, slashes };
                if !parameters.fit() {
                    continue;
                }
                if methods.contains(method) {
                    return Ok(Self::Found(Found { route, pattern, parameters }));
                }
                allowed.extend(methods);
            }
            if !allowed.is_empty() {
                return Err(Problem::MethodNotAllowed(each_once(allowed)));
            }
        }
        Err(Problem::NotFound)
    }

    /// The row's.
    pub(super) fn route(&self) -> Option<Route> {
        match self {
            Self::Preflight => None,
            Self::Found(found) => Some(found.route),
        }
    }

    /// What the log calls it.
    pub(super) fn pattern(&self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Found(found) => found.pattern,
        }
    }
}

/// Several rows may have one path.
fn each_once(methods: Vec<&Method>) -> Vec<Method> {
    let mut once: Vec<Method> = Vec::with_capacity(methods.len());
    for method in methods.into_iter().filter(|method| **method != Method::OPTIONS) {
        if !once.contains(method) {
            once.push(method.clone());
        }
    }
    once.push(Method::OPTIONS);
    once
}

/// The parameters in a path.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a> {
    pattern: &'static str,
    /// The path of the request, without slashes at its start and without one at its end.
    path: &'a str,
    slashes: Slashes,
}

/// What runs of slashes within a path mean.
#[derive(Clone, Copy, PartialEq)]
enum Slashes {
    /// Empty segments between them.
    AsSent,
    /// One slash each.
    Collapsed,
}

impl<'a> Parameters<'a> {
    /// The names and values as received.
    pub(super) fn iter(self) -> impl Iterator<Item = (&'static str, &'a str)> {
        self.expected()
            .zip(self.segments())
            .filter_map(|(name, value)| Some((name.strip_prefix(':')?, value)))
    }

    fn fit(self) -> bool {
        if self.slashes == Slashes::AsSent && !self.pattern.contains(':') {
            return self.pattern.strip_prefix('/') == Some(self.path);
        }
        let mut segments = self.segments();
        let alike = self.expected().all(|expected| {
            segments.next().is_some_and(|segment| expected.starts_with(':') || expected == segment)
        });
        alike && segments.next().is_none()
    }

    fn expected(self) -> impl Iterator<Item = &'static str> {
        self.pattern.split('/').skip(1)
    }

    fn segments(self) -> impl Iterator<Item = &'a str> {
        self.path.split('/').filter(move |segment| self.slashes == Slashes::AsSent || !segment.is_empty())
    }
}
