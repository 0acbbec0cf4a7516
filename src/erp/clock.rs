//! The ERP's clock, as far as this machine can tell.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

/// Unix time of the API's epoch, 2012-01-01 00:00:00 UTC+8 (a rule of the ERP).
const EPOCH: i64 = 1_325_347_200;

/// This machine's clock plus a correction learnt from the ERP, shared by all workers.
#[derive(Debug, Default)]
pub struct Clock {
    /// The ERP's clock minus this machine's, in seconds.
    offset: AtomicI64,
}

impl Clock {
    /// The query field `timestamp` for a call made at `now` by this machine's clock.
    pub fn timestamp(&self, now: SystemTime) -> i64 {
        unix(now)
            .saturating_add(self.offset())
            .saturating_sub(EPOCH)
    }

    /// Takes `server`, the reply's `Date`, for the right time at `now`.
    pub fn correct(&self, now: SystemTime, server: SystemTime) {
        let offset = unix(server).saturating_sub(unix(now));
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// The ERP's clock minus this machine's, in seconds; 0 until corrected.
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }
}

/// Seconds since 1970, negative before.
pub(super) fn unix(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |s| -s),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(unix: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(unix)
    }

    #[test]
    fn timestamps_count_from_2012_in_china() {
        let clock = Clock::default();
        assert_eq!(clock.timestamp(at(1_325_347_200)), 0);
        assert_eq!(clock.timestamp(at(1_775_791_716)), 450_444_516);
    }

    #[test]
    fn a_correction_moves_later_timestamps_either_way() {
        let clock = Clock::default();
        for skew in [-3_600_i64, 0, 7_200] {
            let here = at(1_775_791_716);
            let there = at(1_775_791_716_u64.saturating_add_signed(skew));
            clock.correct(here, there);
            assert_eq!(clock.offset(), skew);
            assert_eq!(clock.timestamp(here), 450_444_516 + skew);
        }
    }

    #[test]
    fn absurd_dates_do_not_overflow() {
        let clock = Clock::default();
        clock.correct(SystemTime::UNIX_EPOCH, at(u64::MAX >> 2));
        let _ = clock.timestamp(at(u64::MAX >> 2));
        clock.correct(at(u64::MAX >> 2), SystemTime::UNIX_EPOCH);
        let _ = clock.timestamp(SystemTime::UNIX_EPOCH);
    }
}
