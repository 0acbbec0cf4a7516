//! Values of options, as they are typed.

#[cfg(feature = "sandbox")]
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Span, SpanRelativeTo};

use crate::language::say;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// So long after the start.
    In(Duration),
    /// When clocks next show this.
    At(Time),
}

/// It may be given in weeks and days, of 24 hours each.
pub(super) fn signed_duration(text: &str) -> Result<SignedDuration, String> {
    let span = text.parse::<Span>().ok();
    span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
        .ok_or_else(|| say!("value-duration"))
}

#[cfg(feature = "sandbox")]
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

/// A whole number from 1.
pub(super) fn positive<N: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<N, String> {
    let number = text.parse().ok().filter(|number| *number >= N::from(1));
    number.ok_or_else(|| say!("value-positive"))
}

/// A whole number from 0.
pub(super) fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| say!("value-whole"))
}

#[cfg(feature = "sandbox")]
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| say!("value-address"))
}

pub(super) fn deadline(text: &str) -> Result<Deadline, String> {
    if !text.contains(':') {
        return positive_duration(text).map(Deadline::In);
    }
    let time = Time::strptime("%H:%M", text);
    time.map(Deadline::At)
        .map_err(|_| say!("value-time-of-day"))
}

pub(super) fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("tab" | "\\t", _, _) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() && !matches!(c, '"' | '\r' | '\n') => Ok(c),
        _ => Err(say!("value-character")),
    }
}

#[cfg(feature = "sandbox")]
pub(super) fn per_minute(text: &str) -> Result<u32, String> {
    match text.strip_suffix("/min").unwrap_or(text).trim().parse() {
        Ok(limit) if limit > 0 => Ok(limit),
        _ => Err(say!("value-per-minute")),
    }
}

#[cfg(feature = "sandbox")]
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
        let hours = |hours: u64| Ok(Duration::from_secs(hours * 3_600));
        for (text, duration) in [
            ("30d", 720),
            ("2w 1d", 360),
            ("12h", 12),
            ("521w", 521 * 168),
        ] {
            assert_eq!(positive_duration(text), hours(duration));
        }
        for wrong in ["0d", "-1d", "1mo", "1y", "1000w", "30", "soon", ""] {
            assert!(positive_duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn deadlines_are_times_of_day_or_durations() {
        let at = |hour, minute| Ok(Deadline::At(Time::constant(hour, minute, 0, 0)));
        assert_eq!(deadline("06:30"), at(6, 30));
        assert_eq!(deadline("23:59"), at(23, 59));
        assert_eq!(
            deadline("90m"),
            Ok(Deadline::In(Duration::from_secs(5_400)))
        );
        for wrong in ["24:00", "6", "06:30:00x", "-5m", "0s", "tonight", ""] {
            assert!(deadline(wrong).is_err(), "{wrong}");
        }
    }
}
