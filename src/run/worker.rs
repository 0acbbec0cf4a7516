//! A call carried to its end: wait for a permit, call, classify, retry.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use super::doubts::{About, Doubts};
use super::event::{CalledFor, Event, Observer};
use super::outage::{GIVE_UP_AFTER, Outages, Turn};
use crate::erp::{CallError, Client, ErrorKind, Limit};
use crate::files::AccountState;
use crate::pace::{Change, Permit, RateLimiter, backoff};
use crate::stop::{Stop, StopReason};

/// How often at most a call for no row is repeated: all others wait for it.
const MAX_RETRIES: u32 = 2;

/// What all workers share.
pub struct Work<'r> {
    pub client: &'r Client,
    pub limiter: RateLimiter,
    pub account: Option<&'r AccountState>,
    pub outages: Outages,
    pub doubts: Doubts,
    pub stop: &'r Stop,
    pub observers: &'r [&'r dyn Observer],
    pub counters: Counters,
    /// Further attempts after the first, for transient failures.
    pub retries: u32,
}

#[derive(Debug, Default)]
pub struct Counters {
    pub calls: AtomicU64,
    pub retries: AtomicU64,
    pub pauses: AtomicU64,
}

/// What a call is made for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// To change a row's order.
    Update(&'a CalledFor),
    /// To know more, of a row's order or of many: that can be gone without.
    Read(Option<&'a CalledFor>),
}

impl<'a> Purpose<'a> {
    fn row(self) -> Option<&'a CalledFor> {
        match self {
            Purpose::Update(row) => Some(row),
            Purpose::Read(row) => row,
        }
    }

    fn is_read(self) -> bool {
        matches!(self, Purpose::Read(_))
    }
}

/// What became of a call and its repetitions.
pub struct Attempted<T> {
    pub attempts: u32,
    /// `None` if the run stopped before anything was known.
    pub result: Option<Result<T, CallError>>,
}

