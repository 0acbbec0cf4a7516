//! What of a row goes to the ERP.

use std::borrow::Cow;

use csv::StringRecord;

use super::error::SheetError;
use super::header::Header;
use super::misfit::{Misfit, misfit};
use super::normalize::strip_wrapping;
use super::options::SheetOptions;
use super::own::SENT_FLAG;
use super::problem::{CellFault, Problem};
use super::rounding;
use super::top::FlagSource;
use crate::erp::field::{Field, validate};

/// How messages name the column of a flag that was given for all rows.
const GIVEN_FLAG: &str = "--flag";

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
    let column = header.fields[header.order].as_str();
    let cell = cells.get(header.cell(header.order)).unwrap_or_default();
    let order = clean(cell, column, Field::PurchaseNo)?;
    let misfit = if header.is_repeated_by(&order) {
        Misfit::RepeatedHeader
    } else if header.has_rounded_orders && rounding::is_rounded(cell) {
        Misfit::Rounded
    } else {
        return Ok(order);
    };
    Err(Problem::Cell {
        column: column.to_owned(),
        fault: CellFault::Misfit(misfit, order.into_owned()),
    })
}

/// Fails if the flag given for all rows cannot be sent.
pub(super) fn check_given_flag(options: &SheetOptions) -> Result<(), SheetError> {
    let Some(flag) = &options.flag else {
        return Ok(());
    };
    match clean(flag, GIVEN_FLAG, Field::FlagName) {
        Ok(_) => Ok(()),
        Err(problem) => Err(SheetError::of_option(problem.to_string())),
    }
}

/// The cell as it would be sent. Borrows unless something within had to go.
pub(super) fn clean<'c>(
    cell: &'c str,
    column: &str,
    field: Field,
) -> Result<Cow<'c, str>, Problem> {
    let text = strip_wrapping(cell);
    let fault = match misfit(&text, field) {
        Some((misfit, part)) => CellFault::Misfit(misfit, part.to_owned()),
        None => match validate(&text, field) {
            Ok(()) => return Ok(text),
            Err(why) => CellFault::Invalid(why),
        },
    };
    Err(Problem::Cell {
        column: column.to_owned(),
        fault,
    })
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
            ("#N/A", "is \"#N/A\", the error of a formula"),
            ("#FORMULA!", "采购单号 is a formula without a value; open"),
            ("#DIGITS! 12", "is \"12\", a number with fewer digits"),
            (
                "#FORMAT! 1 | CG01",
                "is 1, shown as CG01, a number that its cell format",
            ),
            ("2024-01-05", "is \"2024-01-05\", a date"),
            ("CG1、CG2", "is \"CG1、CG2\", several orders"),
            ("合计", "is \"合计\", a total line"),
            (
                "CG\u{ad}1",
                "an invisible character (U+00AD) as character 3",
            ),
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
}
