//! Cells of workbooks as the text people see.

use std::fmt::Write;

use calamine::{Data, ExcelDateTime};

/// From here on a number has more digits than the 15 Excel keeps.
const INEXACT: f64 = 1e15;

/// Appends a cell's text. Where `exact` digits matter, a whole number that Excel cannot hold
/// exactly is written with an exponent, as Excel itself shows it: so it stays recognizable,
/// here and in results, as a number that lost its last digits.
pub(super) fn show(data: &Data, exact: bool, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match data {
        Data::Empty => Ok(()),
        Data::String(value) => text.write_str(value),
        Data::Int(value) => number(*value as f64, exact, text),
        Data::Float(value) => number(*value, exact, text),
        Data::Bool(true) => text.write_str("TRUE"),
        Data::Bool(false) => text.write_str("FALSE"),
        Data::Error(error) => write!(text, "{error}"),
        Data::DateTime(value) => moment(value, text),
        Data::DateTimeIso(value) => {
            let shown = value.replacen('T', " ", 1);
            text.write_str(shown.strip_suffix(" 00:00:00").unwrap_or(&shown))
        }
        Data::DurationIso(value) => match clock(value) {
            Some(seconds) => hours(seconds, text),
            None => text.write_str(value),
        },
    };
}

fn number(value: f64, exact: bool, text: &mut String) -> std::fmt::Result {
    if exact && value.abs() >= INEXACT {
        let shown = format!("{value:.14E}");
        let (mantissa, exponent) = shown.split_once('E').unwrap_or((&shown, "15"));
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        return write!(text, "{mantissa}E+{exponent}");
    }
    if value == 0.0 {
        return text.write_str("0");
    }
    if value.fract() == 0.0 {
        return write!(text, "{value}");
    }
    // Excel shows at most 15 digits: 0.3 for 0.1 + 0.2.
    let shown: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    write!(text, "{shown}")
}

fn moment(value: &ExcelDateTime, text: &mut String) -> std::fmt::Result {
    let days = value.as_f64();
    if value.is_duration() {
        return hours((days * 86_400.0).round() as i64, text);
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    if (0.0..1.0).contains(&days) {
        return write!(text, "{hour:02}:{minute:02}:{second:02}");
    }
    write!(text, "{year:04}-{month:02}-{day:02}")?;
    if (hour, minute, second) != (0, 0, 0) {
        write!(text, " {hour:02}:{minute:02}:{second:02}")?;
    }
    Ok(())
}

fn hours(seconds: i64, text: &mut String) -> std::fmt::Result {
    if seconds < 0 {
        text.push('-');
    }
    let seconds = seconds.unsigned_abs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    write!(text, "{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

/// The seconds of an ISO 8601 duration of hours, minutes and seconds, as `.ods` files have.
fn clock(iso: &str) -> Option<i64> {
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
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    fn shown(data: &Data) -> String {
        let mut text = String::new();
        show(data, false, &mut text);
        text
    }

    #[test]
    fn numbers_show_as_their_digits() {
        for (value, text) in [
            (2204130001.0, "2204130001"),
            (0.0, "0"),
            (-0.0, "0"),
            (-5.0, "-5"),
            (1.5, "1.5"),
            (0.1 + 0.2, "0.3"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e20, "100000000000000000000"),
        ] {
            assert_eq!(shown(&Data::Float(value)), text);
        }
        assert_eq!(shown(&Data::Int(42)), "42");
    }

    #[test]
    fn an_order_number_too_long_for_excel_shows_an_exponent() {
        for (value, text) in [
            (1_234_567_890_123_450.0, "1.23456789012345E+15"),
            (1e15, "1E+15"),
            (999_999_999_999_999.0, "999999999999999"),
        ] {
            let mut shown = String::new();
            show(&Data::Float(value), true, &mut shown);
            assert_eq!(shown, text);
        }
    }

    #[test]
    fn other_cells_show_as_people_see_them() {
        let date = |days| ExcelDateTime::new(days, ExcelDateTimeType::DateTime, false);
        let span = |days| ExcelDateTime::new(days, ExcelDateTimeType::TimeDelta, false);
        for (data, text) in [
            (Data::Empty, ""),
            (Data::Bool(true), "TRUE"),
            (Data::Bool(false), "FALSE"),
            (Data::Error(CellErrorType::NA), "#N/A"),
            (Data::DateTime(date(45943.0)), "2025-10-13"),
            (Data::DateTime(date(45943.5)), "2025-10-13 12:00:00"),
            (Data::DateTime(date(0.5)), "12:00:00"),
            (Data::DateTime(span(1.5)), "36:00:00"),
            (
                Data::DateTimeIso("2025-10-13T08:30:00".to_owned()),
                "2025-10-13 08:30:00",
            ),
            (
                Data::DateTimeIso("2025-10-13T00:00:00".to_owned()),
                "2025-10-13",
            ),
            (Data::DateTimeIso("2025-10-13".to_owned()), "2025-10-13"),
            (Data::DurationIso("PT08H30M05S".to_owned()), "08:30:05"),
            (Data::DurationIso("P1Y".to_owned()), "P1Y"),
        ] {
            assert_eq!(shown(&data), text);
        }
    }
}
