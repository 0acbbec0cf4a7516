//! The server's clock, in Unix seconds: the real one plus a fixed skew.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz};

/// The last second that both HTTP dates and [`Timestamp`] can express.
const LAST: i64 = 253_402_207_200;

pub(super) fn now(skew: SignedDuration) -> i64 {
    let real = SignedDuration::system_until(UNIX_EPOCH, SystemTime::now()).unwrap_or_default();
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
    use jiff::fmt::rfc2822;

    use super::*;

    #[test]
    fn extreme_skews_stay_within_what_a_date_can_say() {
        for (skew, expected) in [(SignedDuration::MAX, LAST), (SignedDuration::MIN, 0)] {
            assert_eq!(now(skew), expected);
            let date = rfc2822::parse(&http_date(expected)).expect("a date");
            assert_eq!(date.timestamp().as_second(), expected);
            assert_eq!(local_time(expected).len(), 19);
        }
    }
}
