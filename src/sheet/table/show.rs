//! Cells of workbooks as the text people see.

use std::fmt::Write;

use super::cells::{Table, TableCell, Value};
use super::date;
use super::number_format::{Hidden, INEXACT, ShownNumber};

/// What a cell is that goes to the ERP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Order {
        /// How many digits the orders have that are texts, if all have as many.
        digits: Option<usize>,
    },
    Flag,
}

/// Appends a cell's text. In a cell that goes to the ERP, a value whose meaning is not certain is
/// written as an error value in the manner of spreadsheets: so it stays recognizable as such, here
/// and in results.
pub(super) fn show(table: &Table, cell: &TableCell, role: Option<Role>, text: &mut String) {
    let Some(role) = role else {
        return plain(table, cell, text);
    };
    if cell.is_formula && lacks_value(table, cell) {
        return text.push_str("#FORMULA!");
    }
    let start = text.len();
    match cell.value {
        // Which of its last zeros belong to the order, nobody can tell.
        Value::Number(value) | Value::Shown(value, _)
            if role != Role::Flag && value.fract() != 0.0 && shows_as_it_is(table, cell, value) =>
        {
            uncertain(&digits(value), "General", text);
        }
        Value::Number(value) if !is_inexact(value, role) => {
            formatted(table, cell, value, text);
        }
        Value::Shown(value, _) if !is_inexact(value, role) => {
            shown(value, table.text(cell.value), text);
        }
        Value::Number(value) | Value::Shown(value, _) => scientific(value, text),
        Value::Percent(value) => {
            number(value * 100.0, text);
            text.push('%');
        }
        Value::Shared(_) | Value::Text(_) => {
            let stored = table.text(cell.value);
            let format = table.format(cell).filter(|_| !stored.is_empty());
            match format.and_then(|format| Some((format.text(stored)?, format))) {
                None => text.push_str(stored),
                Some((Ok(shown), _)) => text.push_str(&shown),
                Some((Err(Hidden), format)) => uncertain(stored, &format.code, text),
            }
        }
        Value::None | Value::Bool(_) => plain(table, cell, text),
    }
    if let Role::Order {
        digits: Some(digits),
    } = role
        && matches!(cell.value, Value::Number(_) | Value::Shown(..))
        && text[start..].bytes().all(|byte| byte.is_ascii_digit())
        && text.len() - start < digits
    {
        text.insert_str(start, "#DIGITS! ");
    }
}

/// Whether a formula was never calculated. Programs that cannot calculate write no value, an empty
/// one, or 0.
pub(super) fn lacks_value(table: &Table, cell: &TableCell) -> bool {
    match cell.value {
        Value::None => true,
        Value::Number(value) | Value::Shown(value, _) => value == 0.0,
        Value::Shared(_) | Value::Text(_) => table.text(cell.value).is_empty(),
        Value::Percent(_) | Value::Bool(_) => false,
    }
}

fn shows_as_it_is(table: &Table, cell: &TableCell, value: f64) -> bool {
    match cell.value {
        Value::Shown(..) => table.text(cell.value).trim() == digits(value),
        _ => table
            .format(cell)
            .is_none_or(|format| format.number(value) == ShownNumber::General),
    }
}

fn is_inexact(value: f64, role: Role) -> bool {
    role != Role::Flag && value.abs() >= INEXACT
}

fn plain(table: &Table, cell: &TableCell, text: &mut String) {
    match cell.value {
        Value::None => {}
        Value::Bool(true) => text.push_str("TRUE"),
        Value::Bool(false) => text.push_str("FALSE"),
        Value::Shared(_) | Value::Text(_) => text.push_str(table.text(cell.value)),
        Value::Shown(value, _) => match table.text(cell.value) {
            // The column is too narrow.
            shown if shown.bytes().all(|byte| byte == b'#') => number(value, text),
            shown => text.push_str(shown),
        },
        Value::Percent(value) => number(value, text),
        Value::Number(value) => match moment(table, cell, value) {
            Some(moment) => text.push_str(&moment),
            None => number(value, text),
        },
    }
}

fn moment(table: &Table, cell: &TableCell, value: f64) -> Option<String> {
    match table.format(cell)?.number(value) {
        ShownNumber::Date => date::moment(value, table.is_1904),
        ShownNumber::Duration => Some(date::elapsed(value)),
        _ => None,
    }
}

