//! A stand-in ERP on loopback, strict about the protocol, for trying and
//! testing.
//!
//! It checks what the real one checks and answers with the same statuses and
//! messages, keeps the flags it is given in memory, and can be made difficult
//! through its [`Config`]. Every order exists whose number does not contain
//! `404`.
//!
//! ```
//! use wdt_flags::sandbox::{Config, Sandbox};
//!
//! let sandbox = Sandbox::start(Config::default())?;
//! println!("{}", sandbox.environment());
//! assert_eq!(sandbox.stats().calls, 0);
//! # std::io::Result::Ok(())
//! ```

mod book;
mod clock;
mod limits;
mod protocol;
mod refusal;
mod server;
mod service;
mod signature;
mod stats;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use self::service::Service;
pub use self::stats::Stats;

/// The made-up account's seller id (`sid`).
pub const SID: &str = "sandbox";

/// The made-up account's app key.
pub const APP_KEY: &str = "sandbox-app";

/// The made-up account's app secret, as the ERP hands secrets out:
/// `secret:salt`.
pub const APP_SECRET: &str = "open-sesame:sea-salt";

/// Threads that answer calls.
const WORKERS: usize = 2;

/// How long a stop waits for an answer that is being computed.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// How the stand-in behaves; the default is a well-behaved ERP on a free port.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The flags defined for purchase orders. `无` is known in any case.
    pub flags: Vec<String>,
    /// Calls let in a minute; `None` is no limit. The minute is a fixed window
    /// that starts with the first call after the one before ended. Calls that
    /// are throttled or not authentic do not count.
    pub limit: Option<u32>,
    /// Calls let in at once; `None` is no limit.
    pub max_concurrency: Option<u32>,
    /// How long every call takes. A call takes effect when it arrives; only
    /// its reply waits.
    pub latency: Duration,
    /// The fraction of calls, from 0 to 1, that fail transiently: an HTTP 502,
    /// a status 4 or 99, or a connection closed without an answer, before or
    /// after the call took effect. It strikes calls that are authentic and
    /// within the limits.
    pub fail_rate: f64,
    /// The server's clock minus the real one. It shows in the `Date` header
    /// and decides which timestamps are accepted.
    pub clock_skew: jiff::SignedDuration,
}

impl Default for Config {
    fn default() -> Self {
        let flags = [
            "aa",
            "加急",
            "已质检",
            "待质检",
            "待付款",
            "已付款",
            "部分到货",
            "无",
        ];
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            flags: flags.map(str::to_owned).to_vec(),
            limit: None,
            max_concurrency: None,
            latency: Duration::ZERO,
            fail_rate: 0.0,
            clock_skew: jiff::SignedDuration::ZERO,
        }
    }
}

/// A stand-in ERP, serving in background threads until dropped.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    service: Arc<Service>,
    /// Both are there until drop.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts serving; when it returns, calls are answered.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if [`Config::fail_rate`] is not from 0
    /// to 1, else whatever kept it from listening or starting threads.
    pub fn start(config: Config) -> io::Result<Self> {
        if !(0.0..=1.0).contains(&config.fail_rate) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the fail rate {} is not from 0 to 1", config.fail_rate),
            ));
        }
        let listener = TcpListener::bind(config.listen)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let service = Arc::new(Service::new(&config));

        // A thread of its own owns the runtime, since dropping one may block,
        // which is not allowed where the caller is inside another.
        let serving = Arc::clone(&service);
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread =
            thread::Builder::new()
                .name("sandbox".to_owned())
                .spawn(move || match open(listener, serving) {
                    Ok(runtime) => {
                        let _ = ready.send(Ok(()));
                        let _ = runtime.block_on(stopped);
                        runtime.shutdown_timeout(STOP_TIMEOUT);
                    }
                    Err(error) => {
                        let _ = ready.send(Err(error));
                    }
                })?;
        started.recv().map_err(io::Error::other)??;
        Ok(Self {
            addr,
            service,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL to call: `http://ADDR/openapi`. If it listens on all addresses,
    /// this names loopback.
    pub fn endpoint(&self) -> String {
        let mut addr = self.addr;
        match addr {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => {
                addr.set_ip(Ipv4Addr::LOCALHOST.into())
            }
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
                addr.set_ip(Ipv6Addr::LOCALHOST.into())
            }
            _ => {}
        }
        format!("http://{addr}/openapi")
    }

    /// Shell lines that point a client at it: `export WDT_SID=…` and so on,
    /// one a line, the last one ended too.
    pub fn environment(&self) -> String {
        let endpoint = self.endpoint();
        format!(
            "export WDT_SID={SID}\n\
             export WDT_APP_KEY={APP_KEY}\n\
             export WDT_APP_SECRET={APP_SECRET}\n\
             export WDT_ENDPOINT={endpoint}\n"
        )
    }

    /// What it has seen and done so far.
    pub fn stats(&self) -> Stats {
        self.service.tally.stats()
    }

    /// Each order that carries a flag, and the flag.
    pub fn flags(&self) -> HashMap<String, String> {
        self.service.book.flags()
    }

    /// How many updates of `order` were carried out, those whose reply was
    /// lost included.
    pub fn accepted(&self, order: &str) -> u64 {
        self.service.book.accepted(order)
    }
}

impl Drop for Sandbox {
    /// Stops serving: when it returns, connections and port are closed.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A runtime that serves `listener` until it is shut down.
fn open(listener: TcpListener, service: Arc<Service>) -> io::Result<Runtime> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("sandbox")
        .enable_all()
        .build()?;
    let context = runtime.enter();
    let listener = tokio::net::TcpListener::from_std(listener)?;
    drop(context);
    runtime.spawn(server::serve(listener, service));
    Ok(runtime)
}
