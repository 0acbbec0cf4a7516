//! What became of a row.

use std::fmt;

use crate::files::Status;
use crate::run::Note;

impl Note<'_> {
    pub const CONFLICT: &'static str = "the order is given different flags";
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Reply(reply) => f.write_str(reply),
            Note::Invalid {
                problem,
                decided_by: None,
            } => write!(f, "{problem}"),
            Note::Invalid {
                problem,
                decided_by: Some(line),
            } => write!(
                f,
                "{problem}; but {line} decides: remove this row rather than correct it"
            ),
            Note::Conflict {
                line,
                accepted_before,
            } => {
                write!(f, "{}; its last row is {line}", Note::CONFLICT)?;
                match accepted_before {
                    true => f.write_str("; the last one was accepted before the sheet grew"),
                    false => Ok(()),
                }
            }
            Note::LeftOut => f.write_str("hidden in the sheet (--visible-only)"),
            Note::NotSent(Some(reason)) => write!(f, "not sent: {reason}"),
            Note::BeyondLimit(limit) => write!(f, "not sent: --limit {limit}"),
            Note::NotSent(None) => f.write_str("not sent"),
            Note::SameAs { line, reply: "" } => write!(f, "same as {line}"),
            Note::SameAs { line, reply } => write!(f, "same as {line}: {reply}"),
            Note::DecidedBy { line, ended } => match ended {
                Some(Status::Ok) => write!(f, "{line} decides"),
                Some(Status::Rejected) => write!(
                    f,
                    "{line} decides and was refused; take that row out to send this one"
                ),
                Some(_) => write!(
                    f,
                    "{line} decides, but failed: the order keeps the flag it had, unless the ERP applied a call whose reply was lost"
                ),
                None => write!(
                    f,
                    "{line} decides, but was skipped: the order keeps the flag it had"
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::field::Invalid;
    use crate::run::LineRef;
    use crate::sheet::{CellFault, Problem, SheetLine};
    use crate::stop::StopReason;

    #[test]
    fn notes_say_what_became_of_a_row_and_count_by_what_is_common() {
        let empty = || Problem::Cell {
            column: "flag_name".into(),
            fault: CellFault::Invalid(Invalid::Empty),
        };
        let line = |line| {
            LineRef::Sheet(SheetLine {
                worksheet: None,
                line,
            })
        };
        let reason = StopReason::Deadline;
        for (note, text, common) in [
            (Note::Reply(""), "", ""),
            (Note::Reply("单据不存在"), "单据不存在", "单据不存在"),
            (
                Note::SameAs {
                    line: line(4),
                    reply: "",
                },
                "same as line 4",
                "",
            ),
            (
                Note::SameAs {
                    line: line(4),
                    reply: "单据不存在",
                },
                "same as line 4: 单据不存在",
                "单据不存在",
            ),
            (
                Note::Invalid {
                    problem: empty(),
                    decided_by: Some(line(9)),
                },
                "flag_name is empty; but line 9 decides: remove this row rather than correct it",
                "flag_name is empty",
            ),
            (
                Note::Conflict {
                    line: line(9),
                    accepted_before: false,
                },
                "the order is given different flags; its last row is line 9",
                "the order is given different flags",
            ),
            (
                Note::NotSent(Some(&reason)),
                "not sent: the deadline has passed (--deadline)",
                "not sent: the deadline has passed (--deadline)",
            ),
            (
                Note::DecidedBy {
                    line: line(9),
                    ended: Some(Status::Ok),
                },
                "line 9 decides",
                "line 9 decides",
            ),
        ] {
            assert_eq!(note.to_string(), text);
            assert_eq!(note.reason(), common, "{text}");
        }
    }
}
