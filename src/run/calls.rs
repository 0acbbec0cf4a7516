//! The one place where a call is made: permit, call, verdict, wait, again.

use std::sync::{Mutex, MutexGuard, Once};
use std::time::Instant;

use super::account::take_account;
use super::error::RunError;
use super::event::{CallKind, Event, Observer};
use super::reach::Reach;
use super::rules::Rules;
use crate::erp::{CallError, Client, ErrorKind};
use crate::files::AccountState;
use crate::pace::{Permit, RateLimiter, backoff};
use crate::sheet::{Place, Sheet};
use crate::stop::{Stop, StopReason};
use crate::sync::lock;

/// How often at most a call for no order is repeated: all others wait for it.
const MAX_RETRIES: u32 = 2;

#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    pub order: Option<(&'a str, &'a Place)>,
    pub kind: CallKind,
    /// Whether it repeats one that failed.
    pub is_retry: bool,
}

impl Purpose<'_> {
    pub const READ_MANY: Purpose<'static> = Purpose {
        order: None,
        kind: CallKind::Query,
        is_retry: false,
    };

    /// Whether it changes nothing: then it can be gone without.
    fn is_read(&self) -> bool {
        self.kind != CallKind::Update
    }
}

pub struct Attempted<T> {
    pub attempts: u32,
    /// `None` if the run stopped before anything was known.
    pub result: Option<Result<T, CallError>>,
}

pub struct Calls<'r> {
    pub client: &'r Client,
    pub rules: &'r Rules,
    pub stop: &'r Stop,
    pub observers: &'r [&'r dyn Observer],
    has_waited: bool,
    pub(super) limiter: RateLimiter,
    pub(super) account: Option<AccountState>,
    pub(super) pace_kept: Once,
    /// Whether a call was answered: until then one at a time is made.
    is_answered: Mutex<bool>,
    pub(super) reach: Reach,
}

