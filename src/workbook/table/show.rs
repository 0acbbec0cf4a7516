//! Cells of workbooks as the text people see.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use super::cells::{Table, TableCell, Value};
use super::date;
use super::number_format::{Hidden, INEXACT, ShownNumber};

/// What a cell is that goes to the ERP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Order {
        /// How many digits the orders have that are texts, where that is certain enough.
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
