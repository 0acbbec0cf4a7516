//! What of a row goes to the ERP.

use std::borrow::Cow;

use csv::StringRecord;

use super::error::{Fault, SheetError};
use super::header::{FlagSource, Header};
use super::normalize::strip_wrapping;
use super::options::SheetOptions;
use super::own::SENT_FLAG;
use super::problem::{CellFault, Problem};
use crate::erp::field::{Field, validate};

/// How messages name the column of a flag that was given for all rows.
const GIVEN_FLAG: &str = "--flag";

/// What Excel shows for a formula that failed.
const FORMULA_ERRORS: [&str; 8] = [
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!",
];

/// What goes to the ERP for one row, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    pub order: Cow<'a, str>,
    pub flag: Cow<'a, str>,
}

/// From the sheet's own cells and, where flags do not come from one of them, the row's sent flag.
pub(super) fn entry<'a>(
    header: &'a Header,
    cells: &'a StringRecord,
    sent_flag: Option<&'a str>,
) -> Result<Entry<'a>, Problem> {
    let order = order(header, cells)?;
    let (column, cell) = match &header.flag {
        FlagSource::Column(at) => (header.fields[*at].as_str(), cells.get(header.cell(*at))),
        FlagSource::SentFlag(_) => (SENT_FLAG, sent_flag),
        FlagSource::Given(flag) => (GIVEN_FLAG, sent_flag.or(Some(flag))),
    };
    let flag = clean(cell.unwrap_or_default(), column, Field::FlagName)?;
    Ok(Entry { order, flag })
}

pub(super) fn order<'a>(header: &Header, cells: &'a StringRecord) -> Result<Cow<'a, str>, Problem> {
    let cell = cells.get(header.cell(header.order)).unwrap_or_default();
    clean(cell, &header.fields[header.order], Field::PurchaseNo)
}

/// Fails if the flag given for all rows cannot be sent.
pub(super) fn check_given_flag(options: &SheetOptions) -> Result<(), SheetError> {
    let Some(flag) = &options.flag else {
        return Ok(());
    };
    match clean(flag, GIVEN_FLAG, Field::FlagName) {
        Ok(_) => Ok(()),
        Err(problem) => Err(SheetError::of_option(Fault::GivenFlag(problem))),
    }
}

/// The cell as it would be sent. Borrows unless something within had to go.
pub(super) fn clean<'c>(
    cell: &'c str,
    column: &str,
    field: Field,
) -> Result<Cow<'c, str>, Problem> {
    let text = strip_wrapping(cell);
    let is_error =
        FORMULA_ERRORS.contains(&&*text) || text == "#FORMULA!" || text.starts_with("#FORMAT! ");
    let fault = if text.starts_with('#') && is_error {
        CellFault::FormulaError(text.into_owned())
    } else if field == Field::PurchaseNo && is_scientific(&text) {
        CellFault::CutNumber(text.into_owned())
    } else {
        match validate(&text, field) {
            Ok(()) => return Ok(text),
            Err(why) => CellFault::Invalid(why),
        }
    };
    Err(Problem::Cell {
        column: column.to_owned(),
        fault,
    })
}

/// Digits, a fraction perhaps, `E`, a sign and digits: what Excel makes of long numbers.
fn is_scientific(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']);
    digits(whole) && digits(fraction) && exponent.is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(cell: &str) -> Result<Cow<'_, str>, Problem> {
        clean(cell, "采购单号", Field::PurchaseNo)
    }

    #[test]
    fn what_cannot_be_sent_is_named_with_what_to_do() {
        let long = "中".repeat(41);
        for (cell, says) in [
            ("", "采购单号 is empty"),
            (" \u{200b}\u{3000}", "采购单号 is empty"),
            ("=\"\"", "采购单号 is empty"),
            ("'", "采购单号 is empty"),
            ("a\nb", "a line break (U+000A) as character 2"),
            ("a\tb", "a tab (U+0009) as character 2"),
            ("中\u{7f}", "a control character (U+007F) as character 2"),
            ("a\u{85}b", "U+0085"),
            ("CG😀1", "an emoji (😀 U+1F600) as character 3"),
            ("⭐", "U+2B50"),
            ("1\u{fe0f}\u{20e3}", "U+FE0F"),
            ("🇨🇳", "U+1F1E8"),
            ("a\u{fffd}", "U+FFFD"),
            ("a\u{e4c6}", "give its own with --encoding"),
            (
                "2.20413E+12",
                "\"2.20413E+12\", a number that Excel has cut",
            ),
            ("2e-5", "format the column as text (文本)"),
            ("#N/A", "is #N/A"),
            (&long, "has 41 characters; the ERP takes at most 40"),
        ] {
            let problem = order(cell).expect_err(cell);
            assert!(problem.to_string().contains(says), "{cell:?}: {problem}");
            assert_eq!(problem.column(), Some("采购单号"));
            assert!(!problem.to_string().contains('\n'), "{cell:?}: {problem}");
        }
    }

    #[test]
    fn what_surrounds_the_text_does_not_count() {
        assert_eq!(
            order(&format!(" ={:?} ", "a".repeat(40))).unwrap(),
            "a".repeat(40)
        );
    }

    #[test]
    fn only_text_like_a_destroyed_number_is_one() {
        for cell in [
            "1E10", "E+12", "1.E+12", "CG1E+12", "1E+", "1E+1x", "2.2.2E+1",
        ] {
            assert!(order(cell).is_ok(), "{cell:?}");
        }
        assert!(clean("2.2E+12", "f", Field::FlagName).is_ok());
    }
}