/// A number as its format shows it, or with its format's code where that cannot be told.
fn formatted(table: &Table, cell: &TableCell, value: f64, text: &mut String) {
    let Some(format) = table.format(cell) else {
        return number(value, text);
    };
    let shown = match format.number(value) {
        ShownNumber::General => return number(value, text),
        ShownNumber::Text(shown) | ShownNumber::Percent(shown) => Some(shown),
        ShownNumber::Date | ShownNumber::Duration => moment(table, cell, value),
        ShownNumber::Other => None,
    };
    match shown {
        Some(shown) => text.push_str(&shown),
        None => uncertain(&digits(value), &format.code, text),
    }
}

/// A number that is stored with the text people see, as in `.ods` files.
fn shown(value: f64, shown: &str, text: &mut String) {
    let stored = digits(value);
    let shown = shown.trim();
    let is_digit = |c: &char| c.is_ascii_digit();
    let seen: String = shown.chars().filter(is_digit).collect();
    let is_whole = stored.chars().all(|c| c.is_ascii_digit());
    let is_plain = !shown.contains(['.', ',', '%', '/', '$', '¥', '￥', '€']);
    let has_its_digits = seen.trim_start_matches('0') == stored.trim_start_matches('0');
    if shown.is_empty() || shown == stored {
        text.push_str(&stored);
    } else if is_whole && is_plain && has_its_digits && !seen.is_empty() {
        text.push_str(shown);
    } else {
        uncertain(&stored, shown, text);
    }
}

fn uncertain(stored: &str, shown: &str, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(text, "#FORMAT! {stored} | {shown}");
}

