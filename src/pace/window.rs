//! Counting what happened within the last minute.

/// Counts by the second; the second that is not yet over is one more.
const SECONDS: usize = 61;

#[derive(Clone, Debug)]
pub struct LastMinute {
    counts: [u32; SECONDS],
    second: u64,
}

impl Default for LastMinute {
    fn default() -> Self {
        LastMinute {
            counts: [0; SECONDS],
            second: 0,
        }
    }
}

impl LastMinute {
    /// Clears the seconds that have passed since. Times are in seconds.
    fn advance(&mut self, now: f64) {
        // Truncation is meant: whole seconds.
        let second = now as u64;
        let passed = second.saturating_sub(self.second);
        for gone in 0..passed.min(SECONDS as u64) {
            self.counts[index(second - gone)] = 0;
        }
        self.second = self.second.max(second);
    }

    /// Counts what happened at a time that may be over: replies come in any order.
    pub fn count(&mut self, at: f64) {
        self.advance(at);
        let second = at as u64;
        if self.second - second < SECONDS as u64 {
            let count = &mut self.counts[index(second)];
            *count = count.saturating_add(1);
        }
    }

    pub fn calls(&mut self, now: f64) -> u32 {
        self.advance(now);
        self.counts.iter().fold(0, |sum, &n| sum.saturating_add(n))
    }
}

fn index(second: u64) -> usize {
    (second % SECONDS as u64) as usize
}
