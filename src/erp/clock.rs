//! The ERP's clock, as far as this machine can tell.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use super::protocol::EPOCH;

/// This machine's clock plus a correction learnt from the ERP, shared by all workers.
#[derive(Debug, Default)]
pub struct Clock {
    /// The ERP's clock minus this machine's, in seconds.
    offset: AtomicI64,
}

impl Clock {
    pub fn timestamp(&self, now: Timestamp) -> i64 {
        now.as_second() + self.offset() - EPOCH
    }

    /// Takes `server`, the reply's `Date`, for the right time at `now`.
    pub fn correct(&self, now: Timestamp, server: Timestamp) {
        let offset = server.as_second() - now.as_second();
        self.offset.store(offset, Ordering::Relaxed);
    }

    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_count_from_2012_in_china_and_follow_corrections() {
        let clock = Clock::default();
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert_eq!(clock.timestamp(at(1_325_347_200)), 0);
        let here = at(1_775_791_716);
        for skew in [0, -3_600, 7_200] {
            clock.correct(here, at(1_775_791_716 + skew));
            assert_eq!(clock.offset(), skew);
            assert_eq!(clock.timestamp(here), 450_444_516 + skew);
        }
    }
}
