//! How the stand-in behaves, and the account it knows.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::Sender;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::orders::Order;
use crate::erp::MAX_PAGE_SIZE;

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
    /// The orders that listings show before any update. Every other order exists as well, for
    /// updates, if its number does not contain `404`.
    pub orders: Vec<Order>,
    /// Numbers of orders that listings do not show, as if the account had no permission for their
    /// warehouse. They can be updated.
    pub hidden: HashSet<String>,
    /// Whether the account may use the method that lists orders.
    pub may_list: bool,
    /// The most orders on a page, however many are asked for: pages are then of this size.
    pub max_page_size: usize,
    /// Calls let in per minute. The minute is a fixed window that starts with the first call after
    /// the last window has ended.
    pub limit: Option<u32>,
    /// Calls let in at once.
    pub max_concurrency: Option<u32>,
    /// How long every reply waits. A call takes effect when it arrives.
    pub latency: Duration,
    /// The fraction of calls let in, from 0 to 1, that fail transiently: an HTTP 502, a status 4 or
    /// 99, or a connection closed without a reply, before or after the call took effect.
    pub fail_rate: f64,
    /// The server's clock minus the real one. It shows in the `Date` header and decides which
    /// timestamps are accepted.
    pub clock_skew: SignedDuration,
    /// Gets a line for each request: what was asked, and the reply.
    pub watch: Option<Sender<String>>,
}

impl Config {
    /// The server's clock, which shows whole seconds.
    pub(super) fn now(&self) -> Timestamp {
        let now = Timestamp::now().saturating_add(self.clock_skew);
        let second = now.map_or(0, |now| now.as_second().max(0));
        Timestamp::from_second(second).unwrap_or_default()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            flags: FLAGS.split(',').map(str::to_owned).collect(),
            orders: Vec::new(),
            hidden: HashSet::new(),
            may_list: true,
            max_page_size: MAX_PAGE_SIZE,
            limit: None,
            max_concurrency: None,
            latency: Duration::ZERO,
            fail_rate: 0.0,
            clock_skew: SignedDuration::ZERO,
            watch: None,
        }
    }
}
