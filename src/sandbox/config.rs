//! How the stand-in behaves, and the account it knows.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::Sender;
use std::time::Duration;

use jiff::SignedDuration;

use super::answer::Handled;

pub const SID: &str = "sandbox";
pub const APP_KEY: &str = "sandbox-app";
/// As the ERP hands secrets out: `secret:salt`.
pub const APP_SECRET: &str = "open-sesame:sea-salt";

const FLAGS: &str = "aa,加急,已质检,待质检,待付款,已付款,部分到货,无";

/// The default is a well-behaved ERP on a free port of loopback.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The flags defined for purchase orders. `无` is defined in any case.
    pub flags: Vec<String>,
    /// Calls allowed per minute; `None` is no limit. The minute is a fixed window that starts with
    /// the first call after the last window has ended. Calls that are throttled or not authentic do
    /// not count.
    pub limit: Option<u32>,
    /// Calls allowed at once; `None` is no limit.
    pub max_concurrency: Option<u32>,
    /// How long every reply waits. A call takes effect when it arrives.
    pub latency: Duration,
    /// The fraction of calls, from 0 to 1, that fail transiently: an HTTP 502, a status 4 or 99, or
    /// a connection closed without a reply, before or after the call took effect. Only calls that
    /// are authentic and within the limits fail this way.
    pub fail_rate: f64,
    /// The server's clock minus the real one. It shows in the `Date` header and decides which
    /// timestamps are accepted.
    pub clock_skew: SignedDuration,
    /// Where each request is told of.
    pub watch: Option<Sender<Handled>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            flags: FLAGS.split(',').map(str::to_owned).collect(),
            limit: None,
            max_concurrency: None,
            latency: Duration::ZERO,
            fail_rate: 0.0,
            clock_skew: SignedDuration::ZERO,
            watch: None,
        }
    }
}
