//! The end of a run: sheet and orders become files, row by row.

use jiff::Timestamp;

use super::error::RunError;
use super::found::Found;
use super::orders::{Order, Orders};
use super::report::Tally;
use super::role::Role;
use crate::files::{
    Issuer, Outcome, ResultRow, ResultsColumns, RowCheck, Status, local_time, origin_part,
};
use crate::language::say;
use crate::sheet::{Appended, Row, Sheet, SheetError, strip_wrapping};
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

/// What is said of a row.
struct Said<'r> {
    status: Status,
    message: String,
    /// The part of the message that rows are counted by, without what is particular to the row.
    reason: String,
    code: Option<i64>,
    attempts: u32,
    flag_now: &'r str,
    /// `None` if the ERP was not asked.
    time: Option<Timestamp>,
}

impl Said<'_> {
    /// Adds what is to be said of the row beside its outcome.
    fn add(&mut self, note: &str) {
        if note.is_empty() {
            return;
        }
        self.message = match self.message.as_str() {
            "" => note.to_owned(),
            message => say!("note-and", message = message, note = note),
        };
    }

    fn new(status: Status, message: String) -> Self {
        Said {
            status,
            reason: message.clone(),
            message,
            code: None,
            attempts: 0,
            flag_now: "",
            time: None,
        }
    }
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
                tally.keep(row.origin().and_then(|it| it.status().parse().ok()));
                self.write_as_it_is(&row, &mut write)?;
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
            let check = self.check_of(&row);
            let code = said.code.map(|code| code.to_string()).unwrap_or_default();
            let attempts = said.attempts.to_string();
            let time = match kind {
                Appended::Outcomes => Some(said.time.unwrap_or(now)),
                Appended::Readings => said.time,
            };
            let time = time.map(local_time).unwrap_or_default();
            let status = said.status.as_str();
            let outcome = [status, &code, &said.message, &attempts, &time, &check];
            let reading = [status, said.flag_now, &said.message, &time, &check];
            let appended: &[&str] = match kind {
                Appended::Outcomes => &outcome,
                Appended::Readings => &reading,
            };
            let result = ResultRow {
                cells: row.cells(),
                sent_flag: row.sent_flag(),
                extra_fields: row.extra_fields(),
                line: self.line(row.line(), row.origin().map(|origin| origin.line)),
                appended,
            };
            write(&row, &result, Some(said.status))?;
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

    fn said(&self, role: &Role<'r>) -> Said<'r> {
        let (unwanted, invalid) = match self.kind() {
            Appended::Outcomes => (Status::Skipped, Status::Invalid),
            Appended::Readings => (Status::Unknown, Status::Unknown),
        };
        match role {
            Role::LeftOut => Said::new(unwanted, say!("note-left-out")),
            Role::Invalid { problem, decided } => {
                let text = problem.to_string();
                let message = match decided {
                    Some(order) => say!(
                        "note-invalid-and-decided",
                        problem = text,
                        line = self.line_of(order)
                    ),
                    None => text,
                };
                Said {
                    message,
                    ..Said::new(invalid, problem.common())
                }
            }
            Role::Conflict(order) => {
                let line = self.line_of(order);
                let before = order.outcome.get().map(|outcome| outcome.status);
                let message = if before == Some(Status::Ok) {
                    // An earlier run sent that row before the sheet grew.
                    say!("note-conflict-accepted-before", line = line)
                } else {
                    say!("note-conflict-last", line = line)
                };
                Said {
                    message,
                    ..Said::new(invalid, say!("note-conflict"))
                }
            }
            Role::Decides(order) => self.said_of(order),
            Role::Same(order) => {
                let said = self.said_of(order);
                if said.status == Status::Skipped {
                    return said;
                }
                let line = self.line_of(order);
                let message = match said.message.as_str() {
                    "" => say!("note-same-as", line = line),
                    reply => say!("note-same-as-reply", line = line, reply = reply),
                };
                Said {
                    message,
                    attempts: 0,
                    ..said
                }
            }
            Role::Superseded(order) => self.said_of_superseded(order),
        }
    }

    /// Of a row that gives its order another flag than the one that decides.
    fn said_of_superseded(&self, order: &'r Order) -> Said<'r> {
        let line = self.line_of(order);
        if self.kind() == Appended::Readings {
            let said = self.said_of(order);
            let message = match said.message.as_str() {
                "" => say!("note-decided", line = line),
                message => say!("readback-decided-as", line = line, message = message),
            };
            return Said { message, ..said };
        }
        let outcome = outcome_of(order);
        let (status, message) = match outcome.map(|outcome| outcome.status) {
            Some(Status::Ok | Status::Unchanged) => {
                (Status::Superseded, say!("note-decided", line = line))
            }
            Some(Status::Rejected) => (
                Status::Rejected.of_other_flags(),
                say!("note-decided-rejected", line = line),
            ),
            Some(_) => (Status::Superseded, say!("note-decided-failed", line = line)),
            None => (
                Status::Superseded,
                say!("note-decided-skipped", line = line),
            ),
        };
        Said {
            time: outcome.map(|outcome| outcome.finished_at),
            ..Said::new(status, message)
        }
    }

    /// Of the row that decides for an order.
    fn said_of(&self, order: &'r Order) -> Said<'r> {
        match &self.columns {
            Columns::Outcomes { stopped, limit } => match outcome_of(order) {
                Some(outcome) => Said::of_outcome(outcome),
                None => {
                    let message = match (stopped, limit) {
                        (None, Some(limit)) => say!("note-beyond-limit", limit = limit),
                        (Some(reason), _) => {
                            say!("note-not-sent-for", reason = reason.to_string())
                        }
                        (None, None) => say!("note-not-sent"),
                    };
                    Said::new(Status::Skipped, message)
                }
            },
            Columns::Readings { cut_short } => match order.found.get() {
                Some(found) => Said::of_found(found, self.orders.flag(order)),
                None => {
                    let message = match cut_short {
                        Some(why) => say!("readback-not-asked-why", why = why.as_str()),
                        None => say!("readback-not-asked"),
                    };
                    Said::new(Status::Unknown, message)
                }
            },
        }
    }

    /// Writes a row of the results that is not given back.
    fn write_as_it_is(
        &self,
        row: &Row,
        write: &mut impl FnMut(&Row, &ResultRow<'_>, Option<Status>) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let origin = row.origin();
        let appended: Vec<&str> = origin.iter().flat_map(|it| &it.appended).skip(1).collect();
        let result = ResultRow {
            cells: row.cells(),
            sent_flag: row.sent_flag(),
            extra_fields: row.extra_fields(),
            line: origin.and_then(|origin| origin.line),
            appended: &appended,
        };
        write(row, &result, None)
    }

    /// What proves the row when it is given back. One that cannot be sent keeps what it has.
    fn check_of(&self, row: &Row) -> String {
        let sheet = self.sheet;
        let order = strip_wrapping(row.order_cell(sheet));
        let flags = sheet.flags(row).map(strip_wrapping);
        let earlier = row.origin().and_then(|it| RowCheck::parse(it.check()));
        let is_sent = row.entry(sheet).is_ok();
        match earlier {
            Some(check) if !is_sent => RowCheck {
                issuer: self.issuer.clone(),
                ..check
            }
            .to_string(),
            earlier => {
                let line = self.line(row.line(), row.origin().map(|origin| origin.line));
                let new = || origin_part(line, row.position, &order);
                let origin = earlier.map_or_else(new, |check| check.origin);
                let check = RowCheck::new(self.issuer, origin, &order, [&flags[0], &flags[1]]);
                if !is_sent && row.is_in_doubt(sheet) {
                    check.in_doubt(&order).to_string()
                } else {
                    check.to_string()
                }
            }
        }
    }

    /// The line by which people know a row; `None` if a person has added it to a file that is given
    /// back, where it has an `origin`.
    fn line(&self, line: u64, origin: Option<Option<u64>>) -> Option<u64> {
        origin.unwrap_or(Some(line))
    }

    /// The line of the row that decides.
    fn line_of(&self, order: &Order) -> String {
        let origin = self.sheet.is_ours().then_some(order.origin);
        match self.line(order.line, origin) {
            Some(line) => say!("place-line", line = line),
            None => say!(
                "place-of-failures",
                line = say!("place-line", line = order.line)
            ),
        }
    }
}

/// What became of an order, in this run or in the one that it continues: a call whose reply was lost
/// may have been applied.
fn outcome_of(order: &Order) -> Option<&Outcome> {
    order.outcome.get().or(order.failed.as_deref())
}

impl<'r> Said<'r> {
    fn of_outcome(outcome: &Outcome) -> Self {
        Said {
            code: outcome.code,
            attempts: outcome.attempts,
            time: Some(outcome.finished_at),
            ..Said::new(outcome.status, outcome.message.to_string())
        }
    }

    fn of_found(found: &'r Found, flag: &str) -> Self {
        let status = found.status(flag);
        let flag_now = found.flag.as_deref().unwrap_or_default();
        let reason = if status == Status::Different {
            say!("readback-different", flag = flag_now)
        } else {
            found.obstacle.clone()
        };
        let message = match found.modified() {
            Some(time) if status == Status::Different => {
                say!("readback-different-since", flag = flag_now, time = time)
            }
            _ => reason.clone(),
        };
        Said {
            message,
            flag_now,
            time: Some(found.at),
            ..Said::new(status, reason)
        }
    }
}
