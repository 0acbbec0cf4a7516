//! What became of a row.

use std::fmt;

use crate::files::Status;
use crate::language::say;
use crate::run::Note;

impl Note<'_> {
    /// Of rows that give their order different flags, in words that all of them share.
    pub fn conflict() -> String {
        say!("note-conflict")
    }
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Note::Reply(reply) => return f.write_str(reply),
            Note::Invalid {
                problem,
                decided_by: None,
            } => problem.to_string(),
            Note::Invalid {
                problem,
                decided_by: Some(line),
            } => say!(
                "note-invalid-and-decided",
                problem = problem.to_string(),
                line = line.to_string()
            ),
            Note::Conflict {
                line,
                accepted_before: false,
            } => say!("note-conflict-last", line = line.to_string()),
            Note::Conflict {
                line,
                accepted_before: true,
            } => say!("note-conflict-accepted-before", line = line.to_string()),
            Note::LeftOut => say!("note-left-out"),
            Note::NotSent(Some(reason)) => say!("note-not-sent-for", reason = reason.to_string()),
            Note::NotSent(None) => say!("note-not-sent"),
            &Note::BeyondLimit(limit) => say!("note-beyond-limit", limit = limit),
            Note::SameAs { line, reply: "" } => say!("note-same-as", line = line.to_string()),
            &Note::SameAs { ref line, reply } => {
                say!("note-same-as-reply", line = line.to_string(), reply = reply)
            }
            Note::DecidedBy { line, ended } => {
                let line = line.to_string();
                match ended {
                    Some(Status::Ok | Status::Unchanged) => say!("note-decided", line = line),
                    Some(Status::Rejected) => say!("note-decided-rejected", line = line),
                    Some(_) => say!("note-decided-failed", line = line),
                    None => say!("note-decided-skipped", line = line),
                }
            }
        })
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
            assert_eq!(note.reason(text), common, "{text}");
        }
    }
}
