//! The rules by which a run makes its calls.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use crate::pace::{KnownRates, Pacing, RateLimit, Workers};

/// How long a run waits by default for a server that answers nothing, for the ERP's limits, and for
/// another run of its account.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3_600);
#[derive(Clone, Debug)]
pub struct Rules {
    pub rate: RateLimit,
    pub workers: Workers,
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
    /// Of a run that begins where an earlier one of the account ended, if that is known.
    pub fn pacing(&self, known: Option<KnownRates>) -> Pacing {
        let deadline = self.deadline.and_then(Deadline::time);
        Pacing::new(self.rate, self.workers, known, deadline)
    }

    /// How long to wait for a server that answers nothing, or lets nothing through.
    pub fn longest_wait(&self) -> Duration {
        self.give_up_after.unwrap_or(GIVE_UP_AFTER)
    }

    pub fn has_deadline_passed(&self) -> bool {
        self.deadline.is_some_and(Deadline::has_passed)
    }
}
