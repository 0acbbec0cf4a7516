//! A stand-in ERP on loopback, strict about the protocol, for trying and testing.
//!
//! It checks what the real one checks and answers with the same statuses and messages, keeps the
//! flags it is given in memory, and can be made difficult through its [`Config`]. Every order
//! exists whose number does not contain `404`; listings show those that were there from the start
//! or have been updated. Of the client it takes names, limits and the signature, which published
//! vectors test; what it checks is its own, so that a mistake there does not pass unnoticed here.

mod config;
mod orders;
mod protocol;
mod server;
mod service;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

pub use self::config::{APP_KEY, APP_SECRET, Config, Order, SID, read_orders};
use self::service::Service;
pub use self::service::Stats;

/// Serves in background threads until dropped.
#[derive(Debug)]
pub struct Sandbox {
    /// What to call; where it listens on all addresses, this is loopback.
    addr: SocketAddr,
    service: Arc<Service>,
    /// The thread that accepts connections; present until drop.
    acceptor: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// When it returns, calls are answered.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on, or the system has no thread to give.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen)?;
        let mut addr = listener.local_addr()?;
        if addr.ip().is_unspecified() {
            addr.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        let service = Arc::new(Service::new(config));
        let served = Arc::clone(&service);
        let acceptor = thread::Builder::new().spawn(move || server::serve(&listener, &served))?;
        Ok(Self {
            addr,
            service,
            acceptor: Some(acceptor),
        })
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}{}", self.addr, server::PATH)
    }

    pub fn stats(&self) -> Stats {
        self.service.state().stats
    }

    /// Each order that carries a flag, and the flag.
    pub fn flags(&self) -> HashMap<String, String> {
        self.service.state().orders.flags()
    }

    /// How many updates of `order` were executed, those whose reply was lost included.
    pub fn accepted(&self, order: &str) -> u64 {
        self.service.state().orders.accepted(order)
    }
}

impl Drop for Sandbox {
    /// When it returns, the port is closed; calls in flight end without a reply.
    fn drop(&mut self) {
        self.service.state().is_closed = true;
        // One more connection wakes the thread that accepts them.
        if TcpStream::connect(self.addr).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            let _ = acceptor.join();
        }
    }
}
