//! What can be wrong with one row.

use std::fmt;

use super::misfit::Say;
use crate::erp::field::{Invalid, Refused};
use crate::language::say;
use crate::text::{one_line, quoted};

/// Characters of a header, or of a number, that a message shows.
const MAX_SHOWN: usize = 40;

/// Why a row is `invalid`: what is wrong and what to do, naming the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    column: Option<String>,
    common: String,
    detail: Option<String>,
}

impl Problem {
    /// The column at fault: its header as it stands, or `--flag` for a flag given for all rows.
    /// None when the row as a whole is.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// Words that all rows with this problem share.
    pub fn common(&self) -> String {
        self.common.clone()
    }

    /// What is particular to the row.
    pub fn particular(&self) -> Option<String> {
        self.detail.clone()
    }

    pub fn field_count(found: usize, expected: usize) -> Problem {
        let common = if found < expected {
            say!("problem-fewer-fields", expected = expected)
        } else {
            say!("problem-more-fields", expected = expected)
        };
        Problem {
            column: None,
            common,
            detail: Some(say!("problem-fields", found = found, expected = expected)),
        }
    }

    /// The row was ragged in an earlier run and was not corrected.
    pub fn extra_fields() -> Problem {
        Problem {
            column: None,
            common: say!("problem-extra-fields"),
            detail: None,
        }
    }

    pub fn misfit(column: &str, says: Say, text: &str) -> Problem {
        Problem::of_cell(column, says, Some(quoted(text)))
    }

    pub fn of_cell(column: &str, says: Say, detail: Option<String>) -> Problem {
        Problem {
            detail,
            ..Problem::of(column, says)
        }
    }

    /// In a file that is given back: the text does not agree with the row's check.
    pub fn unproven(column: &str, says: Say, text: &str) -> Problem {
        Problem {
            detail: Some(quoted(text)),
            ..Problem::of(column, says)
        }
    }

    pub fn invalid(column: &str, invalid: Invalid) -> Problem {
        match invalid {
            Invalid::Empty => Problem::of(column, |column| say!("problem-empty", column = column)),
            Invalid::TooLong { length, max } => Problem {
                detail: Some(say!("problem-too-long", "detail", length = length)),
                ..Problem::of(column, |it| {
                    say!("problem-too-long", column = it, max = max)
                })
            },
            Invalid::Character { c, kind, position } => {
                let mut code = format!("U+{:04X}", u32::from(c));
                if kind == Refused::Emoji {
                    code.insert_str(0, &format!("{c} "));
                }
                Problem {
                    detail: Some(say!("character", position = position, code = code)),
                    ..Problem::of(column, |column| refused(kind, column))
                }
            }
        }
    }

    fn of(column: &str, says: impl Fn(&str) -> String) -> Problem {
        Problem {
            common: says(&header(column)),
            column: Some(column.to_owned()),
            detail: None,
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

impl std::error::Error for Problem {}

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

/// A header as messages show it.
pub fn header(text: &str) -> String {
    one_line(text, MAX_SHOWN)
}