impl Work<'_> {
    /// Makes a call until it ends: throttled calls are repeated as often as it takes, transient
    /// failures as often as `retries` says, a wrong clock once, an outage of the server is waited
    /// out. A call that reads for many rows is repeated a few times only. A verdict that holds for
    /// every call stops the run; whether a doubtful one does, other calls tell. No verdict on a call
    /// that only reads stops the run.
    ///
    /// Repeating a call is safe because each is idempotent: setting a flag twice leaves what setting
    /// it once does, and reading changes nothing. So a call whose reply was lost is made again.
    pub fn with_retry<T>(
        &self,
        purpose: Purpose<'_>,
        mut call: impl FnMut() -> Result<T, CallError>,
    ) -> Attempted<T> {
        let mut attempts = 0;
        let (mut failures, mut throttles) = (0, 0);
        let retries = match purpose {
            Purpose::Read(None) => self.retries.min(MAX_RETRIES),
            Purpose::Read(Some(_)) | Purpose::Update(_) => self.retries,
        };
        let mut clock_corrected = false;
        // The last transient failure: what is known should the run stop now.
        let mut last = None;
        let ended = |attempts, result| Attempted { attempts, result };
        loop {
            let Some(permit) = self.permit() else {
                return ended(attempts, last.map(Err));
            };
            attempts += 1;
            let result = self.counted(purpose.row(), attempts, &mut call);
            let error = match result {
                Ok(value) => {
                    self.got_through(permit);
                    return ended(attempts, Some(Ok(value)));
                }
                Err(error) => error,
            };
            let clock_was_corrected = std::mem::take(&mut clock_corrected);
            match error.kind {
                ErrorKind::Rejected => {
                    self.got_through(permit);
                    return ended(attempts, Some(Err(error)));
                }
                ErrorKind::Throttled(limit) => {
                    self.throttled(permit, limit, error.clone());
                    throttles += 1;
                    if matches!(purpose, Purpose::Read(None)) && throttles > MAX_RETRIES {
                        // Whether other calls get through is not known.
                        self.outages.let_in();
                        return ended(attempts, Some(Err(error)));
                    }
                }
                ErrorKind::Transient | ErrorKind::Unreachable => {
                    drop(permit);
                    if error.kind == ErrorKind::Unreachable && self.wait_out_outage() {
                        if error.may_be_applied() {
                            last = Some(error);
                        }
                        continue;
                    }
                    failures += 1;
                    let delay = backoff(
                        failures,
                        fastrand::f64(),
                        error.retry_after.unwrap_or_default().min(GIVE_UP_AFTER),
                    );
                    if failures > retries || !self.stop.sleep(delay) {
                        return ended(attempts, Some(Err(error)));
                    }
                    last = Some(error);
                    self.counters.retries.fetch_add(1, Ordering::Relaxed);
                }
                ErrorKind::Fatal | ErrorKind::Doubtful if purpose.is_read() => {
                    return ended(attempts, Some(Err(error)));
                }
                ErrorKind::Clock if clock_was_corrected => {
                    if !purpose.is_read() {
                        self.stop.stop(StopReason::Clock {
                            error: error.clone(),
                            offset: self.client.clock().offset(),
                        });
                    }
                    return ended(attempts, Some(Err(error)));
                }
                ErrorKind::Clock => {
                    clock_corrected = true;
                    self.observers.event(&Event::ClockCorrected {
                        offset: self.client.clock().offset(),
                    });
                }
                ErrorKind::Fatal => {
                    self.stop.stop(StopReason::Fatal(error.clone()));
                    // What was never sent is not to be called failed.
                    let error = error.may_be_applied().then_some(error).or(last);
                    return ended(attempts, error.map(Err));
                }
                ErrorKind::Doubtful => {
                    drop(permit);
                    self.weigh(&error);
                    return ended(attempts, Some(Err(error)));
                }
            }
        }
    }

    /// The ERP took the call or refused its row.
    fn got_through(&self, permit: Permit<'_>) {
        permit.passed();
        self.doubts.got_through();
        self.outages.let_in();
    }

    /// Stops the run if the refusal of an order holds for every other call, too.
    fn weigh(&self, error: &CallError) {
        let holds_for_all = match self.doubts.refused() {
            About::Row => false,
            About::Run => true,
            About::Ask => match self.ping() {
                Some(Ok(())) | None => false,
                Some(Err(ping)) => match ping.kind {
                    ErrorKind::Fatal => true,
                    ErrorKind::Doubtful => ping.reason == error.reason,
                    _ => {
                        self.doubts.not_told();
                        false
                    }
                },
            },
        };
        if holds_for_all {
            self.stop.stop(StopReason::Fatal(error.clone()));
        }
    }

    /// A permit to call a server that is not known to be away.
    fn permit(&self) -> Option<Permit<'_>> {
        loop {
            if self.outages.under_way() {
                self.wait_out_outage();
            }
            let permit = self.limiter.permit(self.stop)?;
            if !self.outages.under_way() {
                self.mark(SystemTime::now());
                return Some(permit);
            }
        }
    }

    /// A call begins now, or none does before `at`; what is known about the limit by now.
    fn mark(&self, at: SystemTime) {
        if let Some(account) = self.account {
            account.remember(self.limiter.known());
            account.mark(at);
        }
    }

    /// Makes a call, and tells and notes how it ended.
    fn counted<T>(
        &self,
        row: Option<&CalledFor>,
        attempt: u32,
        call: impl FnOnce() -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        self.counters.calls.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let result = call();
        let error = result.as_ref().err();
        if error.is_none_or(CallError::is_reply) {
            self.outages.answered(started);
        }
        self.observers.event(&Event::Answered {
            row: row.cloned(),
            attempt,
            error: error.cloned(),
            pace: self.limiter.pace(),
        });
        result
    }

    fn throttled(&self, permit: Permit<'_>, limit: Limit, error: CallError) {
        let change = permit.throttled(limit, error.retry_after);
        if let Change::Pause(pause) = change {
            self.mark(SystemTime::now() + pause);
            self.counters.pauses.fetch_add(1, Ordering::Relaxed);
        }
        self.outages.shut_out(&error.reason);
        self.observers.event(&Event::Throttled {
            change,
            reason: error.reason,
            pace: self.limiter.pace(),
        });
    }

    /// Makes a call that changes nothing; `None` if the run stops before.
    fn ping(&self) -> Option<Result<(), CallError>> {
        let permit = self.limiter.permit(self.stop)?;
        self.mark(SystemTime::now());
        let result = self.counted(None, 1, || self.client.caller().ping().result);
        match result.as_ref().map_err(|error| error.kind) {
            Ok(()) => permit.passed(),
            Err(ErrorKind::Throttled(limit)) => {
                if let Err(error) = &result {
                    self.throttled(permit, limit, error.clone());
                }
            }
            Err(_) => {}
        }
        Some(result)
    }

    /// Waits until the server answers, after a call that did not reach it.
    /// Returns whether there was an outage: if there was none, the server answers other calls, and
    /// the failure is the call's own.
    ///
    /// One worker tries for all, with a call that changes nothing.
    fn wait_out_outage(&self) -> bool {
        let since = Instant::now();
        let mut was_outage = false;
        loop {
            was_outage |= self.outages.under_way();
            match self.outages.turn(since) {
                Turn::GoOn => return was_outage,
                Turn::Wait(wait) if self.stop.sleep(wait) => continue,
                Turn::Wait(_) => return true,
                Turn::Try => {}
            }
            let error = self.ping().and_then(Result::err);
            if self.stop.stopped() {
                return true;
            }
            let Some(error) = error.filter(|error| !error.is_reply()) else {
                if let Some(lasted) = self.outages.over() {
                    self.observers.event(&Event::OutageOver { lasted });
                }
                continue;
            };
            match self.outages.not_over(since, &error) {
                Ok(None) => {}
                Ok(Some(next_try)) => self.observers.event(&Event::Outage {
                    reason: error.reason,
                    next_try,
                }),
                Err(reason) => {
                    self.stop.stop(reason);
                    return true;
                }
            }
        }
    }
}
