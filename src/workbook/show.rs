//! Cells as people see them.

use std::borrow::Cow;

use super::date;
use super::number_format::{INEXACT, NumberFormat, SectionKind};
use super::table::{Kind, Value};

/// The code of a format that shows nothing.
const HIDES_ALL: &str = ";;;";

#[derive(Debug, PartialEq)]
pub struct Shown<'v> {
    pub kind: Kind,
    pub text: Cow<'v, str>,
    pub note: Option<Cow<'v, str>>,
}

impl<'v> Shown<'v> {
    fn new(kind: Kind, text: impl Into<Cow<'v, str>>) -> Shown<'v> {
        Shown {
            kind,
            text: text.into(),
            note: None,
        }
    }

    fn with_note(self, note: impl Into<Cow<'v, str>>) -> Shown<'v> {
        Shown {
            note: Some(note.into()),
            ..self
        }
    }
}

pub fn show<'v>(
    value: Value<'v>,
    is_formula: bool,
    format: Option<&'v NumberFormat>,
    is_1904: bool,
) -> Shown<'v> {
    let lack = value.lack().filter(|_| is_formula);
    let mut shown = match value {
        Value::Empty | Value::Text("") | Value::Shared(_) => Shown::new(Kind::Text, ""),
        Value::Text(text) => match format.and_then(|format| Some((format.text(text)?, format))) {
            None => Shown::new(Kind::Text, text),
            Some((Some(shown), _)) => Shown::new(Kind::Text, shown),
            Some((None, format)) => Shown::new(Kind::Formatted, text).with_note(&*format.code),
        },
        Value::Hidden(text) => Shown::new(Kind::Formatted, text).with_note(HIDES_ALL),
        Value::Number(value) => number(value, format, is_1904),
        Value::Shown(value, text) => number_shown(value, text.trim()),
        Value::Known(kind, text) => Shown::new(kind, text),
    };
    if let Some(lack) = lack {
        shown.kind = lack;
    }
    shown
}

fn number(value: f64, format: Option<&NumberFormat>, is_1904: bool) -> Shown<'_> {
    if value.abs() >= INEXACT {
        return Shown::new(Kind::LongNumber, scientific(value));
    }
    let Some(format) = format else {
        return general(value);
    };
    let other = || Shown::new(Kind::Formatted, digits(value)).with_note(&*format.code);
    let Some(section) = format.section(value) else {
        return other();
    };
    match section.kind {
        SectionKind::General => general(value),
        SectionKind::Date => {
            let text = date::moment(value, is_1904).unwrap_or_else(|| digits(value));
            Shown::new(Kind::Date, text)
        }
        SectionKind::Duration => Shown::new(Kind::Time, date::elapsed(value)),
        SectionKind::Percent(decimals) => {
            let percentage = format!("{:.*}%", decimals, value * 100.0);
            Shown::new(Kind::Percentage, percentage)
        }
        SectionKind::Pattern => match section.digits(value) {
            Some(text) if text.is_empty() || has_digit(&text) => Shown::new(Kind::Number, text),
            _ => other(),
        },
        SectionKind::Condition | SectionKind::Other => other(),
    }
}

fn general(value: f64) -> Shown<'static> {
    if value.fract() == 0.0 {
        Shown::new(Kind::Number, digits(value))
    } else {
        decimals(value)
    }
}

/// Where they are lost in what is shown, the note has them.
fn decimals(value: f64) -> Shown<'static> {
    let text = digits(value);
    if text.contains('.') {
        Shown::new(Kind::Decimals, text)
    } else {
        Shown::new(Kind::Decimals, text).with_note(value.to_string())
    }
}

/// A number that is stored with the text people see, as in `.ods` files.
fn number_shown(value: f64, shown: &str) -> Shown<'_> {
    let stored = digits(value);
    let is_zeros = shown.bytes().all(|byte| byte == b'0');
    if shown.is_empty() {
        Shown::new(Kind::Formatted, stored).with_note(HIDES_ALL)
    } else if shown.bytes().all(|byte| byte == b'#') {
        Shown::new(Kind::Narrow, stored)
    } else if value.abs() >= INEXACT {
        Shown::new(Kind::LongNumber, scientific(value))
    } else if value.fract() != 0.0 && shown == stored {
        decimals(value)
    } else if shown == stored || (shows_digits(shown, &stored) && (value != 0.0 || is_zeros)) {
        Shown::new(Kind::Number, shown)
    } else {
        Shown::new(Kind::Shown, shown).with_note(stored)
    }
}

