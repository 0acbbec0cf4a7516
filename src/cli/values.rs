//! Values of options, as they are typed.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ZonedDateTime};

use crate::language::say;
use crate::text::unknown_zone;

/// It may be given in weeks and days, of 24 hours each.
pub(super) fn signed_duration(text: &str) -> Result<SignedDuration, String> {
    let span = text.parse::<Span>().ok();
    span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
        .ok_or_else(|| say!("value-duration"))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    Duration::try_from(signed_duration(text)?).map_err(|_| say!("value-duration"))
}

/// Longer ones could overflow when added to a clock.
const MAX_DURATION: Duration = Duration::from_secs(3_660 * 24 * 3_600);

pub(super) fn positive_duration(text: &str) -> Result<Duration, String> {
    let duration = Some(duration(text)?).filter(|it| !it.is_zero() && *it <= MAX_DURATION);
    duration.ok_or_else(|| say!("value-duration"))
}

pub(super) fn positive<N: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<N, String> {
    let number = text.parse().ok().filter(|number| *number >= N::from(1));
    number.ok_or_else(|| say!("value-positive"))
}

pub(super) fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| say!("value-whole"))
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| say!("value-address"))
}

/// For so long a time of day has passed, before the next one is meant.
const PASSED_BY: SignedDuration = SignedDuration::from_hours(6);

/// When to stop sending.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    pub at: Timestamp,
    /// Whether that was over when the program began.
    pub has_passed: bool,
}

/// After a duration, or at a time of day.
pub(super) fn deadline(text: &str) -> Result<Deadline, String> {
    let now = ZonedDateTime::now();
    let at = if text.contains(':') {
        let time = time_of_day(text).ok_or_else(|| say!("value-time-of-day"))?;
        if let Some(zone) = unknown_zone() {
            return Err(say!("value-zone", zone = zone));
        }
        at(time, &now)
    } else {
        now.timestamp() + positive_duration(text)?
    };
    let has_passed = at <= now.timestamp();
    Ok(Deadline { at, has_passed })
}

/// 24:00 is that of the night.
fn time_of_day(text: &str) -> Option<Time> {
    let text = if text == "24:00" { "00:00" } else { text };
    let formats = ["%H:%M", "%H:%M:%S"].into_iter();
    formats.flat_map(|it| Time::strptime(it, text)).next()
}

/// When clocks next show `time`, or did so, if that was a short time ago: a run that starts late, as
/// after a reboot, is not to go on into the next night.
fn at(time: Time, now: &ZonedDateTime) -> Timestamp {
    let days = [now.yesterday(), Ok(now.clone()), now.tomorrow()];
    let times = days.into_iter().flatten();
    let mut times = times.filter_map(|day| Some(day.with().time(time).build().ok()?.timestamp()));
    let time = times.find(|&it| now.timestamp() <= it + PASSED_BY);
    time.unwrap_or(now.timestamp())
}

pub(super) fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("tab" | "\\t", _, _) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() && !matches!(c, '"' | '\r' | '\n') => Ok(c),
        _ => Err(say!("value-character")),
    }
}

pub(super) fn per_minute(text: &str) -> Result<u32, String> {
    let count = text.strip_suffix("/min").map(str::trim);
    let limit = count.and_then(|it| positive(it).ok());
    limit.ok_or_else(|| say!("value-per-minute"))
}

pub(super) fn fraction(text: &str) -> Result<f64, String> {
    let fraction = text.parse().ok().filter(|it| (0.0..=1.0).contains(it));
    fraction.ok_or_else(|| say!("value-fraction"))
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let power = ["", "K", "M", "G"]
        .iter()
        .position(|it| it.eq_ignore_ascii_case(unit));
    let bytes = power.map(|power| 1_u64 << (10 * power));
    let count = positive::<u64>(&text[..text.len() - unit.len()]).ok();
    let size = bytes.and_then(|bytes| bytes.checked_mul(count?));
    size.ok_or_else(|| say!("value-size"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_may_be_days_and_weeks() {
        for (text, hours) in [("30d", 720), ("2w 1d", 360), ("12h", 12), ("521w", 87_528)] {
            let duration = Duration::from_secs(hours * 3_600);
            assert_eq!(positive_duration(text), Ok(duration));
        }
        for wrong in ["0d", "-1d", "1mo", "1y", "1000w", "30", "soon", ""] {
            assert!(positive_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn deadlines_are_durations_or_times_of_day_that_are_near() {
        for text in ["24:00", "23:59:59", "6:30", "90m"] {
            let at = deadline(text).expect(text).at;
            let hours = at.duration_since(Timestamp::now()).as_hours();
            assert!((-6..=18).contains(&hours), "{text}");
        }
        for wrong in ["24:01", "6", "06:30:00x", "-5m", "0s", "tonight", ""] {
            assert!(deadline(wrong).is_err(), "{wrong}");
        }
        for (now, time, minutes) in [
            ("2026-03-01T22:00[Asia/Shanghai]", "06:30", 510),
            ("2026-03-01T05:00[Asia/Shanghai]", "06:30", 90),
            ("2026-03-01T06:30[Asia/Shanghai]", "06:30", 0),
            // Late, and later than that.
            ("2026-03-01T07:10[Asia/Shanghai]", "06:30", -40),
            ("2026-03-01T12:30[Asia/Shanghai]", "06:30", -360),
            ("2026-03-01T12:31[Asia/Shanghai]", "06:30", 1079),
            ("2026-03-01T00:10[Asia/Shanghai]", "23:30", -40),
            ("2026-03-01T22:00[Asia/Shanghai]", "00:00", 120),
            ("2026-03-29T06:00[Europe/Berlin]", "23:30", -330),
            // The night in which clocks are put forward is an hour shorter.
            ("2026-03-28T22:00[Europe/Berlin]", "06:00", 420),
        ] {
            let now: ZonedDateTime = now.parse().expect("a time");
            let at = at(time.parse().expect("a time of day"), &now);
            let left = at.duration_since(now.timestamp());
            assert_eq!(left.as_secs() / 60, minutes, "{now} {time}");
        }
    }
}
