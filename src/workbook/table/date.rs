//! Days and times as workbooks store them.

use std::fmt::Write;

use jiff::ToSpan;
use jiff::civil::date;

const SECONDS_OF_A_DAY: i64 = 86_400;
/// The day after 9999-12-31.
const MAX_DAYS: f64 = 2_958_466.0;
/// The 29th of February 1900, which spreadsheets count though there was none.
const NO_SUCH_DAY: i64 = 60;

/// A day with its time, if it has one, or a time alone; none outside the years that spreadsheets
/// know.
pub(super) fn moment(days: f64, is_1904: bool) -> Option<String> {
    if !(0.0..MAX_DAYS).contains(&days) {
        return None;
    }
    let seconds = (days * SECONDS_OF_A_DAY as f64).round() as i64;
    let (day, second) = (seconds / SECONDS_OF_A_DAY, seconds % SECONDS_OF_A_DAY);
    if day == 0 {
        return Some(duration(second));
    }
    let mut text = if day == NO_SUCH_DAY && !is_1904 {
        "1900-02-29".to_owned()
    } else {
        let start = match (is_1904, day < NO_SUCH_DAY) {
            (true, _) => date(1904, 1, 1),
            (false, true) => date(1899, 12, 31),
            (false, false) => date(1899, 12, 30),
        };
        start.checked_add(day.days()).ok()?.to_string()
    };
    if second != 0 {
        text.push(' ');
        text.push_str(&duration(second));
    }
    Some(text)
}

/// Hours, which may be more than a day's, minutes and seconds.
pub(super) fn elapsed(days: f64) -> String {
    duration((days * SECONDS_OF_A_DAY as f64).round() as i64)
}

fn duration(seconds: i64) -> String {
    let mut text = String::new();
    if seconds < 0 {
        text.push('-');
    }
    let seconds = seconds.unsigned_abs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    // Writing to a string cannot fail.
    let _ = write!(text, "{hours:02}:{minutes:02}:{:02}", seconds % 60);
    text
}

/// An ISO 8601 day, with its time if it has one.
pub(in crate::workbook) fn iso(text: &str) -> String {
    let shown = text.trim().replacen('T', " ", 1);
    let shown = shown.trim_end_matches('Z');
    let whole = match shown.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => shown,
    };
    whole.strip_suffix(" 00:00:00").unwrap_or(whole).to_owned()
}

/// An ISO 8601 duration of hours, minutes and seconds, as `.ods` files have; as it stands if it
/// has other units.
pub(in crate::workbook) fn iso_duration(text: &str) -> String {
    seconds(text).map_or_else(|| text.to_owned(), duration)
}

fn seconds(iso: &str) -> Option<i64> {
    let mut rest = iso.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, length) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((count, after)) = rest.split_once(unit) {
            seconds += count.replace(',', ".").parse::<f64>().ok()? * length;
            rest = after;
        }
    }
    rest.is_empty().then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1900_or_1904() {
        for (days, is_1904, text) in [
            (45_943.0, false, "2025-10-13"),
            (45_943.5, false, "2025-10-13 12:00:00"),
            (44_481.0, true, "2025-10-13"),
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (60.0, false, "1900-02-29"),
            (61.0, false, "1900-03-01"),
            (60.0, true, "1904-03-01"),
            (0.5, false, "12:00:00"),
            (0.999_999_9, false, "1900-01-01"),
            (2_958_465.0, false, "9999-12-31"),
        ] {
            assert_eq!(moment(days, is_1904).as_deref(), Some(text), "{days}");
        }
        for days in [-1.0, 2_958_466.0, 2_204_130_001.0, f64::NAN] {
            assert_eq!(moment(days, false), None, "{days}");
        }
    }

    #[test]
    fn spans_of_time_go_beyond_a_day() {
        assert_eq!(elapsed(1.5), "36:00:00");
        assert_eq!(elapsed(-0.25), "-06:00:00");
        assert_eq!(iso_duration("PT08H30M05S"), "08:30:05");
        assert_eq!(iso_duration("P1Y"), "P1Y");
    }

    #[test]
    fn iso_days_show_without_an_empty_time() {
        for (stored, text) in [
            ("2025-10-13", "2025-10-13"),
            ("2025-10-13T00:00:00", "2025-10-13"),
            ("2025-10-13T00:00:00.000Z", "2025-10-13"),
            ("2025-10-13T08:30:00", "2025-10-13 08:30:00"),
        ] {
            assert_eq!(iso(stored), text);
        }
    }
}