/// Whether the text shows the digits of a whole number, and nothing that could be a part of it.
fn shows_digits(shown: &str, stored: &str) -> bool {
    let digits = shown.chars().filter(char::is_ascii_digit);
    let digits: String = digits.skip_while(|&c| c == '0').collect();
    let has_separators = shown.contains(['.', ',', '%', '/', '$', '¥', '￥', '€', '\'', '’']);
    let mut parts = shown.split(char::is_whitespace);
    let has_gap = |part: &str| part.ends_with(|c: char| c.is_ascii_digit());
    let is_grouped = parts.next().is_some_and(has_gap) && parts.next().is_some();
    stored.bytes().all(|byte| byte.is_ascii_digit())
        && has_digit(shown)
        && digits == stored.trim_start_matches('0')
        && !has_separators
        && !is_grouped
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// A number that has lost its last digits, as Excel itself shows it.
fn scientific(value: f64) -> String {
    let shown = format!("{value:.14E}");
    let (mantissa, exponent) = shown.split_once('E').unwrap_or((&shown, "15"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}E+{exponent}")
}

/// At most 15 digits, as Excel shows them: 0.3 for 0.1 + 0.2.
fn digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    match rounded {
        0.0 => "0".to_owned(),
        rounded => rounded.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::Kind::*;
    use super::*;

    /// Kind, text and note.
    fn shown(value: Value<'_>, code: &str, is_formula: bool) -> (Kind, String, String) {
        let format = NumberFormat::parse(code);
        let shown = show(value, is_formula, Some(&format), false);
        let note = shown.note.unwrap_or_default().into_owned();
        (shown.kind, shown.text.into_owned(), note)
    }

    #[test]
    fn cells_show_as_people_see_them() {
        let number = Value::Number;
        for (value, code, kind, text, note) in [
            (number(2204130001.0), "General", Number, "2204130001", ""),
            (number(-0.0), "General", Number, "0", ""),
            (
                number(999_999_999_999_999.0),
                "0",
                Number,
                "999999999999999",
                "",
            ),
            (
                number(1_234_567_890_123_450.0),
                "0",
                LongNumber,
                "1.23456789012345E+15",
                "",
            ),
            (number(1e15), "General", LongNumber, "1E+15", ""),
            (number(0.1 + 0.2), "General", Decimals, "0.3", ""),
            (
                number(1724.9999999999998),
                "General",
                Decimals,
                "1725",
                "1724.9999999999998",
            ),
            (number(12_345.0), "\"CG\"00000000", Number, "CG00012345", ""),
            (number(0.155), "0.0%", Percentage, "15.5%", ""),
            (number(-3.0), "0000", Formatted, "-3", "0000"),
            (number(1234.5), "#,##0.00", Formatted, "1234.5", "#,##0.00"),
            (
                number(0.0),
                "_(* \"-\"??_)",
                Formatted,
                "0",
                "_(* \"-\"??_)",
            ),
            (number(45_943.0), "yyyy/m/d", Date, "2025-10-13", ""),
            (number(220_413.0), "m/d/yyyy", Date, "2503-06-20", ""),
            (number(-1.0), "yyyy", Date, "-1", ""),
            (number(0.5), "h:mm", Date, "12:00:00", ""),
            (
                number(2_204_130_001.0),
                "[h]:mm",
                Time,
                "52899120024:00:00",
                "",
            ),
            (Value::Text("7"), "\"CG\"@", Text, "CG7", ""),
            (Value::Text("7"), ";;;", Formatted, "7", ";;;"),
            (Value::Text("7"), "%@", Formatted, "7", "%@"),
            (Value::of_bool(true), "General", Boolean, "TRUE", ""),
        ] {
            let expected = (kind, text.to_owned(), note.to_owned());
            assert_eq!(shown(value, code, false), expected);
        }
    }

    #[test]
    fn a_number_with_its_text_is_the_text_if_that_has_its_digits() {
        for (value, text, kind, says, note) in [
            (12_345.0, "CG00012345", Number, "CG00012345", ""),
            (12_345.0, "0012345", Number, "0012345", ""),
            (12_345.0, "12,345", Shown, "12,345", "12345"),
            (12_345.0, "12 345", Shown, "12 345", "12345"),
            (12_345.0, "¥12345", Shown, "¥12345", "12345"),
            (12_345.0, "1.23E+04", Shown, "1.23E+04", "12345"),
            (12_345.0, "###", Narrow, "12345", ""),
            (12_345.0, "", Formatted, "12345", ";;;"),
            (0.0, "0000", Number, "0000", ""),
            (0.0, "0-Jan-00", Shown, "0-Jan-00", "0"),
            (1.5, "0015", Shown, "0015", "1.5"),
            (1.5, "1.5", Decimals, "1.5", ""),
        ] {
            let expected = (kind, says.to_owned(), note.to_owned());
            assert_eq!(shown(Value::Shown(value, text), "General", false), expected);
        }
    }

    #[test]
    fn a_formula_without_a_value_is_known() {
        for (value, kind) in [
            (Value::Empty, NoValue),
            (Value::Text(""), EmptyText),
            (Value::Number(0.0), NoValue),
            (Value::Shown(0.0, "0"), NoValue),
            (Value::Text("CG1"), Text),
            (Value::Number(7.0), Number),
        ] {
            assert_eq!(shown(value, "General", true).0, kind);
        }
    }
}
