//! Days and times as workbooks store them.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::date;

use super::table::{Kind, Value};

const SECONDS_OF_A_DAY: i64 = 86_400;
/// The day after 9999-12-31.
const MAX_DAYS: f64 = 2_958_466.0;
/// Days before it are one off, because spreadsheets count the 29th of February 1900.
const FIRST_OF_MARCH_1900: i64 = 61;

/// A day with its time, if it has one, or a time alone; none for days nobody means.
pub fn moment(days: f64, is_1904: bool) -> Option<String> {
    if !(0.0..MAX_DAYS).contains(&days) {
        return None;
    }
    let seconds = (days * SECONDS_OF_A_DAY as f64).round() as i64;
    let (day, second) = (seconds / SECONDS_OF_A_DAY, seconds % SECONDS_OF_A_DAY);
    let start = match (is_1904, day) {
        (_, 0) => return Some(duration(second)),
        (true, _) => date(1904, 1, 1),
        (false, FIRST_OF_MARCH_1900..) => date(1899, 12, 30),
        (false, _) => return None,
    };
    let day = start.checked_add(day.days()).ok()?;
    Some(match second {
        0 => day.to_string(),
        second => format!("{day} {}", duration(second)),
    })
}

/// Hours, which may be more than a day's, minutes and seconds.
pub fn elapsed(days: f64) -> String {
    duration((days * SECONDS_OF_A_DAY as f64).round() as i64)
}

fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{sign}{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

/// A day, with its time if it has one, a time of day or a span of time in the manner of ISO 8601.
pub fn iso(text: &str) -> Value<'_> {
    let text = text.trim();
    if text.trim_start_matches('-').starts_with('P') {
        return Value::Known(Kind::Time, text.into());
    }
    let shown = text.trim_end_matches('Z');
    let shown = match shown.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => shown,
    };
    match shown.split_once('T') {
        // The day before the first that spreadsheets know.
        Some(("1899-12-30" | "1899-12-31", time)) => Value::Known(Kind::Time, time.into()),
        Some((day, "00:00:00")) => Value::Known(Kind::Date, day.into()),
        Some((day, time)) if day.starts_with(|c: char| c.is_ascii_digit()) => {
            Value::Known(Kind::Date, Cow::Owned(format!("{day} {time}")))
        }
        _ => Value::Known(Kind::Date, shown.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1900_or_1904() {
        for (days, is_1904, text) in [
            (45_943.0, false, Some("2025-10-13")),
            (45_943.5, false, Some("2025-10-13 12:00:00")),
            (44_481.0, true, Some("2025-10-13")),
            (61.0, false, Some("1900-03-01")),
            (60.0, false, None),
            (60.0, true, Some("1904-03-01")),
            (0.5, false, Some("12:00:00")),
            (2_958_465.0, false, Some("9999-12-31")),
            (-1.0, false, None),
            (2_958_466.0, false, None),
            (f64::NAN, false, None),
        ] {
            assert_eq!(moment(days, is_1904).as_deref(), text, "{days}");
        }
        assert_eq!(elapsed(1.5), "36:00:00");
        assert_eq!(elapsed(-0.25), "-06:00:00");
    }

    #[test]
    fn iso_days_and_times_are_told_apart() {
        for (stored, kind, text) in [
            ("2025-10-13", Kind::Date, "2025-10-13"),
            ("2025-10-13T00:00:00.000Z", Kind::Date, "2025-10-13"),
            ("2025-10-13T08:30:00", Kind::Date, "2025-10-13 08:30:00"),
            ("2503-06-20T00:00:00", Kind::Date, "2503-06-20"),
            ("1899-12-31T02:30:00.000", Kind::Time, "02:30:00"),
            ("-PT120H00M00S", Kind::Time, "-PT120H00M00S"),
            ("INVALID_DATE", Kind::Date, "INVALID_DATE"),
        ] {
            let Value::Known(found, shown) = iso(stored) else {
                panic!("{stored}");
            };
            assert_eq!((found, &*shown), (kind, text));
        }
    }
}
