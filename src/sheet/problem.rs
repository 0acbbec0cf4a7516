//! Records of a sheet, whatever they are read from, and what can be wrong with a row.

use std::fmt;

use super::input::SheetError;
use super::misfit::Say;
use super::normalize::is_blank;
use crate::erp::field::{Invalid, Refused};
use crate::language::say;
use crate::text::{one_line, quoted};
use crate::workbook::letter;

/// Characters of a header, or of a number, that a message shows.
const MAX_SHOWN: usize = 40;

/// Why a row is `invalid`: what is wrong and what to do, naming the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The column at fault: its header as it stands, or `--flag` for a flag given for all rows.
    /// None when the row as a whole is.
    pub column: Option<String>,
    /// Words that all rows with this problem share.
    pub common: String,
    /// What is particular to the row.
    pub detail: Option<String>,
}

impl Problem {
    pub fn of(column: &str, says: impl Fn(&str) -> String, detail: Option<String>) -> Problem {
        Problem {
            common: says(&one_line(column, MAX_SHOWN)),
            column: Some(column.to_owned()),
            detail,
        }
    }

    /// Of the row as a whole.
    pub fn of_row(common: String, detail: Option<String>) -> Problem {
        Problem {
            column: None,
            common,
            detail,
        }
    }

    /// The text is something else than it should be.
    pub fn misfit(column: &str, says: Say, text: &str) -> Problem {
        Problem::of(column, says, Some(quoted(text)))
    }

    pub fn field_count(found: usize, expected: usize) -> Problem {
        let common = if found < expected {
            say!("problem-fewer-fields", expected = expected)
        } else {
            say!("problem-more-fields", expected = expected)
        };
        let detail = say!("problem-fields", found = found, expected = expected);
        Problem::of_row(common, Some(detail))
    }

    /// What is between the quotes may be rows.
    pub fn open_quote(open: OpenQuote) -> Problem {
        let detail = say!(
            "problem-open-quote",
            "detail",
            line = open.line,
            column = letter(open.field),
            through = open.through
        );
        Problem::of_row(say!("problem-open-quote"), Some(detail))
    }

    /// The flag is none of the account's.
    pub fn unlisted_flag(column: &str, flag: &str, nearest: Option<&str>) -> Problem {
        let says = |column: &str| say!("problem-unlisted-flag", column = column);
        let flag = quoted(flag);
        let detail = match nearest.map(quoted) {
            None => flag,
            Some(it) => say!("problem-unlisted-flag", "detail", flag = flag, nearest = it),
        };
        Problem::of(column, says, Some(detail))
    }

    pub fn invalid(column: &str, invalid: Invalid) -> Problem {
        match invalid {
            Invalid::Empty => Problem::of(column, |it| say!("problem-empty", column = it), None),
            Invalid::TooLong { length, max } => Problem::of(
                column,
                |it| say!("problem-too-long", column = it, max = max),
                Some(say!("problem-too-long", "detail", length = length)),
            ),
            Invalid::Character { c, kind, position } => {
                let mut code = format!("U+{:04X}", u32::from(c));
                if kind == Refused::Emoji {
                    code.insert_str(0, &format!("{c} "));
                }
                let detail = say!("character", position = position, code = code);
                Problem::of(column, |it| refused(kind, it), Some(detail))
            }
        }
    }
}

fn refused(kind: Refused, column: &str) -> String {
    match kind {
        Refused::LineBreak => say!("character-line-break", column = column),
        Refused::Tab => say!("character-tab", column = column),
        Refused::Control => say!("character-control", column = column),
        Refused::Replacement => say!("character-replacement", column = column),
        Refused::PrivateUse => say!("character-private-use", column = column),
        Refused::Invisible => say!("character-invisible", column = column),
        Refused::Emoji => say!("character-emoji", column = column),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            None => f.write_str(&self.common),
            Some(detail) => {
                let (problem, detail) = (self.common.as_str(), detail.as_str());
                f.write_str(&say!("problem-detail", problem = problem, detail = detail))
            }
        }
    }
}

pub trait RecordReader {
    /// The next record; none at the end.
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError>;
}

/// The fields' text in one piece, and where each ends.
#[derive(Clone, Copy)]
pub struct Record<'r> {
    pub line: u64,
    pub text: &'r str,
    pub ends: &'r [usize],
    /// Whether the row is hidden, and such rows are not wanted.
    pub left_out: bool,
    /// What is wrong with the cells of the order and the flag, whatever their text.
    pub problems: &'r CellProblems,
    pub open_quote: Option<OpenQuote>,
    /// Whether the text ends with the record, and without a line break.
    pub is_unended: bool,
}

/// A field that goes on behind the quote that closes it: the one that opens it may be a stray, and
/// what is between them rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenQuote {
    pub line: u64,
    /// The last of its lines.
    pub through: u64,
    pub field: usize,
}

impl OpenQuote {
    /// As the fault of the sheet, where it hides what stands below.
    pub fn fault(self) -> String {
        let column = letter(self.field);
        say!("sheet-unclosed-quote", line = self.line, column = column)
    }
}

pub type CellProblems = [Option<Problem>; 2];

pub static NO_PROBLEMS: CellProblems = [None, None];

impl<'r> Record<'r> {
    pub fn is_blank(&self) -> bool {
        is_blank(self.text) && self.problems.iter().all(Option::is_none)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, field: usize) -> Option<&'r str> {
        let end = *self.ends.get(field)?;
        let start = field.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    pub fn iter(self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).filter_map(move |field| self.get(field))
    }
}
