//! What is wrong with a row.

use std::fmt;

use super::MAX_HEADER;
use crate::erp::field::{Invalid, Refused};
use crate::sheet::{CellFault, Problem};
use crate::text::{one_line, quoted};

const TORN: &str = "a line break has probably torn it from the row above; join the two, with quotes around the cell that has the line break";
const CHANGED: &str = "a spreadsheet has probably changed it; enter it again in a column formatted as text (文本), or, if it is meant, add --accept-changes";

impl fmt::Display for Problem {
    /// What is wrong and what to do, on one line, naming the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::FieldCount { found, expected } if found < expected => write!(
                f,
                "wrong number of fields: {found} where the header has {expected}; {TORN}"
            ),
            Problem::FieldCount { found, expected } => write!(
                f,
                "wrong number of fields: {found} where the header has {expected}; correct the row, and put quotes around a cell that contains the delimiter"
            ),
            Problem::ExtraFields => f.write_str(
                "wrong number of fields, see extra_fields; correct the row and empty that cell",
            ),
            Problem::Cell { column, fault } => cell(f, &one_line(column, MAX_HEADER), fault),
        }
    }
}

impl Problem {
    /// What is wrong and what to do, in words that all rows with this problem share.
    pub fn common(&self) -> String {
        match self {
            Problem::FieldCount { found, expected } => {
                let (than, advice) = match found < expected {
                    true => ("fewer", TORN),
                    false => (
                        "more",
                        "correct the rows, and put quotes around a cell that contains the delimiter",
                    ),
                };
                format!(
                    "wrong number of fields: {than} than the {expected} of the header; {advice}"
                )
            }
            Problem::ExtraFields => self.to_string(),
            Problem::Cell { column, fault } => {
                let column = one_line(column, MAX_HEADER);
                match fault {
                    CellFault::Misfit(misfit, _) => format!("{column} is {}", misfit.words()),
                    CellFault::Changed { .. } => {
                        format!("{column} is not what the results have for its line: {CHANGED}")
                    }
                    CellFault::Invalid(Invalid::Empty) => self.to_string(),
                    CellFault::Invalid(Invalid::TooLong { max, .. }) => {
                        format!("{column} has more than the {max} characters that the ERP takes")
                    }
                    CellFault::Invalid(Invalid::Character { kind, .. }) => {
                        let (what, advice) = refused(*kind);
                        format!("{column} has {what}; {advice}")
                    }
                }
            }
        }
    }

    /// What is particular to the row.
    pub fn particular(&self) -> Option<String> {
        match self {
            Problem::FieldCount { found, expected } => {
                Some(format!("{found} instead of {expected}"))
            }
            Problem::ExtraFields => None,
            Problem::Cell { fault, .. } => match fault {
                CellFault::Misfit(misfit, text) => misfit.shown(text),
                CellFault::Changed { was, now } => {
                    Some(format!("{} instead of {}", quoted(now), quoted(was)))
                }
                CellFault::Invalid(Invalid::Empty) => None,
                CellFault::Invalid(Invalid::TooLong { length, .. }) => {
                    Some(format!("{length} characters"))
                }
                CellFault::Invalid(Invalid::Character { c, kind, position }) => {
                    Some(format!("character {position} is {}", code_point(*c, *kind)))
                }
            },
        }
    }
}

/// What stands in a cell that the ERP refuses, and what to do about it.
fn refused(kind: Refused) -> (&'static str, &'static str) {
    match kind {
        Refused::LineBreak => ("a line break", "remove it"),
        Refused::Tab => ("a tab", "remove it"),
        Refused::Control => ("a control character", "remove it"),
        Refused::Replacement => (
            "\u{fffd}",
            "the text was already damaged when the sheet was saved; export it again",
        ),
        Refused::PrivateUse => (
            "a character without a meaning",
            "the sheet was probably read in the wrong encoding; give its own with --encoding",
        ),
        Refused::Invisible => (
            "an invisible character",
            "it makes another text than the one that is seen; enter the cell again",
        ),
        Refused::Emoji => ("an emoji", "the ERP may refuse emoji; remove it"),
    }
}

/// A character by its number, and as it is where it can be shown.
fn code_point(c: char, kind: Refused) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    match kind {
        Refused::Emoji => format!("{c} {code}"),
        _ => code,
    }
}

fn cell(f: &mut fmt::Formatter<'_>, column: &str, fault: &CellFault) -> fmt::Result {
    match fault {
        CellFault::Misfit(misfit, text) => {
            let shown = misfit.shown(text).map(|shown| format!("{shown}, "));
            let shown = shown.unwrap_or_default();
            write!(f, "{column} is {shown}{}", misfit.words())
        }
        CellFault::Changed { was, now } => write!(
            f,
            "{column} is {}, but the results have {} for this line: {CHANGED}",
            quoted(now),
            quoted(was)
        ),
        CellFault::Invalid(Invalid::Empty) => write!(f, "{column} is empty"),
        CellFault::Invalid(Invalid::TooLong { length, max }) => write!(
            f,
            "{column} has {length} characters; the ERP takes at most {max}"
        ),
        CellFault::Invalid(Invalid::Character { c, kind, position }) => {
            let (what, advice) = refused(*kind);
            let code = code_point(*c, *kind);
            write!(
                f,
                "{column} has {what} ({code}) as character {position}; {advice}"
            )
        }
    }
}
