//! The handler and its configuration.

use std::io;
use std::num::NonZeroU32;

use bytes::Bytes;
use http::{HeaderName, Response, header};

use super::answer::fixed;
use super::answer::problem::Problem;
use super::log;
use super::probe::Probe;
use super::request::X_API_KEY;
use super::route::{Page, Route};
use super::trace::TRACEPARENT;
use crate::config::{AllowOrigin, Config, ConfigError, FileProject, Notice};
use crate::time::UnixTime;

/// The handler and its configuration.
#[derive(Debug)]
pub struct App {
    config: Result<Config, ConfigError>,
    /// The answer to `GET /`.
    pub(super) home: Response<Bytes>,
    healthz: Probe,
    readyz: Probe,
}

impl App {
    /// With an invalid configuration, every request that needs it gets 503, and the log names the
    /// variables.
    #[must_use]
    pub fn new(config: Result<Config, ConfigError>) -> Self {
        Self { config, home: fixed::home(), healthz: Probe::default(), readyz: Probe::default() }
    }

    /// [`Self::new`] for a process that starts: prints the notices or the errors of the
    /// configuration as log lines.
    #[must_use]
    pub fn starting(
        config: Result<(Config, Vec<Notice>), ConfigError>,
        now: UnixTime,
        print: impl Fn(String),
    ) -> Self {
        match config {
            Ok((config, notices)) => {
                for notice in notices {
                    print(log::note("warn", now, &notice.to_string()));
                }
                Self::new(Ok(config))
            }
            Err(error) => {
                for fault in &error.0 {
                    print(log::note("error", now, &fault.to_string()));
                }
                Self::new(Err(error))
            }
        }
    }

    /// How many requests a caller may make in a minute, for an adapter that counts them itself.
    #[must_use]
    pub fn rate_limit(&self) -> Option<NonZeroU32> {
        self.config.as_ref().ok()?.rate_limit
    }

    /// The file that holds the certificate, for an adapter that reads it again periodically.
    #[must_use]
    pub fn certificate_file(&self) -> Option<&str> {
        self.config.as_ref().ok()?.project.file().map(FileProject::path)
    }

    /// Replaces the certificate with the current content of its file. Returns a line for the log if it is invalid; the
    /// certificate that was there then stays in use.
    pub fn replace_certificate(&self, read: io::Result<String>, now: UnixTime) -> Option<String> {
        let fault = self.config.as_ref().ok()?.project.file()?.replace(read).err()?;
        let message = format!("APP_CERTIFICATE_FILE: {fault}; the certificate read before stays in use");
        Some(log::note("warn", now, &message))
    }

    /// The request headers that this configuration reads, each once. For an adapter to which each one
    /// costs.
    #[must_use]
    pub fn headers_read(&self) -> Vec<HeaderName> {
        let mut names = vec![header::CONTENT_TYPE, header::CONTENT_ENCODING, TRACEPARENT.clone()];
        if let Ok(config) = &self.config {
            if config.loopback_guard.is_some() {
                names.extend([header::HOST, header::ORIGIN]);
            } else if let AllowOrigin::List(_) = config.allow_origin {
                names.push(header::ORIGIN);
            }
            if config.authenticator.reads_authorization() {
                names.push(header::AUTHORIZATION);
            }
            if config.authenticator.accepts_api_keys() {
                names.push(X_API_KEY.clone());
            }
            let jwt_headers = config.authenticator.jwt_headers();
            names.extend(jwt_headers.filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok()));
        }
        // Sorting is 5 KB of the Worker.
        let mut ordered: Vec<HeaderName> = Vec::with_capacity(names.len());
        for name in names {
            if let Err(index) = ordered.binary_search_by(|other| other.as_str().cmp(name.as_str())) {
                ordered.insert(index, name);
            }
        }
        ordered
    }

    pub(super) fn page(&self, page: Page) -> Response<Bytes> {
        match page {
            Page::Home => self.home.clone(),
            Page::Healthz => fixed::healthz(),
            Page::Ping => fixed::ping(),
            Page::OpenApi => fixed::openapi(),
        }
    }

    /// The last outcome of a route for probes.
    pub(super) fn probe(&self, route: Route) -> Option<&Probe> {
        match route {
            Route::Page(Page::Healthz) => Some(&self.healthz),
            Route::Ready => Some(&self.readyz),
            Route::Page(Page::Home | Page::Ping | Page::OpenApi)
            | Route::Token
            | Route::Inspect
            | Route::DropIn(_) => None,
        }
    }

    /// The configuration, if it is valid.
    pub(super) fn config(&self) -> Result<&Config, Problem> {
        self.config.as_ref().map_err(|error| Problem::Unavailable { cause: error.to_string() })
    }
}
