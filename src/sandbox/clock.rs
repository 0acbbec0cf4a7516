//! The server's clock: the real one, off by a fixed amount.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hyper::header::HeaderValue;
use jiff::{SignedDuration, Timestamp, tz};

/// The last second that both HTTP dates and [`Timestamp`] can express.
const LAST: i64 = 253_402_207_200;

#[derive(Debug)]
pub(super) struct Clock {
    skew: SignedDuration,
    /// The `Date` header of the second it was last asked for.
    date: Mutex<(i64, HeaderValue)>,
}

impl Clock {
    pub(super) fn new(skew: SignedDuration) -> Self {
        Self {
            skew,
            date: Mutex::new((0, http_date(0))),
        }
    }

    /// Unix seconds, kept within what a date can say.
    pub(super) fn now(&self) -> i64 {
        shift(SystemTime::now(), self.skew)
    }

    /// The `Date` header for the second `now`.
    pub(super) fn date(&self, now: i64) -> HeaderValue {
        let mut cached = self.date.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.0 != now {
            *cached = (now, http_date(now));
        }
        cached.1.clone()
    }
}

fn shift(real: SystemTime, skew: SignedDuration) -> i64 {
    let real = SignedDuration::system_until(UNIX_EPOCH, real).unwrap_or_default();
    real.saturating_add(skew).as_secs().clamp(0, LAST)
}

fn http_date(now: i64) -> HeaderValue {
    let time = UNIX_EPOCH + Duration::from_secs(now.clamp(0, LAST).unsigned_abs());
    HeaderValue::from_str(&httpdate::fmt_http_date(time))
        .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

/// The second `now` as the ERP's users read it: `2024-01-31 08:00:00`, UTC+8.
pub(super) fn local_time(now: i64) -> String {
    let time = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
    tz::offset(8)
        .to_datetime(time)
        .strftime("%F %T")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skew_moves_the_clock_both_ways() {
        let noon = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(shift(noon, SignedDuration::from_secs(90)), 1_700_000_090);
        assert_eq!(shift(noon, SignedDuration::from_secs(-90)), 1_699_999_910);
    }

    #[test]
    fn extreme_skews_stay_within_what_a_date_can_say() {
        for (skew, expected) in [(SignedDuration::MAX, LAST), (SignedDuration::MIN, 0)] {
            let clock = Clock::new(skew);
            assert_eq!(clock.now(), expected);
            let date = clock.date(expected);
            let time = httpdate::parse_http_date(date.to_str().unwrap()).unwrap();
            assert_eq!(time, UNIX_EPOCH + Duration::from_secs(expected as u64));
            assert_eq!(local_time(expected).len(), 19);
        }
    }

    #[test]
    fn local_time_is_utc_plus_8() {
        assert_eq!(local_time(1_325_347_200), "2012-01-01 00:00:00");
    }
}
