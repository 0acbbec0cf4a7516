//! The end of a run: sheet and record become results and failures, row by row.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::RunError;
use super::format::{BOM, Lead, Shape, io_error, writer};
use super::outcome::{Outcome, Status, now};
use super::outputs::{Draft, OutputError};
use super::plan::{OrderId, Plan, Role};
use super::record::{Ledger, Outcomes};
use crate::sheet::{Row, Sheet, SheetError};

/// Distinct messages are counted up to this many, so that a server that words each one anew
/// cannot fill the memory.
const MOST_MESSAGES: usize = 1_000;

/// How many rows ended how.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: [u64; Status::ALL.len()],
    messages: HashMap<(Status, String), u64>,
    unlisted: u64,
}

impl Tally {
    /// Rows with this status.
    #[must_use]
    pub fn count(&self, status: Status) -> u64 {
        self.counts[status as usize]
    }

    /// Rows in all.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Rows in the failures file.
    #[must_use]
    pub fn failures(&self) -> u64 {
        Status::ALL
            .into_iter()
            .filter(|status| status.is_failure())
            .map(|status| self.count(status))
            .sum()
    }

    /// The distinct messages of failures with their counts, most frequent first.
    #[must_use]
    pub fn messages(&self) -> Vec<(Status, &str, u64)> {
        let mut list: Vec<_> = self
            .messages
            .iter()
            .map(|((status, message), &count)| (*status, message.as_str(), count))
            .collect();
        list.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)).then(a.1.cmp(b.1)));
        list
    }

    /// Failures whose message was one too many to be counted by itself.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// Counts a row. `reason` is its message without what is particular to the row.
    fn add(&mut self, status: Status, reason: &str) {
        self.counts[status as usize] += 1;
        if !status.is_failure() {
            return;
        }
        let key = (status, reason.to_owned());
        if self.messages.len() < MOST_MESSAGES || self.messages.contains_key(&key) {
            *self.messages.entry(key).or_default() += 1;
        } else {
            self.unlisted += 1;
        }
    }
}

/// What the results are put together from.
pub(super) struct Assembly<'r> {
    pub(super) sheet: &'r Sheet,
    pub(super) plan: &'r Plan,
    pub(super) ledger: &'r Ledger,
    pub(super) outcomes: Outcomes,
    /// Why rows without an outcome have none.
    pub(super) skipped_because: String,
    pub(super) bom: bool,
}

/// A row's outcome, and the part of its message to count it by.
struct Ending {
    outcome: Outcome,
    reason: String,
}

