//! After a first minute that the run itself filled soon: the calls that it held are made at once in the
//! next ones, too, until the rate is known well enough to go on evenly. Times are in seconds.

use std::collections::VecDeque;

use super::pause::MINUTE;

/// For how many minutes.
const MINUTES: f64 = 2.0;
/// The ERP's minute and how much later than others a call may arrive.
const TURN: f64 = MINUTE + 1.0;

#[derive(Clone, Debug)]
pub(super) struct AtOnce {
    pub calls: usize,
    pub until: f64,
    /// When the latest calls started.
    starts: VecDeque<f64>,
}

impl AtOnce {
    pub fn new(calls: usize, from: f64) -> AtOnce {
        AtOnce {
            calls,
            until: from + MINUTES * TURN,
            starts: VecDeque::new(),
        }
    }

    /// When there may be one more call, after one that starts now.
    pub fn next(&mut self, now: f64) -> f64 {
        self.starts.push_back(now);
        if self.starts.len() < self.calls {
            return now;
        }
        self.starts.pop_front().map_or(now, |first| first + TURN)
    }
}
