//! The end of a run: sheet and outcomes become results and failures, row by row.

use std::path::Path;

use jiff::Timestamp;

use super::error::RunError;
use super::note::{LineRef, Note};
use super::standing::Standing;
use super::summary::Summary;
use crate::files::{
    AtomicFile, Corrected, Correction, FileError, Outcome, ResultRow, ResultsColumns,
    ResultsWriter, RunFiles, Status, local_time,
};
use crate::plan::{OrderId, Plan, RowRole};
use crate::sheet::{Appended, Line, Row, Sheet, SheetError};
use crate::stop::StopReason;

/// What the results are made from.
pub struct Ending<'r> {
    pub sheet: &'r Sheet,
    pub files: &'r RunFiles,
    pub plan: &'r Plan,
    /// By order; `None` where no call came to an end.
    pub outcomes: &'r [Option<Outcome>],
    pub stopped: Option<&'r StopReason>,
    pub limit: Option<u64>,
    pub bom: bool,
}

enum Results<'r> {
    New(Box<ResultsWriter<'r>>),
    Updated(&'r Correction, Corrected),
}

/// The last columns of a row of results.
struct Ended<'r> {
    status: Status,
    note: Note<'r>,
    code: Option<i64>,
    attempts: u32,
    finished_at: Timestamp,
}

