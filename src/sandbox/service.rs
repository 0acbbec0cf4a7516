//! One call from its raw parts to its answer, without the network.

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::clock;
use super::config::Config;
use super::orders::Orders;
use super::protocol::{Query, Refusal, Request, authenticate, refuse, request};

const MINUTE: Duration = Duration::from_secs(60);

/// Counts of what the stand-in has seen and done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// HTTP requests received, whatever became of them.
    pub calls: u64,
    /// Updates executed, as the next two also if the reply was lost.
    pub accepted: u64,
    /// `system.Core.now` calls.
    pub pings: u64,
    /// Pages of orders, empty ones included.
    pub listings: u64,
    /// Calls refused by a limit.
    pub throttled: u64,
    /// Calls that failed by the fail rate.
    pub failed: u64,
    pub in_flight: u64,
    /// The largest value of `in_flight` so far.
    pub peak_in_flight: u64,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) config: Config,
    state: Mutex<State>,
    closed: Condvar,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) stats: Stats,
    pub(super) orders: Orders,
    /// When the minute of the limit began, and the calls let in since.
    minute: Option<(Instant, u32)>,
    /// Calls in flight that were let in.
    admitted: u32,
    pub(super) is_closed: bool,
}

pub(super) enum Answer {
    Json(String),
    /// An HTTP error, by its status line.
    Page(&'static str),
    /// The connection closes without a reply.
    HangUp,
}

impl Service {
    pub(super) fn new(mut config: Config) -> Self {
        let orders = mem::take(&mut config.orders);
        let state = State {
            stats: Stats::default(),
            orders: Orders::new(orders, clock::now(config.clock_skew)),
            minute: None,
            admitted: 0,
            is_closed: false,
        };
        Self {
            config,
            state: Mutex::new(state),
            closed: Condvar::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By the server's clock, in Unix seconds.
    pub(super) fn now(&self) -> i64 {
        clock::now(self.config.clock_skew)
    }

    /// Lets calls that wait end without a reply.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.closed.notify_all();
    }

    /// Counts a request as in flight.
    pub(super) fn enter(&self) {
        let stats = &mut self.state().stats;
        stats.calls += 1;
        stats.in_flight += 1;
        stats.peak_in_flight = stats.peak_in_flight.max(stats.in_flight);
    }

    /// Waits as long as every reply does; a request is in flight until then. Returns whether the
    /// server has ended meanwhile.
    pub(super) fn leave(&self, is_admitted: bool) -> bool {
        let latency = self.config.latency;
        let waited = self
            .closed
            .wait_timeout_while(self.state(), latency, |state| !state.is_closed);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.stats.in_flight -= 1;
        state.admitted -= u32::from(is_admitted);
        state.is_closed
    }

    /// The answer to a call, and whether the limits let it in. Authentication comes before the
    /// limits, since a stranger's call costs the account nothing, and faults before the arguments,
    /// since every admitted call may fail.
    pub(super) fn answer(&self, query: &str, body: &[u8], at: Instant) -> (Answer, bool) {
        let (config, now) = (&self.config, self.now());
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
            (true, 0) => Answer::Page("502 Bad Gateway"),
            (true, 1) => refused((4, "数据库错误".to_owned())),
            (true, 2) => refused((99, "其他错误".to_owned())),
            (true, 3) => Answer::HangUp,
            (_, _) => match state.execute(&query, body, config, now) {
                _ if is_faulty => Answer::HangUp,
                Ok(reply) => Answer::Json(reply.to_string()),
                Err(refusal) => refused(refusal),
            },
        };
        (answer, true)
    }
}

fn refused((status, message): Refusal) -> Answer {
    Answer::Json(json!({ "status": status, "message": message }).to_string())
}

impl State {
    /// Lets one more call in. A call that is refused uses up nothing.
    fn admit(&mut self, config: &Config, at: Instant) -> Result<(), Refusal> {
        if config
            .max_concurrency
            .is_some_and(|max| self.admitted >= max)
        {
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

    /// The reply to a call that is accepted.
    fn execute(
        &mut self,
        query: &Query,
        body: &[u8],
        config: &Config,
        now: i64,
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
                Ok(json!({ "status": 0, "data": clock::local_time(now) }))
            }
        }
    }
}
