//! The ERP's clock, as far as this machine can tell.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

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
    pub fn timestamp(&self, now: Timestamp) -> i64 {
        now.as_second() + self.offset() - EPOCH
    }

    /// Takes `server`, the reply's `Date`, for the right time at `now`.
    pub fn correct(&self, now: Timestamp, server: Timestamp) {
        let offset = server.as_second() - now.as_second();
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// The ERP's clock minus this machine's, in seconds; 0 until corrected.
    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }
}

/// A time as HTTP writes it, in any of its three forms (RFC 9110, section 5.6.7).
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let forms = [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%a %b %e %H:%M:%S %Y",
    ];
    let mut times = forms.iter().map(|form| DateTime::strptime(form, text));
    let time = times.find_map(Result::ok)?;
    Some(Offset::UTC.to_timestamp(time).unwrap_or(Timestamp::MAX))
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
        clock.correct(Timestamp::MAX, Timestamp::MIN);
        let _ = clock.timestamp(Timestamp::MIN);
    }

    #[test]
    fn http_writes_times_in_three_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            let time = http_date(text).map(|time| time.as_second());
            assert_eq!(time, Some(784_111_777), "{text}");
        }
        let end = http_date("Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(end, Some(Timestamp::MAX));
        for text in ["", "yesterday", "Sun, 06 Nov 1994", "1994-11-06T08:49:37Z"] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
