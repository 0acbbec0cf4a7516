//! One call from its raw parts to its answer, without the network.

use std::mem;
use std::time::Instant;

use super::answer::Answer;
use super::clock;
use super::config::{APP_KEY, APP_SECRET, Config, SID};
use super::counters::Counters;
use super::fault::Fault;
use super::limits::{Limits, Slot};
use super::orders::Orders;
use super::protocol::{self, Account, Method, Request};
use super::refusal::Refusal;

#[derive(Debug)]
pub(super) struct Service {
    pub(super) config: Config,
    pub(super) counters: Counters,
    pub(super) orders: Orders,
    account: Account,
    limits: Limits,
}

impl Service {
    pub(super) fn new(mut config: Config) -> Self {
        let known = mem::take(&mut config.orders);
        let (secret, salt) = APP_SECRET.split_once(':').unwrap_or((APP_SECRET, ""));
        Self {
            counters: Counters::default(),
            orders: Orders::new(&config.flags, known, clock::now(config.clock_skew)),
            account: Account {
                sid: SID,
                key: APP_KEY,
                secret,
                salt,
                may_list: config.may_list,
            },
            limits: Limits::new(config.limit, config.max_concurrency),
            config,
        }
    }

    /// By the server's clock, in Unix seconds.
    pub(super) fn now(&self) -> i64 {
        clock::now(self.config.clock_skew)
    }

    /// The call is in flight until the returned slot is dropped. Authentication comes before the
    /// limits, since a stranger's call costs the account nothing, and faults before the arguments,
    /// since every admitted call may fail.
    pub(super) fn answer(&self, query: &str, body: &[u8]) -> (Answer, Option<Slot<'_>>) {
        let method = match protocol::authenticate(&self.account, query, body, self.now()) {
            Ok(method) => method,
            Err(refusal) => return (self.reject(&refusal), None),
        };
        let slot = match self.limits.admit(Instant::now()) {
            Ok(slot) => slot,
            Err(refusal) => {
                self.counters.update(|stats| stats.throttled += 1);
                return (Answer::Json(refusal.to_json()), None);
            }
        };
        let answer = match Fault::inject(&mut fastrand::Rng::new(), self.config.fail_rate) {
            None => self.execute(method, body),
            Some(fault) => self.fail(fault, method, body),
        };
        (answer, Some(slot))
    }

    fn reject(&self, refusal: &Refusal) -> Answer {
        self.counters.update(|stats| stats.rejected += 1);
        Answer::Json(refusal.to_json())
    }

    fn execute(&self, method: Method, body: &[u8]) -> Answer {
        match self.apply(method, body) {
            Ok(reply) => {
                self.counters.update(|stats| match method {
                    Method::Update => stats.accepted += 1,
                    Method::List(_) => stats.listings += 1,
                    Method::Now => stats.pings += 1,
                });
                Answer::Json(reply)
            }
            Err(refusal) => self.reject(&refusal),
        }
    }

    fn fail(&self, fault: Fault, method: Method, body: &[u8]) -> Answer {
        self.counters.update(|stats| stats.failed += 1);
        match fault {
            Fault::BadGateway => Answer::BadGateway,
            Fault::Database => Answer::Json(Refusal::Database.to_json()),
            Fault::Other => Answer::Json(Refusal::Other.to_json()),
            Fault::LostCall => Answer::HangUp,
            Fault::LostReply => {
                if self.apply(method, body).is_ok() && method == Method::Update {
                    self.counters.update(|stats| {
                        stats.accepted += 1;
                        stats.lost += 1;
                    });
                }
                Answer::HangUp
            }
        }
    }

    /// The reply to a call that is accepted.
    fn apply(&self, method: Method, body: &[u8]) -> Result<String, Refusal> {
        let now = self.now();
        Ok(match protocol::arguments(method, body)? {
            Request::Update { order, flag } => {
                self.orders.update(order, flag, now)?;
                r#"{"status":0}"#.to_owned()
            }
            Request::List(listing) => {
                let page = self.orders.list(&listing, &self.config);
                format!(r#"{{"status":0,"data":{page}}}"#)
            }
            Request::Now => format!(r#"{{"status":0,"data":"{}"}}"#, clock::local_time(now)),
        })
    }
}
