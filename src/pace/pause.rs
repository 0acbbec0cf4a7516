//! The pause for the ERP's rate limit. Times are in seconds.

use std::time::Duration;

use super::in_flight::Change;

/// The ERP counts calls by the minute.
pub(super) const MINUTE: f64 = 60.0;
/// The shortest pause: at a rate just above the limit the ERP's minute is nearly over when it is
/// exceeded.
const MIN_PAUSE: f64 = 15.0;
/// The longest pause that no server has asked for. Some limiters shut a caller out for up to ten
/// minutes, and begin again with each call made meanwhile.
pub(super) const MAX_PAUSE: f64 = 620.0;
/// A pause that is longer by less is the same one, asked for by a call that took longer.
const WORTH_SAYING: f64 = 5.0;

#[derive(Clone, Debug, Default)]
pub(super) struct Pause {
    pub resume_at: f64,
    /// All pauses since a call last got through.
    pub total: f64,
    pub pending: bool,
    /// Whether whoever exceeds the limit is shut out for minutes.
    costly: bool,
    /// No server can ask for more.
    longest: f64,
}

impl Pause {
    pub fn new(longest: Duration) -> Pause {
        Pause {
            longest: longest.as_secs_f64(),
            ..Pause::default()
        }
    }

    /// Pauses from `now` on: as long as the server asks, or for `first`, and longer if the last
    /// pause was too short. Returns how long.
    pub fn begin(&mut self, now: f64, first: f64, asked: Option<Duration>) -> f64 {
        let asked = asked.map_or(0.0, |asked| asked.as_secs_f64().min(self.longest));
        self.costly |= self.pending && self.total >= MINUTE;
        let least = if self.costly {
            MAX_PAUSE
        } else if self.pending {
            MINUTE + 1.0 - self.total
        } else if asked > 0.0 {
            0.0
        } else {
            first.max(MIN_PAUSE)
        };
        let pause = asked.max(least);
        self.total = pause + if self.pending { self.total } else { 0.0 };
        self.pending = true;
        self.resume_at = now + pause;
        pause
    }

    /// Makes the pause as long as the server asks now, if that is longer.
    pub fn lengthen(&mut self, now: f64, asked: Option<Duration>) -> Change {
        let asked = asked.map_or(0.0, |asked| asked.as_secs_f64().min(self.longest));
        let by = now + asked - self.resume_at.max(now);
        if by <= 0.0 {
            return Change::None;
        }
        self.total += by;
        self.resume_at = now + asked;
        let pause = Duration::from_secs_f64(asked);
        if by >= WORTH_SAYING {
            Change::Pause(pause)
        } else {
            Change::Longer(pause)
        }
    }
}
