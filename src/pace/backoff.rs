//! Exponential backoff: when to retry after a transient failure.

use std::time::Duration;

/// Ceiling of the first delay; doubles with each further one.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// Ceiling of every delay.
const MAX_DELAY: Duration = Duration::from_secs(60);
/// Cap on Retry-After.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The delay after the `failures`-th transient failure in a row (counted from 1), with full jitter:
/// `random` is uniform in 0..1. Never less than the server asked for with Retry-After.
pub fn backoff(failures: u32, random: f64, retry_after: Option<Duration>) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let ceiling = FIRST_DELAY.saturating_mul(1 << doublings).min(MAX_DELAY);
    let floor = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
    ceiling.mul_f64(random.clamp(0.0, 1.0)).max(floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_from_one_second_to_a_minute() {
        let ceilings: Vec<_> = (1..=9).map(|n| backoff(n, 1.0, None).as_secs()).collect();
        assert_eq!(ceilings, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(backoff(u32::MAX, 1.0, None), MAX_DELAY);
    }

    #[test]
    fn jitter_is_full() {
        assert_eq!(backoff(5, 0.0, None), Duration::ZERO);
        assert_eq!(backoff(5, 0.5, None), Duration::from_secs(8));
    }

    #[test]
    fn the_servers_wish_is_a_floor_within_reason() {
        let asked = |secs| Some(Duration::from_secs(secs));
        assert_eq!(backoff(1, 0.5, asked(20)), Duration::from_secs(20));
        assert_eq!(backoff(6, 1.0, asked(20)), Duration::from_secs(32));
        assert_eq!(backoff(1, 0.5, asked(86_400)), MAX_RETRY_AFTER);
    }
}
