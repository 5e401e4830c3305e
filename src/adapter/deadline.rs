//! The end of a fetch, kept where its bytes arrive.
//!
//! ureq (3.2) reads on for a second once its time is up, and for another with each byte that comes
//! within it: a host that sends one every half a second holds a request for as long as it likes.

use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector, TcpConnector,
    Transport,
};
use ureq::{Agent, Error, Timeout};

use super::host;

/// ureq's own way to connect, with the deadline between TCP and TLS: one message of TLS can drip
/// as well.
pub(super) fn agent(config: Config, timeout: Duration) -> Agent {
    let deadline = Deadline(host::instant() + timeout);
    let connector = Connector::<()>::chain(ConnectProxyConnector::default(), TcpConnector::default())
        .chain(deadline)
        .chain(RustlsConnector::default());
    Agent::with_parts(config, connector, DefaultResolver::default())
}

#[derive(Debug)]
struct Deadline(Instant);

impl<In: Transport> Connector<In> for Deadline {
    type Out = Ending<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Ending { inner, deadline: self.0 }))
    }
}

#[derive(Debug)]
struct Ending<T> {
    inner: T,
    deadline: Instant,
}

impl<T> Ending<T> {
    /// The time that is left, never more than ureq gives.
    fn left(&self, timeout: NextTimeout) -> Result<NextTimeout, Error> {
        let left = self.deadline.saturating_duration_since(host::instant());
        if left.is_zero() {
            return Err(Error::Timeout(Timeout::Global));
        }
        Ok(NextTimeout { after: timeout.after.min(left.into()), reason: timeout.reason })
    }
}

impl<T: Transport> Transport for Ending<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = self.left(timeout)?;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = self.left(timeout)?;
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
