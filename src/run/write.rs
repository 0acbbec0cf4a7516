//! The end of a run: sheet and orders become files, row by row.

use jiff::Timestamp;

use super::error::RunError;
use super::orders::Orders;
use super::report::Tally;
use super::role::Role;
use crate::files::{Issuer, ResultRow, ResultsColumns, RowCheck, Status, local_time};
use crate::sheet::{Appended, Row, Sheet, SheetError};
use crate::stop::StopReason;

/// What becomes of rows, and what is said of them.
pub struct Writing<'r> {
    pub sheet: &'r Sheet,
    pub orders: &'r Orders,
    /// Whose account the rows are written for.
    pub issuer: &'r Issuer,
    pub columns: Columns<'r>,
}

/// The columns that are written beside a row.
pub enum Columns<'r> {
    Outcomes {
        stopped: Option<&'r StopReason>,
        limit: Option<u64>,
    },
    Readings {
        /// Why orders were not asked for, if that is known.
        cut_short: Option<String>,
    },
}

impl<'r> Writing<'r> {
    pub fn kind(&self) -> Appended {
        match self.columns {
            Columns::Outcomes { .. } => Appended::Outcomes,
            Columns::Readings { .. } => Appended::Readings,
        }
    }

    /// The columns of a file with these of the sheet's own, whose cells rows have at `cells`.
    pub fn header<'a>(&self, own: &'a [String], cells: &'a [usize]) -> ResultsColumns<'a> {
        ResultsColumns {
            own,
            cells,
            sent_flag: self.sheet.has_sent_flag(),
            extra_fields: self.orders.has_extra_fields,
            appended: self.kind(),
        }
    }

    /// Gives every row of the sheet to `write`, with how it ended; none if it is not given back, and
    /// stays as it is.
    ///
    /// # Errors
    ///
    /// If the sheet has changed since it was planned, or as `write` says.
    pub fn rows(
        &self,
        mut write: impl FnMut(&Row, &ResultRow<'_>, Option<Status>) -> Result<(), RunError>,
    ) -> Result<Tally, RunError> {
        let mut tally = Tally::default();
        let mut decided = 0;
        let (now, kind) = (Timestamp::now(), self.kind());
        let mut rows = self.sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            if !row.part.is_given() {
                decided += usize::from(self.orders.is_decided_by(&row, self.sheet));
                let origin = row.origin();
                tally.keep(origin.and_then(|it| Status::of(it.status())));
                let appended = origin.iter().flat_map(|it| &it.appended).skip(1);
                let appended: Vec<&str> = appended.collect();
                write(&row, &result_of(&row, &appended), None)?;
                continue;
            }
            let role = self.orders.role(&row, self.sheet)?;
            decided += usize::from(match role {
                Role::Decides(_) => true,
                Role::Conflict(order) => order.position == row.position,
                _ => false,
            });
            let mut said = self.said(&role);
            said.add(&row.note);
            let check = RowCheck::of(&row, self.sheet, self.issuer).to_string();
            let code = said.code.map(|code| code.to_string()).unwrap_or_default();
            let attempts = said.attempts.to_string();
            let time = said.time.or((kind == Appended::Outcomes).then_some(now));
            let time = time.map(local_time).unwrap_or_default();
            let status = said.status.as_str();
            let outcome = [status, &code, &said.message, &attempts, &time, &check];
            let reading = [status, said.flag_now, &said.message, &time, &check];
            let appended: &[&str] = match kind {
                Appended::Outcomes => &outcome,
                Appended::Readings => &reading,
            };
            write(&row, &result_of(&row, appended), Some(said.status))?;
            if row.is_left_out() {
                tally.leave_out(said.status);
            } else {
                tally.add(said.status, &said.reason);
            }
        }
        if tally.rows() != self.orders.rows || decided != self.orders.distinct() {
            return Err(SheetError::changed(self.sheet.name()).into());
        }
        Ok(tally)
    }
}

fn result_of<'a>(row: &'a Row, appended: &'a [&'a str]) -> ResultRow<'a> {
    ResultRow {
        cells: row.cells(),
        sent_flag: row.sent_flag(),
        extra_fields: row.extra_fields(),
        line: row.line_in_sheet(),
        appended,
    }
}
