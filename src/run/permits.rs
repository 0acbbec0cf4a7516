//! When calls may be made: at the pace of the account, which its next run is to know.

use std::time::{Duration, SystemTime};

use super::calls::Calls;
use super::event::{Event, Level, Observer};
use crate::erp::{CallError, Limit};
use crate::files::AccountState;
use crate::language::say;
use crate::pace::{Change, Pacing, Permit};
use crate::text::duration;

const WORTH_SAYING: Duration = Duration::from_secs(5);

impl Calls<'_> {
    pub fn pacing(&self) -> Pacing {
        let known = self.account.as_ref().and_then(AccountState::known);
        self.rules.pacing(known)
    }

    /// A call begins now, or none does before `at`: the next run of the account is to know.
    fn mark(&self, at: SystemTime) {
        self.remember_pace();
        if let Some(account) = &self.account {
            account.mark(at);
        }
    }

    pub(super) fn remember_pace(&self) {
        if let Some(account) = &self.account {
            account.remember(self.limiter.known());
        }
    }

    pub(super) fn permit(&self) -> Option<Permit<'_>> {
        loop {
            self.reach.wait_while_away();
            let permit = self.any_permit()?;
            if !self.reach.is_away() {
                return Some(permit);
            }
        }
    }

    pub(super) fn any_permit(&self) -> Option<Permit<'_>> {
        self.pace_kept.call_once(|| self.keep_pace());
        let permit = self.limiter.permit(self.stop)?;
        self.mark(SystemTime::now());
        Some(permit)
    }

    /// Before the first call: at the pace of the run before, where it left off.
    fn keep_pace(&self) {
        if let Some(at) = self.account.as_ref().and_then(AccountState::last_call) {
            let wait = self.limiter.follow(at);
            if wait > WORTH_SAYING {
                let text = say!("event-waits-for-pace", wait = duration(wait));
                self.observers.say(Level::Note, text);
                self.paused(wait, &say!("event-as-before"), false);
            }
        }
    }

    pub(super) fn throttled(&self, permit: Permit<'_>, limit: Limit, error: &CallError) {
        self.reach.shut_out(&error.reason);
        match permit.throttled(limit, error.retry_after) {
            Change::None => {}
            Change::MaxInFlight(calls) => self.observers.event(&Event::MaxInFlight {
                calls,
                reason: &error.reason,
            }),
            Change::Longer(wait) => self.mark(SystemTime::now() + wait),
            Change::Pause(wait) => {
                self.mark(SystemTime::now() + wait);
                self.paused(wait, &error.reason, true);
            }
        }
    }

    fn paused(&self, wait: Duration, reason: &str, is_asked: bool) {
        let pace = self.limiter.pace();
        self.observers.event(&Event::Paused {
            wait,
            reason,
            is_asked,
            pace,
        });
    }
}
