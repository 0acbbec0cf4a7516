//! Sheet and what was found become rows.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::lines::Lines;
use crate::files::{
    Agreement, AtomicFile, FileError, ReadingsFiles, ResultRow, ResultsWriter, local_time,
};
use crate::language::say;
use crate::plan::{OrderId, Plan, RowRole};
use crate::run::error::RunError;
use crate::run::note::Note;
use crate::run::readback::{Found, ReadBack};
use crate::run::results::columns;
use crate::run::standing::Standing;
use crate::run::summary::Summary;
use crate::sheet::{Appended, Row, Sheet, SheetError};
use crate::stop::StopReason;
use crate::text::date_and_time;

/// What the rows are made from.
pub struct Writing<'r> {
    pub sheet: &'r Sheet,
    pub plan: &'r Plan,
    pub files: &'r ReadingsFiles,
    pub lines: &'r Lines<'r>,
    pub read: &'r ReadBack,
    pub stopped: Option<&'r StopReason>,
    pub bom: bool,
}

/// What is said of a row.
struct Reading<'r> {
    agreement: Agreement,
    flag_now: &'r str,
    message: String,
    /// The part of the message that rows are counted by.
    reason: String,
    checked_at: Option<Timestamp>,
}

impl Reading<'_> {
    fn unknown(message: String) -> Self {
        Reading {
            agreement: Agreement::Unknown,
            flag_now: "",
            reason: message.clone(),
            message,
            checked_at: None,
        }
    }
}

impl<'r> Writing<'r> {
    /// Writes every row of the sheet, and those that differ once more. Returns the files to be
    /// committed.
    pub fn write(&self) -> Result<(Summary<Agreement>, [AtomicFile; 2]), RunError> {
        let mut verified = self.begin(&self.files.verified)?;
        let mut different = self.begin(&self.files.different)?;
        let mut summary = Summary::default();
        let mut decided = 0;
        let mut rows = self.sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            let standing = Standing::of(&row, self.sheet, self.plan)?;
            decided += usize::from(standing.decides(row.line()));
            let reading = self.reading(standing);
            let line = self.lines.line(row.line());
            let checked_at = reading.checked_at.map(local_time).unwrap_or_default();
            let result = ResultRow {
                cells: row.cells(),
                sent_flag: row.sent_flag(),
                extra_fields: row.extra_fields(),
                line: line.as_ref(),
                appended: &[
                    reading.agreement.as_str(),
                    reading.flag_now,
                    &reading.message,
                    &checked_at,
                ],
            };
            verified.write(&result)?;
            if row.is_left_out() {
                summary.leave_out();
                continue;
            }
            if reading.agreement.is_difference() {
                different.write(&result)?;
            }
            summary.add(reading.agreement, &reading.reason);
        }
        if summary.rows() != self.plan.rows() || decided != self.plan.orders() {
            return Err(SheetError::changed(self.sheet.name()).into());
        }
        Ok((summary, [verified.finish()?, different.finish()?]))
    }

    fn begin(&self, becomes: &Path) -> Result<ResultsWriter<'r>, FileError> {
        let columns = columns(self.sheet, self.plan, Appended::Readings);
        ResultsWriter::begin(becomes, columns, self.bom, &self.files.readers)
    }

    fn reading(&self, standing: Standing) -> Reading<'r> {
        let unclear = |note: Note<'_>| {
            let message = note.to_string();
            Reading {
                reason: note.reason(&message).into_owned(),
                ..Reading::unknown(message)
            }
        };
        let role = match standing {
            Standing::LeftOut => return unclear(Note::LeftOut),
            Standing::Invalid { problem, line } => {
                let decided_by = line.map(|line| self.lines.named(line));
                return unclear(Note::Invalid {
                    problem,
                    decided_by,
                });
            }
            Standing::Valid(role) => role,
        };
        match role {
            RowRole::Decides { id } => self.of_order(id),
            RowRole::Same { id, line } => {
                let reading = self.of_order(id);
                let note = Note::SameAs {
                    line: self.lines.named(line),
                    reply: &reading.message,
                };
                let message = note.to_string();
                Reading { message, ..reading }
            }
            RowRole::Superseded { id, line } => {
                let reading = self.of_order(id);
                let line = self.lines.named(line).to_string();
                let message = match reading.message.as_str() {
                    "" => say!("note-decided", line = line),
                    message => say!("readback-decided-as", line = line, message = message),
                };
                Reading { message, ..reading }
            }
            RowRole::Conflict { line, .. } => unclear(Note::Conflict {
                line: self.lines.named(line),
                accepted_before: false,
            }),
        }
    }

    /// Of the row that decides for an order.
    fn of_order(&self, id: OrderId) -> Reading<'r> {
        let flag = self.plan.flag(id);
        let Some(found) = &self.read.found[id.index()] else {
            return Reading::unknown(match self.read.cut_short(self.stopped) {
                Some(why) => say!("readback-not-asked-why", why = why),
                None => say!("readback-not-asked"),
            });
        };
        let agreement = found.agreement(flag);
        let (flag_now, checked_at) = match found {
            Found::Shown(carried) => (carried.flag.as_deref(), carried.read_at),
            Found::NotShown { asked_at } | Found::Failed { asked_at, .. } => (None, *asked_at),
        };
        let flag_now = flag_now.unwrap_or_default();
        let (message, reason) = match (found, agreement) {
            (_, Agreement::Same) => (String::new(), String::new()),
            (Found::Shown(carried), Agreement::Different) => {
                let reason = say!("readback-different", flag = flag_now);
                let message = match carried.modified {
                    Some(time) => say!(
                        "readback-different-since",
                        flag = flag_now,
                        time = date_and_time(&time.to_zoned_datetime(TimeZone::system()))
                    ),
                    None => reason.clone(),
                };
                (message, reason)
            }
            _ => {
                let why = found.obstacle().unwrap_or_default();
                (why.clone(), why)
            }
        };
        Reading {
            agreement,
            flag_now,
            message,
            reason,
            checked_at: Some(checked_at),
        }
    }
}