impl Assembly<'_> {
    /// Writes every row of the sheet to `results`, and the failures to `failures` too.
    ///
    /// # Errors
    ///
    /// If the sheet or the record can no longer be read, or a file not be written.
    pub(super) fn write(
        &mut self,
        results: &Draft,
        failures: Option<&Draft>,
    ) -> Result<Tally, RunError> {
        let shape = Shape::of(self.sheet, self.plan.has_extra_fields());
        let mut results = Rows::begin(results, self.sheet, shape, self.bom)?;
        let mut failures = failures
            .map(|draft| Rows::begin(draft, self.sheet, shape, self.bom))
            .transpose()?;
        let mut tally = Tally::default();
        let finished_at = now();
        let mut rows = self.sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            let Ending { outcome, reason } = self.ending(&row, &finished_at)?;
            let lead = Lead {
                cells: row.cells(),
                sent_flag: row.sent_flag(),
                extra_fields: row.extra_fields(),
                line: row.line(),
            };
            results.write(lead, &outcome)?;
            if let Some(failures) = &mut failures
                && outcome.status.is_failure()
            {
                failures.write(lead, &outcome)?;
            }
            tally.add(outcome.status, &reason);
        }
        results.end()?;
        if let Some(failures) = failures {
            failures.end()?;
        }
        if tally.rows() != self.plan.rows() {
            return Err(changed(self.sheet).into());
        }
        Ok(tally)
    }

    fn ending(&mut self, row: &Row, finished_at: &str) -> Result<Ending, RunError> {
        let unsent = |status, message: String| Outcome {
            status,
            code: None,
            message,
            attempts: 0,
            finished_at: finished_at.to_owned(),
        };
        let entry = match row.entry(self.sheet) {
            Ok(entry) => entry,
            Err(problem) => {
                let later = row
                    .order(self.sheet)
                    .and_then(|order| self.plan.decided_after(row.line(), &order));
                let message = match later {
                    Some(line) => format!(
                        "{problem}; but line {line} decides: take this row out rather than mend it"
                    ),
                    None => problem.to_string(),
                };
                return Ok(Ending {
                    outcome: unsent(Status::Invalid, message),
                    reason: problem.to_string(),
                });
            }
        };
        let role = self.plan.role(row.line(), &entry);
        let role = role.ok_or_else(|| changed(self.sheet))?;
        Ok(match role {
            Role::Conflict { id, line } => {
                let reason = "the order is given different flags".to_owned();
                let before = match self.sent(id)?.map(|outcome| outcome.status) {
                    Some(Status::Ok) => "; the last one was accepted before the sheet grew",
                    _ => "",
                };
                let message = format!("{reason}; its last row is line {line}{before}");
                Ending {
                    outcome: unsent(Status::Invalid, message),
                    reason,
                }
            }
            Role::Decides(id) => Ending::plain(match self.sent(id)? {
                Some(outcome) => outcome,
                None => unsent(Status::Skipped, self.skipped_because.clone()),
            }),
            Role::Same { id, line } => match self.sent(id)? {
                Some(outcome) => Ending {
                    outcome: Outcome {
                        message: match outcome.message.as_str() {
                            "" => format!("same as line {line}"),
                            message => format!("same as line {line}: {message}"),
                        },
                        attempts: 0,
                        ..outcome
                    },
                    reason: outcome.message,
                },
                None => Ending::plain(unsent(Status::Skipped, self.skipped_because.clone())),
            },
            Role::Superseded { id, line } => {
                let decision = self.sent(id)?;
                let (end, finished_at) = match &decision {
                    Some(outcome) => (Some(outcome.status), outcome.finished_at.as_str()),
                    None => (None, finished_at),
                };
                let message = match end {
                    Some(Status::Ok) => format!("line {line} decides"),
                    Some(Status::Rejected) => format!(
                        "line {line} decides, but was rejected: the order keeps the flag it had"
                    ),
                    Some(_) => format!(
                        "line {line} decides, but failed: the order keeps the flag it had, unless the ERP applied a call whose reply was lost"
                    ),
                    None => format!(
                        "line {line} decides, but was skipped: the order keeps the flag it had"
                    ),
                };
                Ending::plain(Outcome {
                    finished_at: finished_at.to_owned(),
                    ..unsent(Status::Superseded, message)
                })
            }
        })
    }

    /// The outcome of the order's call, if it was made.
    fn sent(&mut self, id: OrderId) -> Result<Option<Outcome>, RunError> {
        self.ledger
            .outcome(id, &mut self.outcomes)
            .map_err(RunError::Record)
    }
}

impl Ending {
    fn plain(outcome: Outcome) -> Self {
        let reason = outcome.message.clone();
        Ending { outcome, reason }
    }
}

/// Rows on their way into a draft.
struct Rows<'d> {
    draft: &'d Draft,
    shape: Shape,
    csv: csv::Writer<BufWriter<&'d File>>,
}

impl<'d> Rows<'d> {
    fn begin(
        draft: &'d Draft,
        sheet: &Sheet,
        shape: Shape,
        bom: bool,
    ) -> Result<Self, OutputError> {
        let begin = || -> io::Result<_> {
            let mut file = BufWriter::with_capacity(64 * 1024, draft.file()?);
            if bom {
                file.write_all(BOM)?;
            }
            let mut csv = writer(file);
            csv.write_record(shape.header(sheet.columns()))
                .map_err(io_error)?;
            Ok(csv)
        };
        Ok(Rows {
            draft,
            shape,
            csv: begin().map_err(|error| draft.error(error))?,
        })
    }

    fn write(&mut self, lead: Lead<'_>, outcome: &Outcome) -> Result<(), OutputError> {
        self.shape
            .write(&mut self.csv, lead, outcome)
            .and_then(|()| self.csv.write_record(None::<&[u8]>))
            .map_err(|error| self.draft.error(io_error(error)))
    }

    fn end(mut self) -> Result<(), OutputError> {
        self.csv.flush().map_err(|error| self.draft.error(error))
    }
}

fn changed(sheet: &Sheet) -> SheetError {
    SheetError::Changed {
        file: sheet.name().to_owned(),
    }
}