/// A number that has lost its last digits, as Excel itself shows it.
fn scientific(value: f64, text: &mut String) {
    let shown = format!("{value:.14E}");
    let (mantissa, exponent) = shown.split_once('E').unwrap_or((&shown, "15"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let _ = write!(text, "{mantissa}E+{exponent}");
}

fn digits(value: f64) -> String {
    let mut text = String::new();
    number(value, &mut text);
    text
}

fn number(value: f64, text: &mut String) {
    let _ = if value == 0.0 {
        text.write_str("0")
    } else if value.fract() == 0.0 {
        write!(text, "{value}")
    } else {
        // Excel shows at most 15 digits: 0.3 for 0.1 + 0.2.
        let shown: f64 = format!("{value:.14e}").parse().unwrap_or(value);
        write!(text, "{shown}")
    };
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::budget::Budget;
    use super::super::builder::TableBuilder;
    use super::super::number_format::NumberFormat;
    use super::*;
    use crate::sheet::error::Fault;

    const ORDER: Option<Role> = Some(Role::Order { digits: None });

    /// A cell as the file has it.
    #[derive(Clone, Copy)]
    enum Stored<'t> {
        Number(f64),
        Text(&'t str),
        Shown(f64, &'t str),
        Percent(f64),
        Bool(bool),
    }

    use Stored::{Bool, Number, Percent, Shown, Text};

    fn shown(stored: Stored<'_>, code: &str, role: Option<Role>) -> String {
        formula(stored, code, role, false)
    }

    fn formula(stored: Stored<'_>, code: &str, role: Option<Role>, is_formula: bool) -> String {
        let table = |budget: &Budget| -> Result<Table, Fault> {
            let mut builder = TableBuilder::new(budget, &Arc::default());
            let value = match stored {
                Number(value) => Value::Number(value),
                Percent(value) => Value::Percent(value),
                Bool(value) => Value::Bool(value),
                Text(text) => builder.text(text)?,
                Shown(value, text) => builder.shown(value, text)?,
            };
            let cell = TableCell {
                value,
                column: 0,
                style: 0,
                is_formula,
            };
            builder.cell(1, cell)?;
            builder.finish()
        };
        let mut table = table(&Budget::new(1000)).unwrap();
        table.formats = [Arc::new(NumberFormat::parse(code))].into();
        let mut text = String::new();
        show(&table, &table.cells(table.rows[0])[0], role, &mut text);
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
            assert_eq!(shown(Number(value), "General", None), text);
        }
    }

    #[test]
    fn an_order_number_too_long_for_excel_shows_an_exponent() {
        for (value, text) in [
            (1_234_567_890_123_450.0, "1.23456789012345E+15"),
            (1e15, "1E+15"),
            (999_999_999_999_999.0, "999999999999999"),
        ] {
            assert_eq!(shown(Number(value), "0", ORDER), text);
            assert_eq!(shown(Shown(value, "##"), "0", None), format!("{value}"));
        }
    }

    #[test]
    fn cells_show_as_people_see_them() {
        for (stored, code, text) in [
            (Bool(true), "General", "TRUE"),
            (Bool(false), "General", "FALSE"),
            (Text("#N/A"), "General", "#N/A"),
            (Number(45_943.0), "yyyy/m/d", "2025-10-13"),
            (Number(45_943.5), "m/d/yy h:mm", "2025-10-13 12:00:00"),
            (Number(0.5), "h:mm", "12:00:00"),
            (Number(1.5), "[h]:mm", "36:00:00"),
        ] {
            assert_eq!(shown(stored, code, ORDER), text);
        }
    }

    #[test]
    fn what_goes_to_the_erp_shows_through_its_format_and_the_rest_does_not() {
        for (stored, code, sent, other) in [
            (Number(12_345.0), "\"CG\"00000000", "CG00012345", "12345"),
            (Number(0.15), "0%", "15%", "0.15"),
            (Number(-3.0), "0000", "#FORMAT! -3 | 0000", "-3"),
            (
                Number(1234.5),
                "#,##0.00",
                "#FORMAT! 1234.5 | #,##0.00",
                "1234.5",
            ),
            (Number(-1.0), "yyyy", "#FORMAT! -1 | yyyy", "-1"),
            (Text("7"), "\"CG\"@", "CG7", "7"),
            (Text("7"), ";;;", "#FORMAT! 7 | ;;;", "7"),
            (Percent(0.155), "General", "15.5%", "0.155"),
            (
                Shown(12_345.0, "CG00012345"),
                "General",
                "CG00012345",
                "CG00012345",
            ),
            (Shown(12_345.0, "12345"), "General", "12345", "12345"),
            (
                Shown(12_345.0, "12,345"),
                "General",
                "#FORMAT! 12345 | 12,345",
                "12,345",
            ),
            (
                Shown(12_345.0, "¥12345"),
                "General",
                "#FORMAT! 12345 | ¥12345",
                "¥12345",
            ),
            (
                Shown(12_345.0, "1.23E+04"),
                "General",
                "#FORMAT! 12345 | 1.23E+04",
                "1.23E+04",
            ),
            (
                Shown(12_345.0, "###"),
                "General",
                "#FORMAT! 12345 | ###",
                "12345",
            ),
            (Shown(1.5, "0015"), "General", "#FORMAT! 1.5 | 0015", "0015"),
        ] {
            let both = [ORDER, Some(Role::Flag)].map(|role| shown(stored, code, role));
            assert_eq!(both, [sent, sent]);
            assert_eq!(shown(stored, code, None), other);
        }
    }

    #[test]
    fn an_order_is_no_fraction() {
        for stored in [Number(20_240_105.1), Shown(20_240_105.1, "20240105.1")] {
            let shown = [ORDER, Some(Role::Flag)].map(|role| shown(stored, "General", role));
            assert_eq!(shown, ["#FORMAT! 20240105.1 | General", "20240105.1"]);
        }
    }

    #[test]
    fn a_formula_without_a_value_is_named_where_it_matters() {
        for (stored, text) in [
            (Text(""), "#FORMULA!"),
            (Number(0.0), "#FORMULA!"),
            (Shown(0.0, "0"), "#FORMULA!"),
            (Text("CG1"), "CG1"),
            (Number(7.0), "7"),
        ] {
            assert_eq!(formula(stored, "General", ORDER, true), text);
        }
        assert_eq!(formula(Text(""), "General", None, true), "");
        assert_eq!(formula(Number(0.0), "General", None, true), "0");
        assert_eq!(formula(Number(0.0), "General", ORDER, false), "0");
    }

    #[test]
    fn a_number_with_fewer_digits_than_the_texts_has_probably_lost_some() {
        let role = Some(Role::Order { digits: Some(7) });
        for (stored, code, text) in [
            (Number(12_345.0), "General", "#DIGITS! 12345"),
            (Number(1_234_567.0), "General", "1234567"),
            (Number(12_345_678.0), "General", "12345678"),
            (Number(12_345.0), "0000000", "0012345"),
            (Shown(12_345.0, "12345"), "General", "#DIGITS! 12345"),
            (Text("12345"), "General", "12345"),
        ] {
            assert_eq!(shown(stored, code, role), text);
        }
    }
}
