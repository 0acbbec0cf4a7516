//! One call a connection, so that a reply can only be the call's own.
//!
//! HTTP/1.1 says by nothing but their order which reply belongs to which call. Were a connection
//! kept, one stray reply on it would be taken for that of the next call, and each reply from then
//! on for that of the call after its own; nothing shows it as long as the server takes longer than
//! this machine. Under a quota a connection a call costs no time that counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, Either, NextTimeout, Transport,
};

/// Makes connections that note what comes on them beside the reply.
#[derive(Debug)]
pub(super) struct Connections {
    inner: DefaultConnector,
    surplus: Surplus,
    through_proxy: bool,
}

/// Whether more than a reply has come on a connection that is over.
#[derive(Clone, Debug, Default)]
pub(super) struct Surplus(Arc<AtomicBool>);

impl Surplus {
    /// Whether it has since this was asked last.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl Connections {
    pub(super) fn new(surplus: Surplus, through_proxy: bool) -> Self {
        Connections {
            inner: DefaultConnector::default(),
            surplus,
            through_proxy,
        }
    }
}

impl Connector<()> for Connections {
    type Out = Either<Box<dyn Transport>, OneCall>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let made = self.inner.connect(details, chained)?;
        // ureq connects to a proxy by this very connector, without a proxy then.
        let is_to_proxy = self.through_proxy && details.config.proxy().is_none();
        Ok(made.map(|inner| match is_to_proxy {
            true => Either::A(inner),
            false => Either::B(OneCall {
                inner,
                surplus: self.surplus.clone(),
                asked: false,
            }),
        }))
    }
}

#[derive(Debug)]
pub(super) struct OneCall {
    inner: Box<dyn Transport>,
    surplus: Surplus,
    asked: bool,
}

impl OneCall {
    /// Whether nothing has come before anything was asked. What a TLS server sends after its
    /// handshake cannot be told from a reply before it is read.
    fn is_silent(&mut self) -> bool {
        self.inner.buffers().input().is_empty() && (self.inner.is_tls() || self.inner.is_open())
    }
}

impl Transport for OneCall {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if !self.asked && !self.is_silent() {
            return Err(Error::ConnectionFailed);
        }
        self.asked = true;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl Drop for OneCall {
    fn drop(&mut self) {
        let left = self.inner.buffers().input();
        if !left.iter().all(u8::is_ascii_whitespace) {
            self.surplus.0.store(true, Ordering::Relaxed);
        }
    }
}
