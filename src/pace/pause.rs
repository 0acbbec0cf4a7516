//! The pause for the ERP's rate limit. Times are in seconds.

/// The ERP counts calls by the minute.
pub(super) const MINUTE: f64 = 60.0;
/// The shortest pause: at a rate just above the limit the ERP's minute is nearly over when it is
/// exceeded.
const MIN_PAUSE: f64 = 15.0;
/// The longest pause, also for a server that asks for more. Some limiters shut a caller out for up
/// to ten minutes, and begin again with each call made meanwhile.
pub(super) const MAX_PAUSE: f64 = 620.0;

#[derive(Clone, Debug)]
pub(super) struct Pause {
    pub resume_at: f64,
    /// Whether a call has got through since.
    over: bool,
    last: f64,
    /// All pauses since a call last got through.
    pub total: f64,
    /// How long a first pause must be where a minute is not enough; 0 if it is.
    needed: f64,
}

impl Default for Pause {
    fn default() -> Self {
        Pause {
            resume_at: 0.0,
            over: true,
            last: 0.0,
            total: 0.0,
            needed: 0.0,
        }
    }
}

impl Pause {
    /// Whether calls are throttled again before any has got through: the last pause was too short.
    pub fn too_short(&self) -> bool {
        !self.over
    }

    /// Whether whoever exceeds the limit is shut out for minutes.
    pub fn costly(&self) -> bool {
        self.needed > 0.0
    }

    /// Whether `total` is more than it takes for the ERP's minute to turn.
    pub fn long(&self) -> bool {
        self.total > 1.5 * MINUTE
    }

    /// A call that started after the pause got through.
    pub fn passed(&mut self) {
        if !self.over {
            self.over = true;
            if self.total > self.last && self.long() {
                self.needed = self.total.min(MAX_PAUSE);
            }
        }
    }

    /// Pauses from `now` on, for `first` if the last pause was long enough. Returns how long.
    pub fn begin(&mut self, now: f64, first: f64, asked: Option<f64>) -> f64 {
        let wanted = if self.over {
            self.total = 0.0;
            first.max(self.needed)
        } else if self.total < MINUTE {
            MINUTE + 1.0 - self.total
        } else {
            MAX_PAUSE
        };
        let pause = wanted.max(asked.unwrap_or(0.0)).clamp(MIN_PAUSE, MAX_PAUSE);
        self.resume_at = now + pause;
        self.over = false;
        self.last = pause;
        self.total += pause;
        pause
    }
}
