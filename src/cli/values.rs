//! Values of options, as they are typed.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ZonedDateTime};

use crate::language::say;

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
    let duration = Duration::try_from(signed_duration(text)?).unwrap_or_default();
    if duration.is_zero() || duration > MAX_DURATION {
        return Err(say!("value-duration"));
    }
    Ok(duration)
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

/// After a duration, or at a time of day.
pub(super) fn deadline(text: &str) -> Result<Timestamp, String> {
    if text.contains(':') {
        let time = Time::strptime("%H:%M", text).map_err(|_| say!("value-time-of-day"))?;
        Ok(next(&ZonedDateTime::now(), time))
    } else {
        Ok(Timestamp::now() + positive_duration(text)?)
    }
}

/// When clocks next show `time`, today or tomorrow.
fn next(now: &ZonedDateTime, time: Time) -> Timestamp {
    let days = [Ok(now.clone()), now.tomorrow()].into_iter().flatten();
    days.filter_map(|day| day.with().time(time).build().ok())
        .find(|at| at > now)
        .map_or(now.timestamp(), |next| next.timestamp())
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
    match text.strip_suffix("/min").unwrap_or(text).trim().parse() {
        Ok(limit) if limit > 0 => Ok(limit),
        _ => Err(say!("value-per-minute")),
    }
}

pub(super) fn fraction(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(fraction),
        _ => Err(say!("value-fraction")),
    }
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let bytes = match &*unit.to_ascii_uppercase() {
        "" => Some(1),
        "K" => Some(1 << 10),
        "M" => Some(1 << 20),
        "G" => Some(1 << 30),
        _ => None,
    };
    let count = text[..text.len() - unit.len()].parse::<u64>().ok();
    let size = count
        .zip(bytes)
        .and_then(|(count, bytes)| count.checked_mul(bytes));
    size.filter(|&size| size > 0)
        .ok_or_else(|| say!("value-size"))
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
    fn deadlines_are_durations_or_the_next_such_time_of_day() {
        for text in ["23:59", "90m"] {
            assert!(deadline(text).is_ok_and(|at| at > Timestamp::now()));
        }
        for wrong in ["24:00", "6", "06:30:00x", "-5m", "0s", "tonight", ""] {
            assert!(deadline(wrong).is_err(), "{wrong}");
        }
        for (now, time, minutes) in [
            ("2026-03-01T22:00[Asia/Shanghai]", "06:30", 510),
            ("2026-03-01T05:00[Asia/Shanghai]", "06:30", 90),
            ("2026-03-01T06:30[Asia/Shanghai]", "06:30", 1440),
            // The night in which clocks are put forward is an hour shorter.
            ("2026-03-28T22:00[Europe/Berlin]", "06:00", 420),
        ] {
            let now: ZonedDateTime = now.parse().expect("a time");
            let next = next(&now, time.parse().expect("a time of day"));
            let left = next.duration_since(now.timestamp());
            assert_eq!(left.as_secs() / 60, minutes, "{now} {time}");
        }
    }
}
