//! Cells of workbooks that are no order and no flag, whatever their text.

use super::misfit::{
    AMOUNT, BOOLEAN, DATE, FEW_DIGITS, FORMATTED, FORMULA_ERROR, NARROW, NO_VALUE, PERCENTAGE,
    SCIENTIFIC, TIME,
};
use super::problem::Problem;
use crate::erp::field::Field;
use crate::language::say;
use crate::text::{one_line, quoted};
use crate::workbook::{Cell, Kind};

/// Characters of a number and a format that a message shows.
const MAX_SHOWN: usize = 40;

/// What is wrong with a cell of the column, which is to be sent as the field. `digits` is how many
/// its orders have that are texts, where that is certain enough.
pub fn problem(
    cell: Cell<'_>,
    column: &str,
    field: Field,
    digits: Option<usize>,
) -> Option<Problem> {
    let Cell {
        text, kind, note, ..
    } = cell;
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let says = match kind {
        Kind::Number if are_digits && digits.is_some_and(|digits| text.len() < digits) => {
            FEW_DIGITS
        }
        Kind::Text | Kind::Number => return None,
        Kind::Decimals if field == Field::FlagName => return None,
        // Which of its last zeros belong to the order, nobody can tell.
        Kind::Decimals => AMOUNT,
        Kind::LongNumber => SCIENTIFIC,
        Kind::Date => DATE,
        Kind::Time => TIME,
        Kind::Percentage => PERCENTAGE,
        Kind::Boolean => BOOLEAN,
        Kind::Error => FORMULA_ERROR,
        Kind::NoValue | Kind::EmptyText => NO_VALUE,
        Kind::Narrow => NARROW,
        Kind::Formatted | Kind::Shown => FORMATTED,
    };
    let [text, note] = [text, note].map(|it| one_line(it, MAX_SHOWN));
    let detail = match kind {
        Kind::NoValue | Kind::EmptyText | Kind::Narrow => None,
        Kind::Formatted => Some(shown_as(text, note)),
        Kind::Shown => Some(shown_as(note, text)),
        _ if note.is_empty() => Some(quoted(&text)),
        _ => Some(quoted(&note)),
    };
    Some(Problem::of_cell(column, says, detail))
}

fn shown_as(number: String, shown: String) -> String {
    say!("misfit-format", "detail", stored = number, shown = shown)
}
