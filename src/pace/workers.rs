//! How many calls may be in flight, as the user sets it.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use super::rate::RateLimit;
use crate::language::say;

/// A call that takes longer than this is slow even for the ERP.
pub(super) const SLOW_CALL: Duration = Duration::from_secs(3);
const FEWEST: usize = 4;
const MOST: usize = 64;
/// More threads than this are surely a typing error.
pub const MAX_WORKERS: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// As many as the rate needs.
    Auto,
    Fixed(NonZeroUsize),
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", say!("pace-workers", most = MAX_WORKERS))]
pub struct WorkersError;

impl FromStr for Workers {
    type Err = WorkersError;

    fn from_str(text: &str) -> Result<Self, WorkersError> {
        match text.parse::<NonZeroUsize>() {
            _ if text == "auto" => Ok(Workers::Auto),
            Ok(workers) if workers.get() <= MAX_WORKERS => Ok(Workers::Fixed(workers)),
            _ => Err(WorkersError),
        }
    }
}

impl Workers {
    /// Calls in flight at most, at a rate.
    pub fn for_rate(self, rate: RateLimit) -> usize {
        let (_, per_minute) = rate.per_minute();
        match self {
            Workers::Fixed(workers) => workers.get(),
            // Truncation is meant; an infinite rate needs the most.
            Workers::Auto => {
                let workers = per_minute / 60.0 * SLOW_CALL.as_secs_f64();
                (workers.ceil() as usize).clamp(FEWEST, MOST)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_the_rate_needs() {
        for (rate, workers) in [
            ("1/h", 4),
            ("55/min", 4),
            ("100/min", 5),
            ("600/min", 30),
            ("20/s", 60),
            ("100/s", 64),
            ("auto", 64),
            ("unlimited", 64),
        ] {
            let rate = rate.parse().expect("a rate");
            assert_eq!(Workers::Auto.for_rate(rate), workers, "{rate}");
            assert_eq!(
                "7".parse().map(|fixed: Workers| fixed.for_rate(rate)),
                Ok(7)
            );
        }
        for wrong in ["", "0", "-1", "1001", "Auto", "4.0"] {
            assert_eq!(wrong.parse::<Workers>(), Err(WorkersError), "{wrong}");
        }
    }
}
