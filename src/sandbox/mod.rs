//! A stand-in ERP on loopback, strict about the protocol, for trying and testing.
//!
//! It checks what the real one checks and answers with the same statuses and messages, keeps the
//! flags it is given in memory, and can be made difficult through its [`Config`]. Every order
//! exists whose number does not contain `404`; listings show those that were there from the start
//! or have been updated. It shares no code with the client, so that a misreading of the protocol
//! there does not pass unnoticed here.

mod answer;
mod clock;
mod config;
mod counters;
mod fault;
mod limits;
mod orders;
mod orders_file;
mod protocol;
mod refusal;
mod server;
mod service;
mod shell;
mod signature;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

pub use self::answer::Handled;
pub use self::config::{APP_KEY, APP_SECRET, Config, Order, SID};
pub use self::counters::Stats;
pub use self::orders_file::{OrdersFileError, read_orders};
use self::service::Service;
pub use self::shell::Shell;
use crate::language::say;

/// How long a stop waits for replies that are being computed.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves in background threads until dropped.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    service: Arc<Service>,
    /// Present until drop.
    runtime: Option<Runtime>,
}

impl Sandbox {
    /// When it returns, calls are answered.
    pub fn start(config: Config) -> io::Result<Self> {
        if !(0.0..=1.0).contains(&config.fail_rate) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                say!("sandbox-fail-rate", rate = config.fail_rate),
            ));
        }
        let listener = TcpListener::bind(config.listen)?;
        listener.set_nonblocking(true)?;
        let mut sandbox = Self {
            addr: listener.local_addr()?,
            service: Arc::new(Service::new(config)),
            runtime: None,
        };
        let runtime = sandbox.runtime.insert(
            Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("sandbox")
                .enable_all()
                .build()?,
        );
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(server::serve(listener, Arc::clone(&sandbox.service)));
        Ok(sandbox)
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL to call: `http://ADDR/openapi`. If it listens on all addresses, this names loopback.
    pub fn endpoint(&self) -> String {
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(match addr {
                SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            });
        }
        format!("http://{addr}/openapi")
    }

    /// The lines that point a client at it in a shell, one a variable.
    pub fn environment(&self, shell: Shell) -> String {
        let variables = [
            ("WDT_SID", SID),
            ("WDT_APP_KEY", APP_KEY),
            ("WDT_APP_SECRET", APP_SECRET),
            ("WDT_ENDPOINT", &self.endpoint()),
        ];
        variables
            .map(|(name, value)| shell.set(name, value))
            .concat()
    }

    pub fn stats(&self) -> Stats {
        self.service.counters.stats()
    }

    /// Each order that carries a flag, and the flag.
    pub fn flags(&self) -> HashMap<String, String> {
        self.service.orders.flags()
    }

    /// How many updates of `order` were executed, those whose reply was lost included.
    pub fn accepted(&self, order: &str) -> u64 {
        self.service.orders.accepted(order)
    }
}

impl Drop for Sandbox {
    /// When it returns, connections and port are closed.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Shutting down blocks, which tokio forbids if the caller is inside another runtime.
            let stop = thread::Builder::new().spawn(|| runtime.shutdown_timeout(STOP_TIMEOUT));
            if let Ok(stop) = stop {
                let _ = stop.join();
            }
        }
    }
}
