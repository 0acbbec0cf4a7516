//! Exponential backoff: when to retry after a transient failure.

use std::time::Duration;

/// Ceiling of the first delay; doubles with each further one.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(60);

/// The delay after the `failures`-th transient failure in a row (counted from 1), with full jitter:
/// `random` is uniform in 0..1. Never less than `asked`, for which the server has asked.
pub fn backoff(failures: u32, random: f64, asked: Duration) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let ceiling = FIRST_DELAY.saturating_mul(1 << doublings).min(MAX_DELAY);
    ceiling.mul_f64(random.clamp(0.0, 1.0)).max(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_a_minute_with_full_jitter_and_never_undercut_the_servers_wish() {
        for (failures, random, asked, seconds) in [
            (1, 1.0, 0, 1),
            (6, 1.0, 0, 32),
            (7, 1.0, 0, 60),
            (u32::MAX, 1.0, 0, 60),
            (5, 0.5, 0, 8),
            (1, 0.5, 20, 20),
            (6, 1.0, 20, 32),
        ] {
            let delay = backoff(failures, random, Duration::from_secs(asked));
            assert_eq!(delay, Duration::from_secs(seconds), "{failures}: {random}");
        }
    }
}
