//! How calls are made: the rules of a run, and the lock by which the runs of an account take turns.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use super::error::RunError;
use super::event::{Level, Observer};
use crate::files::AccountLock;
use crate::language::say;
use crate::pace::{Pacing, RateLimit};
use crate::stop::Stop;

/// How long a run waits by default for a server that answers nothing, for the ERP's limits, and for
/// another run of its account.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3_600);
/// How often a run looks whether another one of its account has ended.
const ACCOUNT_EVERY: Duration = Duration::from_millis(500);

/// How fast and for how long calls are made, and what ends them.
#[derive(Clone, Debug)]
pub struct Rules {
    pub rate: RateLimit,
    /// Calls in flight at most.
    pub workers: usize,
    /// Further attempts after the first, for transient failures.
    pub retries: u32,
    /// Stop after this many orders that were sent and not accepted.
    pub max_failures: Option<u64>,
    /// Stop when this many orders in a row, in the order they ended, were `failed`.
    pub max_consecutive_failures: Option<u64>,
    /// Stop when the server has answered nothing for so long; by default an hour, and a minute while
    /// it has not answered at all.
    pub give_up_after: Option<Duration>,
    pub deadline: Option<Deadline>,
    /// Locked while calls are made, so that two runs of an account do not exceed its quota.
    pub account_lock: Option<PathBuf>,
}

/// When to stop sending.
#[derive(Clone, Copy, Debug)]
pub enum Deadline {
    After(Instant),
    /// When the clock shows this, wherever it has been set meanwhile.
    At(SystemTime),
}

impl Deadline {
    pub fn has_passed(self) -> bool {
        match self {
            Deadline::After(at) => Instant::now() >= at,
            Deadline::At(at) => SystemTime::now() >= at,
        }
    }

    /// When that is, as the clock goes now; `None` if no clock shows it.
    pub fn time(self) -> Option<Timestamp> {
        let at = match self {
            Deadline::After(at) => SystemTime::now() + at.saturating_duration_since(Instant::now()),
            Deadline::At(at) => at,
        };
        Timestamp::try_from(at).ok()
    }
}

impl Rules {
    pub fn pacing(&self) -> Pacing {
        Pacing {
            rate: self.rate,
            workers: self.workers,
            deadline: self.deadline.and_then(Deadline::time),
        }
    }

    pub fn has_deadline_passed(&self) -> bool {
        self.deadline.is_some_and(Deadline::has_passed)
    }
}

/// The account's lock, and how long another run held it, if one did.
pub fn take_account(
    rules: &Rules,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<(AccountLock, Option<Duration>), RunError> {
    let Some(path) = &rules.account_lock else {
        return Ok((AccountLock::None, None));
    };
    let mut busy_since = None;
    loop {
        let account = AccountLock::take(path);
        let AccountLock::Busy(holder) = &account else {
            if matches!(account, AccountLock::None) {
                observers.say(Level::Warning, say!("event-account-unknown"));
            }
            return Ok((account, busy_since.map(|at: Instant| at.elapsed())));
        };
        let since = *busy_since.get_or_insert_with(|| {
            let text = say!("event-account-busy", holder = holder.to_string());
            observers.say(Level::Warning, text);
            Instant::now()
        });
        let longest = rules.give_up_after.unwrap_or(GIVE_UP_AFTER);
        if rules.has_deadline_passed() || since.elapsed() >= longest || !stop.sleep(ACCOUNT_EVERY) {
            return Err(RunError::AccountBusy {
                holder: holder.clone(),
                waited: since.elapsed(),
            });
        }
    }
}
