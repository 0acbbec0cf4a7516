//! One call from its raw parts to its answer, and all state that needs.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use super::book::Book;
use super::clock::{self, Clock};
use super::limits::{Limits, Slot};
use super::protocol::{self, Account, Method, Request};
use super::refusal::Refusal;
use super::stats::Tally;
use super::trouble::{self, Trouble};
use super::{APP_KEY, APP_SECRET, Config, SID};

/// The stand-in without its network.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) book: Book,
    pub(super) clock: Clock,
    pub(super) latency: Duration,
    pub(super) tally: Tally,
    account: Account,
    fail_rate: f64,
    limits: Limits,
}

/// What goes back to the caller.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A reply of the ERP's.
    Json(Cow<'static, str>),
    /// A gateway's error page.
    BadGateway,
    /// The connection closes without a word.
    HangUp,
}

impl Service {
    pub(super) fn new(config: &Config) -> Self {
        let (secret, salt) = APP_SECRET.split_once(':').unwrap_or((APP_SECRET, ""));
        Self {
            book: Book::new(&config.flags),
            clock: Clock::new(config.clock_skew),
            latency: config.latency,
            tally: Tally::default(),
            account: Account {
                sid: SID,
                key: APP_KEY,
                secret,
                salt,
            },
            fail_rate: config.fail_rate,
            limits: Limits::new(config.limit, config.max_concurrency),
        }
    }

    /// Answers one call, and holds its place among those in flight until the
    /// slot is dropped. The order of things is authentication, limits, trouble,
    /// arguments: a stranger's call costs the account nothing, and every call
    /// that is let in may fail.
    pub(super) fn answer(&self, query: &str, body: &[u8]) -> (Answer, Option<Slot<'_>>) {
        let method = match protocol::authenticate(&self.account, query, body, self.clock.now()) {
            Ok(method) => method,
            Err(refusal) => {
                self.tally.rejected.add();
                return (refuse(&refusal), None);
            }
        };
        let slot = match self.limits.admit(Instant::now()) {
            Ok(slot) => slot,
            Err(refusal) => {
                self.tally.throttled.add();
                return (refuse(&refusal), None);
            }
        };
        let trouble = trouble::strike(&mut fastrand::Rng::new(), self.fail_rate);
        let answer = match trouble {
            None => self.carry_out(method, body),
            Some(trouble) => self.fail(trouble, method, body),
        };
        (answer, Some(slot))
    }

    fn carry_out(&self, method: Method, body: &[u8]) -> Answer {
        match self.apply(method, body) {
            Ok(Method::Update) => {
                self.tally.accepted.add();
                Answer::Json(Cow::Borrowed(r#"{"status":0}"#))
            }
            Ok(Method::Now) => {
                self.tally.pings.add();
                let time = clock::local_time(self.clock.now());
                Answer::Json(Cow::Owned(format!(r#"{{"status":0,"data":"{time}"}}"#)))
            }
            Err(refusal) => {
                self.tally.rejected.add();
                refuse(&refusal)
            }
        }
    }

    fn fail(&self, trouble: Trouble, method: Method, body: &[u8]) -> Answer {
        self.tally.failed.add();
        match trouble {
            Trouble::BadGateway => Answer::BadGateway,
            Trouble::Database => refuse(&Refusal::Database),
            Trouble::Other => refuse(&Refusal::Other),
            Trouble::LostCall => Answer::HangUp,
            Trouble::LostReply => {
                if self.apply(method, body) == Ok(Method::Update) {
                    self.tally.accepted.add();
                    self.tally.lost.add();
                }
                Answer::HangUp
            }
        }
    }

    fn apply(&self, method: Method, body: &[u8]) -> Result<Method, Refusal> {
        if let Request::Update { order, flag } = protocol::arguments(method, body)? {
            self.book.update(order, flag)?;
        }
        Ok(method)
    }
}

fn refuse(refusal: &Refusal) -> Answer {
    Answer::Json(Cow::Owned(refusal.to_json()))
}