impl<'r> Ending<'r> {
    /// Writes every row of the sheet to the results, and those that need another look to the
    /// failures too, unless these are to keep the sheet. Returns the files to be committed.
    pub fn write(&self, keep_sheet: bool) -> Result<(Summary<Status>, Vec<AtomicFile>), RunError> {
        let columns = columns(self.sheet, self.plan, Appended::Outcomes);
        let mut results = match self.files.correction() {
            Some(correction) => Results::Updated(correction, Corrected::default()),
            None => Results::New(Box::new(self.begin(&self.files.results, columns)?)),
        };
        let mut failures = match keep_sheet {
            true => None,
            false => Some(self.begin(&self.files.failures, columns)?),
        };
        let mut summary = Summary::default();
        let mut decided = 0;
        let now = Timestamp::now();
        let mut rows = self.sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            let standing = Standing::of(&row, self.sheet, self.plan)?;
            decided += usize::from(standing.decides(row.line()));
            let ended = self.ended(standing, now);
            let message = ended.note.to_string();
            let code = ended.code.map(|code| code.to_string()).unwrap_or_default();
            let line = match &self.files.correction {
                Some(Ok(correction)) => correction.origin(row.line()),
                Some(Err(_)) => row.origin().and_then(|origin| origin.line.clone()),
                None => Some(self.sheet.sheet_line(row.line())),
            };
            let result = ResultRow {
                cells: row.cells(),
                sent_flag: row.sent_flag(),
                extra_fields: row.extra_fields(),
                line: line.as_ref(),
                appended: &[
                    ended.status.as_str(),
                    &code,
                    &message,
                    &ended.attempts.to_string(),
                    &local_time(ended.finished_at),
                ],
            };
            if row.is_left_out() {
                // What became of it in an earlier run stays in the results of that.
                if let Results::New(writer) = &mut results {
                    writer.write(&result)?;
                }
                summary.leave_out();
                continue;
            }
            match &mut results {
                Results::New(writer) => writer.write(&result)?,
                // It is added when it leaves the failures: until then it may be edited there.
                Results::Updated(correction, _)
                    if keep_sheet && ended.status.is_failure() && correction.is_new(row.line()) => {
                }
                Results::Updated(correction, corrected) => {
                    correction.add(corrected, row.line(), &result, &self.files.changes)?;
                }
            }
            if let Some(failures) = &mut failures
                && ended.status.is_failure()
            {
                failures.write(&result)?;
            }
            summary.add(ended.status, &ended.note.reason(&message));
        }
        if summary.rows() != self.plan.rows() || decided != self.plan.orders() {
            return Err(SheetError::changed(self.sheet.name()).into());
        }
        let results = match results {
            Results::New(writer) => writer.finish()?,
            Results::Updated(correction, corrected) => {
                correction.update(corrected, &self.files.readers)?
            }
        };
        let failures = failures.map(ResultsWriter::finish).transpose()?;
        Ok((summary, [results].into_iter().chain(failures).collect()))
    }

    fn begin(
        &self,
        becomes: &Path,
        columns: ResultsColumns<'r>,
    ) -> Result<ResultsWriter<'r>, FileError> {
        ResultsWriter::begin(becomes, columns, self.bom, &self.files.readers)
    }

    /// A line of this sheet as messages name it: by the sheet that a failures file comes from.
    fn line_ref(&self, line: Line) -> LineRef {
        let here = self.sheet.sheet_line(line);
        match &self.files.correction {
            None => LineRef::Sheet(here),
            Some(Err(_)) => LineRef::Failures(here),
            Some(Ok(correction)) => match correction.origin(line) {
                Some(line) => LineRef::Sheet(line),
                None => LineRef::Failures(here),
            },
        }
    }

    fn ended(&self, standing: Standing, now: Timestamp) -> Ended<'r> {
        let unsent = |status, note| Ended {
            status,
            note,
            code: None,
            attempts: 0,
            finished_at: now,
        };
        let skipped = || {
            let note = match (self.stopped, self.limit) {
                (None, Some(limit)) => Note::BeyondLimit(limit),
                (stopped, _) => Note::NotSent(stopped),
            };
            unsent(Status::Skipped, note)
        };
        let role = match standing {
            Standing::LeftOut => return unsent(Status::Skipped, Note::LeftOut),
            Standing::Invalid { problem, line } => {
                let decided_by = line.map(|line| self.line_ref(line));
                let note = Note::Invalid {
                    problem,
                    decided_by,
                };
                return unsent(Status::Invalid, note);
            }
            Standing::Valid(role) => role,
        };
        match role {
            RowRole::Decides { id } => match self.outcome(id) {
                Some(outcome) => Ended {
                    status: outcome.status,
                    note: Note::Reply(&outcome.message),
                    code: outcome.code,
                    attempts: outcome.attempts,
                    finished_at: outcome.finished_at,
                },
                None => skipped(),
            },
            RowRole::Same { id, line } => match self.outcome(id) {
                Some(outcome) => Ended {
                    status: outcome.status,
                    note: Note::SameAs {
                        line: self.line_ref(line),
                        reply: &outcome.message,
                    },
                    code: outcome.code,
                    attempts: 0,
                    finished_at: outcome.finished_at,
                },
                None => skipped(),
            },
            RowRole::Superseded { id, line } => {
                let outcome = self.outcome(id);
                let ended = outcome.map(|outcome| outcome.status);
                let note = Note::DecidedBy {
                    line: self.line_ref(line),
                    ended,
                };
                let status = ended.map_or(Status::Superseded, Status::of_other_flags);
                Ended {
                    finished_at: outcome.map_or(now, |outcome| outcome.finished_at),
                    ..unsent(status, note)
                }
            }
            RowRole::Conflict { id, line } => {
                let accepted = |outcome: &Outcome| outcome.status == Status::Ok;
                let note = Note::Conflict {
                    line: self.line_ref(line),
                    accepted_before: self.outcome(id).is_some_and(accepted),
                };
                unsent(Status::Invalid, note)
            }
        }
    }

    fn outcome(&self, id: OrderId) -> Option<&'r Outcome> {
        self.outcomes[id.index()].as_ref()
    }
}

/// The columns of a file that has a row for each row of the sheet.
pub fn columns<'s>(sheet: &'s Sheet, plan: &Plan, appended: Appended) -> ResultsColumns<'s> {
    ResultsColumns {
        own: sheet.columns(),
        order: sheet.own_places().0,
        sent_flag: sheet.has_sent_flag(),
        extra_fields: plan.has_extra_fields(),
        worksheet: sheet.has_worksheets(),
        appended,
    }
}
