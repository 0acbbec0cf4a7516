//! When to try again after a transient failure.

use std::time::Duration;

/// Ceiling of the first delay; doubles with each further one.
const FIRST: Duration = Duration::from_secs(1);
/// Ceiling of every delay.
const LONGEST: Duration = Duration::from_secs(60);
/// A server may ask for more, but not for the night.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// The delay after the `failures`-th transient failure of a row (counted from 1): exponential
/// backoff with full jitter, `random` being uniform in 0..1, and never less than the server asked.
#[must_use]
pub fn backoff(failures: u32, random: f64, asked: Option<Duration>) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let ceiling = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let asked = asked.unwrap_or_default().min(LONGEST_ASKED);
    ceiling.mul_f64(random.clamp(0.0, 1.0)).max(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_from_one_second_to_a_minute() {
        let ceilings: Vec<_> = (1..=9).map(|n| backoff(n, 1.0, None).as_secs()).collect();
        assert_eq!(ceilings, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(backoff(u32::MAX, 1.0, None), LONGEST);
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
        assert_eq!(backoff(1, 0.5, asked(86_400)), LONGEST_ASKED);
    }
}
