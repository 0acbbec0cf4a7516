//! One call from its raw parts to its answer, without the network.

use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::config::Config;
use super::orders::Orders;
use super::protocol::{Query, Refusal, Request, authenticate, refuse, request};
use crate::erp::beijing_time;
use crate::sync::lock;

pub(super) const OK: &str = "200 OK";

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// HTTP requests, whatever became of them.
    pub calls: u64,
    /// Updates, as the next two also if the reply was lost.
    pub accepted: u64,
    pub pings: u64,
    /// Pages of orders, empty ones included.
    pub listings: u64,
    pub throttled: u64,
    pub failed: u64,
    pub peak_in_flight: u64,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) config: Config,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) stats: Stats,
    pub(super) orders: Orders,
    /// When the minute of the limit began, and the calls let in since.
    minute: Option<(Instant, u32)>,
    in_flight: u64,
    /// Of those in flight, the calls that were let in.
    admitted: u32,
    pub(super) is_closed: bool,
}

/// A reply by its status line and its body; without one the connection closes.
pub(super) type Answer = Option<(&'static str, String)>;

impl Service {
    pub(super) fn new(config: Config) -> Self {
        let state = State {
            orders: Orders::new(&config.orders, config.now()),
            ..State::default()
        };
        Self {
            config,
            state: Mutex::new(state),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn enter(&self) {
        let mut state = self.state();
        state.in_flight += 1;
        state.stats.calls += 1;
        state.stats.peak_in_flight = state.stats.peak_in_flight.max(state.in_flight);
    }

    /// Waits as long as every reply does; a request is in flight until then. Returns whether the
    /// server has ended meanwhile.
    pub(super) fn leave(&self, is_admitted: bool) -> bool {
        thread::sleep(self.config.latency);
        let mut state = self.state();
        state.in_flight -= 1;
        state.admitted -= u32::from(is_admitted);
        state.is_closed
    }

    /// The answer to a call, and whether the limits let it in. Authentication comes before the
    /// limits, since a stranger's call costs the account nothing, and faults before the arguments,
    /// since every admitted call may fail.
    pub(super) fn answer(&self, query: &str, body: &str, at: Instant) -> (Answer, bool) {
        let (config, now) = (&self.config, self.config.now());
        let query = match authenticate(query, body, now) {
            Ok(query) => query,
            Err(refusal) => return (refused(refusal), false),
        };
        let mut state = self.state();
        if let Err(refusal) = state.admit(config, at) {
            state.stats.throttled += 1;
            return (refused(refusal), false);
        }
        let is_faulty = fastrand::f64() < config.fail_rate;
        state.stats.failed += u64::from(is_faulty);
        let answer = match (is_faulty, fastrand::u8(..5)) {
            (true, 0) => page("502 Bad Gateway"),
            (true, 1) => refused((4, "数据库错误".to_owned())),
            (true, 2) => refused((99, "其他错误".to_owned())),
            (true, 3) => None,
            (_, _) => match state.execute(&query, body, config, now) {
                _ if is_faulty => None,
                Ok(reply) => Some((OK, reply.to_string())),
                Err(refusal) => refused(refusal),
            },
        };
        (answer, true)
    }
}

pub(super) fn page(status: &'static str) -> Answer {
    Some((status, format!("HTTP {status}")))
}

fn refused((status, message): Refusal) -> Answer {
    let reply = json!({ "status": status, "message": message });
    Some((OK, reply.to_string()))
}

impl State {
    /// Lets one more call in. A call that is refused uses up nothing.
    fn admit(&mut self, config: &Config, at: Instant) -> Result<(), Refusal> {
        let is_full = |max| self.admitted >= max;
        if config.max_concurrency.is_some_and(is_full) {
            return refuse(100, "超过每分钟最大并发次数限制，请稍后重试");
        }
        // A fixed window: it starts with the first call after the last one has ended.
        let is_current =
            |(start, _): &(Instant, u32)| at.saturating_duration_since(*start) < MINUTE;
        let (start, calls) = self.minute.filter(is_current).unwrap_or((at, 0));
        if config.limit.is_some_and(|max| calls >= max) {
            return refuse(100, "超过每分钟最大调用频率限制，请稍后重试");
        }
        self.minute = Some((start, calls + 1));
        self.admitted += 1;
        Ok(())
    }

    fn execute(
        &mut self,
        query: &Query,
        body: &str,
        config: &Config,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        match request(query, body, config.may_list)? {
            Request::Update { order, flag } => {
                self.orders.update(order, flag, config, now)?;
                self.stats.accepted += 1;
                Ok(json!({ "status": 0 }))
            }
            Request::List(listing) => {
                self.stats.listings += 1;
                Ok(json!({ "status": 0, "data": self.orders.page(&listing, config) }))
            }
            Request::Now => {
                self.stats.pings += 1;
                Ok(json!({ "status": 0, "data": beijing_time(now) }))
            }
        }
    }
}