impl<'r> Calls<'r> {
    /// Takes the account's lock, once no other run holds it.
    ///
    /// # Errors
    ///
    /// If another run of the account goes on for longer than this one may wait.
    pub fn begin(
        client: &'r Client,
        rules: &'r Rules,
        stop: &'r Stop,
        observers: &'r [&'r dyn Observer],
    ) -> Result<Calls<'r>, RunError> {
        let (account, has_waited) = take_account(rules, client, stop, observers)?;
        let known = account.as_ref().and_then(AccountState::known);
        Ok(Calls {
            client,
            limiter: RateLimiter::new(rules.rate, rules.workers, known, rules.give_up_after),
            rules,
            stop,
            observers,
            has_waited,
            account,
            pace_kept: Once::new(),
            is_answered: Mutex::default(),
            reach: Reach::default(),
        })
    }

    /// An error if somebody has changed the sheet while this run waited for another one.
    pub fn ensure_current(&self, sheet: &Sheet) -> Result<(), RunError> {
        if self.has_waited {
            sheet.ensure_current().map_err(RunError::Plan)?;
        }
        Ok(())
    }

    /// Why the calls were stopped: not for the time, where none of them was answered by then.
    pub fn stop_reason(&self) -> Option<StopReason> {
        let reason = self.stop.reason()?;
        let never_reached = (reason == StopReason::Deadline).then(|| self.reach.never_reached());
        Some(never_reached.flatten().unwrap_or(reason))
    }

    /// Makes a call until it ends: throttled calls are repeated as often as it takes, transient
    /// failures as often as the rules say, a wrong clock once, an outage of the server is waited
    /// out. A call that reads for many orders is repeated a few times only. A verdict that holds for
    /// every call stops the run, and is none on the call's order, which is not called failed; whether
    /// a doubtful one does, other calls tell. No verdict on a call that only reads stops the run.
    ///
    /// Repeating a call is safe because each is idempotent: setting a flag twice leaves what setting
    /// it once does, and reading changes nothing. So a call whose reply was lost is made again.
    pub fn make<T>(
        &self,
        purpose: Purpose<'_>,
        ensure_wanted: impl Fn() -> Result<(), CallError>,
        mut call: impl FnMut() -> Result<T, CallError>,
    ) -> Attempted<T> {
        let is_for_many = purpose.order.is_none();
        let bound = if is_for_many { MAX_RETRIES } else { u32::MAX };
        let retries = self.rules.retries.min(bound);
        let (mut failures, mut throttles) = (0, 0);
        let (mut clock_corrected, mut is_retry) = (false, purpose.is_retry);
        let mut tried = Attempted {
            attempts: 0,
            result: None,
        };
        loop {
            let mut first = self.first();
            let Some(permit) = self.permit() else {
                return tried;
            };
            // Other calls may have made it needless meanwhile.
            if let Err(error) = ensure_wanted() {
                return tried.ended(Err(error));
            }
            tried.attempts += 1;
            let purpose = Purpose {
                is_retry: std::mem::take(&mut is_retry),
                ..purpose
            };
            let started = Instant::now();
            let result = self.counted(purpose, tried.attempts, &mut call);
            if let Some(is_answered) = first.as_deref_mut() {
                *is_answered = result.as_ref().err().is_none_or(CallError::is_reply);
            }
            let error = match result {
                Ok(_) => {
                    self.got_through(permit);
                    return tried.ended(result);
                }
                Err(error) => error,
            };
            let clock_was_corrected = std::mem::take(&mut clock_corrected);
            match error.kind {
                ErrorKind::Rejected => {
                    self.got_through(permit);
                    return tried.ended(Err(error));
                }
                ErrorKind::Throttled(limit) => {
                    self.throttled(permit, limit, &error);
                    throttles += 1;
                    if purpose.is_read() && is_for_many && throttles > MAX_RETRIES {
                        // Whether other calls get through is not known.
                        self.reach.state().shut_out = None;
                        return tried.ended(Err(error));
                    }
                }
                ErrorKind::Transient | ErrorKind::NoReply | ErrorKind::Unreachable => {
                    drop(permit);
                    if !error.is_reply() && self.wait_out_outage(error.kind, started) {
                        if error.sent {
                            tried.result = Some(Err(error));
                        }
                        continue;
                    }
                    failures += 1;
                    let asked = error.retry_after.unwrap_or_default();
                    let asked = asked.min(self.rules.give_up_after);
                    let delay = backoff(failures, fastrand::f64(), asked);
                    tried.result = Some(Err(error));
                    drop(first);
                    if failures > retries || !self.stop.sleep(delay) {
                        return tried;
                    }
                    is_retry = true;
                }
                ErrorKind::Fatal | ErrorKind::Doubtful if purpose.is_read() => {
                    return tried.ended(Err(error));
                }
                ErrorKind::Clock if clock_was_corrected => {
                    if purpose.is_read() {
                        return tried.ended(Err(error));
                    }
                    let offset = self.client.clock.offset();
                    self.stop.stop(StopReason::Clock { error, offset });
                    return tried;
                }
                ErrorKind::Clock => {
                    clock_corrected = true;
                    let offset = self.client.clock.offset();
                    self.observers.event(&Event::Clock { offset });
                }
                ErrorKind::Fatal => {
                    self.stop.stop(StopReason::Fatal(error));
                    return tried;
                }
                ErrorKind::Doubtful => {
                    drop(permit);
                    if self.weigh(&error) {
                        return tried;
                    }
                    return tried.ended(Err(error));
                }
            }
        }
    }

    /// The ERP took the call or refused its row.
    fn got_through(&self, permit: Permit<'_>) {
        permit.passed();
        self.reach.got_through();
    }

    /// Held by the only call that is made while none was answered: a wrong secret costs one call.
    fn first(&self) -> Option<MutexGuard<'_, bool>> {
        let is_answered = lock(&self.is_answered);
        (!*is_answered).then_some(is_answered)
    }

    fn counted<T>(
        &self,
        purpose: Purpose<'_>,
        attempt: u32,
        call: impl FnOnce() -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let started = Instant::now();
        self.reach.begins(started);
        let result = call();
        let error = result.as_ref().err();
        match error.filter(|error| !error.is_reply()) {
            Some(error) => self.reach.unanswered(&error.reason),
            None => self.reach.answered(started),
        }
        self.observers.event(&Event::Answered {
            kind: purpose.kind,
            order: purpose.order,
            attempt,
            is_retry: purpose.is_retry,
            took: started.elapsed(),
            error,
            pace: self.limiter.pace(),
        });
        result
    }

    /// Makes a call that changes nothing; `None` if the run stops before.
    pub(super) fn ping(&self) -> Option<Result<(), CallError>> {
        let permit = self.any_permit()?;
        let purpose = Purpose {
            kind: CallKind::Ping,
            ..Purpose::READ_MANY
        };
        let result = self.counted(purpose, 1, || self.client.ping().result);
        match &result {
            Ok(()) => permit.passed(),
            Err(error) => {
                if let ErrorKind::Throttled(limit) = error.kind {
                    self.throttled(permit, limit, error);
                }
            }
        }
        Some(result)
    }
}

impl<T> Attempted<T> {
    fn ended(self, result: Result<T, CallError>) -> Self {
        Attempted {
            result: Some(result),
            ..self
        }
    }
}
