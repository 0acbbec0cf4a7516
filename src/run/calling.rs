//! How calls are made, whatever for.

use std::path::PathBuf;
use std::time::Duration;

use super::destination::Destination;
use super::doubts::Doubts;
use super::event::{Event, Observer};
use super::outage::{GIVE_UP_AFTER, Outages};
use super::rules::{Deadline, StopRules};
use super::worker::{Counters, Work};
use crate::erp::Client;
use crate::files::{AccountLock, AccountState};
use crate::pace::{Pacing, RateLimit, RateLimiter, Workers};
use crate::stop::Stop;

/// A wait before the first call that is longer is told.
const WORTH_SAYING: Duration = Duration::from_secs(5);

/// For whom, how fast and for how long calls are made.
#[derive(Clone, Debug)]
pub struct Calling {
    pub destination: Destination,
    pub rate: RateLimit,
    /// Calls in flight at most.
    pub workers: Workers,
    /// Further attempts after the first, for transient failures.
    pub retries: u32,
    pub stop_rules: StopRules,
    /// Locked while calls are made, so that another run for the same account is told.
    pub account_lock: Option<PathBuf>,
}

impl Calling {
    pub fn pacing(&self) -> Pacing {
        Pacing::new(
            self.rate,
            self.workers,
            None,
            self.stop_rules.deadline.and_then(Deadline::time),
        )
    }

    /// Tells where another run calls for the account, or where that cannot be known.
    pub(super) fn lock(&self, observers: &[&dyn Observer]) -> Option<AccountState> {
        match self.account_lock.as_deref().map(AccountLock::take) {
            Some(AccountLock::Held(state)) => return Some(state),
            Some(AccountLock::Busy(holder)) => observers.event(&Event::AccountBusy { holder }),
            Some(AccountLock::Unavailable(_)) => observers.event(&Event::AccountUnknown),
            None if !self.destination.stand_in => observers.event(&Event::AccountUnknown),
            None => {}
        }
        None
    }

    pub(super) fn work<'r>(
        &self,
        client: &'r Client,
        account: Option<&'r AccountState>,
        stop: &'r Stop,
        observers: &'r [&'r dyn Observer],
    ) -> Work<'r> {
        Work {
            client,
            limiter: RateLimiter::new(
                self.rate,
                self.workers,
                account.and_then(AccountState::known),
                self.stop_rules.give_up_after.unwrap_or(GIVE_UP_AFTER),
            ),
            account,
            stop,
            observers,
            outages: Outages::new(self.stop_rules.give_up_after),
            doubts: Doubts::default(),
            counters: Counters::default(),
            retries: self.retries,
        }
    }
}

impl Work<'_> {
    /// Before the first call: at the pace of the run before, where it left off.
    pub fn keep_pace(&self) {
        if let Some(at) = self.account.and_then(AccountState::last_call) {
            let wait = self.limiter.follow(at);
            if wait > WORTH_SAYING {
                self.observers.event(&Event::WaitsForPace { wait });
            }
        }
    }
}
