//! The words for texts that are no orders and no flags.

use crate::sheet::Misfit;
use crate::text::{one_line, quoted};

/// Characters of a number that a message shows.
const MAX_SHOWN: usize = 40;

impl Misfit {
    /// What the text is, and what to do about it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Misfit::FormulaError => "the error of a formula; correct it in the workbook",
            Misfit::NoValue => "a formula without a value; open the workbook, save it, try again",
            Misfit::Narrow => {
                "what a spreadsheet shows for a value that its column is too narrow for; widen the column and export again"
            }
            Misfit::Format => {
                "a number that its cell format shows as another text; format the column as text (文本) and enter what is meant"
            }
            Misfit::FewDigits => {
                "a number with fewer digits than the orders beside it, leading zeros are probably lost; format the column as text (文本) and enter it again"
            }
            Misfit::Rounded => {
                "a number that Excel has probably cut to 15 digits, as it has all long ones of the column; format the column as text (文本) and enter or import the numbers again, or put ' before one that is right"
            }
            Misfit::Scientific => {
                "a number that Excel has cut to 15 digits or less; format the column as text (文本), enter or import the numbers again, and export"
            }
            Misfit::Amount => {
                "a number with decimals or separators between its digits; format the column as text (文本), enter the order as the ERP has it, and export again"
            }
            Misfit::Date => "a date; format the column as text (文本) and enter what is meant",
            Misfit::Time => "a time; format the column as text (文本) and enter what is meant",
            Misfit::Boolean => {
                "a spreadsheet's true or false; format the column as text (文本) and enter what is meant"
            }
            Misfit::Percentage => {
                "a percentage; format the column as text (文本) and enter what is meant"
            }
            Misfit::SeveralOrders => "several orders; give each a row of its own",
            Misfit::Total => "a total line and no order; remove the row",
            Misfit::Note => "a note and no order; remove the row",
            Misfit::RepeatedHeader => "a repeated header and no order; remove the row",
        }
    }

    /// The text as a message shows it, where it says something.
    pub(super) fn shown(self, text: &str) -> Option<String> {
        match self {
            Misfit::NoValue => None,
            Misfit::Format => {
                let (stored, shown) = text.split_once(" | ").unwrap_or((text, "something else"));
                let part = |text| one_line(text, MAX_SHOWN);
                Some(format!("{}, shown as {}", part(stored), part(shown)))
            }
            _ => Some(quoted(text)),
        }
    }
}
