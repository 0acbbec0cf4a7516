//! Why a row of the results ended as it did, as data.

use std::borrow::Cow;

use crate::files::Status;
use crate::sheet::{Problem, SheetLine};
use crate::stop::StopReason;

/// A line that a message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineRef {
    Sheet(SheetLine),
    /// Of a row that a person added to a failures file.
    Failures(SheetLine),
}

#[derive(Debug)]
pub enum Note<'a> {
    /// The ERP's words, what kept it from answering, or what was read; for `ok` mostly empty.
    Reply(&'a str),
    Invalid {
        problem: Problem,
        /// A later row that decides for the same order.
        decided_by: Option<LineRef>,
    },
    /// The order is given different flags; `line` is that of its last row.
    Conflict {
        line: LineRef,
        /// An earlier run sent that row before the sheet grew.
        accepted_before: bool,
    },
    NotSent(Option<&'a StopReason>),
    /// The row is hidden in the sheet, and only visible ones are wanted.
    LeftOut,
    /// Only so many orders were to be sent (`--limit`).
    BeyondLimit(u64),
    /// The row shares the outcome of the row at `line`.
    SameAs {
        line: LineRef,
        reply: &'a str,
    },
    /// The row at `line` decides; how it ended, if it was sent.
    DecidedBy {
        line: LineRef,
        ended: Option<Status>,
    },
}

impl Note<'_> {
    /// The part of its message to count failures by: without what is particular to the row.
    pub fn reason<'m>(&'m self, message: &'m str) -> Cow<'m, str> {
        match self {
            Note::Reply(reply) | Note::SameAs { reply, .. } => Cow::Borrowed(reply),
            Note::Invalid { problem, .. } => Cow::Owned(problem.to_string()),
            Note::Conflict { .. } => Cow::Owned(Note::conflict()),
            Note::LeftOut | Note::NotSent(_) | Note::BeyondLimit(_) | Note::DecidedBy { .. } => {
                Cow::Borrowed(message)
            }
        }
    }
}
