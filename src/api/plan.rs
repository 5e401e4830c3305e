//! The checks of a request that precede authentication.

use bytes::Bytes;
use http::{Request, Response};

use super::answer::problem::Problem;
use super::app::App;
use super::cors::{self, OriginCheck};
use super::handlers::Handler;
use super::request::{Body, Received};
use super::route::{Destination, Found, Route};
use crate::config::Config;

pub(super) enum Plan<'a> {
    Respond(Response<Bytes>),
    /// Say whether everything is there that a token needs.
    Ready(&'a Config),
    Authenticate {
        config: &'a Config,
        handler: Handler<'a>,
        body: Received<'a>,
    },
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        app: &'a App,
        destination: Destination<'a>,
        request: &'a Request<Body>,
        origin: &OriginCheck<'_>,
    ) -> Result<Self, Problem> {
        let Destination::Found(Found { route, parameters, .. }) = destination else {
            return Ok(Self::Respond(cors::preflight(request.headers())));
        };
        let body = request.body().received()?;
        origin.permitted()?;
        let handler = match route {
            Route::Page(page) => return Ok(Self::Respond(app.page(page))),
            Route::Ready => {
                let unready = Problem::NotReady { lacks: "configuration" };
                return app.config().map(Self::Ready).map_err(|_| unready);
            }
            Route::Token => Handler::Token,
            Route::Inspect => Handler::Inspect,
            Route::DropIn(row) => Handler::DropIn(row, parameters),
        };
        Ok(Self::Authenticate { config: app.config()?, handler, body })
    }
}
