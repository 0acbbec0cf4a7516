//! The server's clock, in Unix seconds: the real one plus a fixed skew.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz};

/// The last second that both HTTP dates and [`Timestamp`] can express.
const LAST: i64 = 253_402_207_200;

pub(super) fn now(skew: SignedDuration) -> i64 {
    shift(SystemTime::now(), skew)
}

fn shift(real: SystemTime, skew: SignedDuration) -> i64 {
    let real = SignedDuration::system_until(UNIX_EPOCH, real).unwrap_or_default();
    real.saturating_add(skew).as_secs().clamp(0, LAST)
}

/// The value of the `Date` header.
pub(super) fn http_date(now: i64) -> String {
    let time = Timestamp::from_second(now.clamp(0, LAST)).unwrap_or(Timestamp::UNIX_EPOCH);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// As the ERP writes times: `2024-01-31 08:00:00`, UTC+8.
pub(super) fn local_time(now: i64) -> String {
    let time = Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH);
    tz::offset(8)
        .to_datetime(time)
        .strftime("%F %T")
        .to_string()
}

/// A time written as [`local_time`] writes it and in no other way, in Unix seconds.
pub(super) fn parse_local_time(text: &str) -> Option<i64> {
    let time = DateTime::strptime("%F %T", text).ok()?;
    let seconds = tz::offset(8).to_timestamp(time).ok()?.as_second();
    (local_time(seconds) == text).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::fmt::rfc2822;

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
            assert_eq!(now(skew), expected);
            let date = rfc2822::parse(&http_date(expected)).expect("a date");
            assert_eq!(date.timestamp().as_second(), expected);
            assert_eq!(local_time(expected).len(), 19);
        }
    }

    #[test]
    fn local_time_is_utc_plus_8() {
        assert_eq!(local_time(1_325_347_200), "2012-01-01 00:00:00");
        assert_eq!(parse_local_time("2012-01-01 00:00:00"), Some(1_325_347_200));
    }
}
