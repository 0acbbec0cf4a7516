//! What is said of a row in results, and in what was read back.

use jiff::Timestamp;

use super::found::Found;
use super::orders::Order;
use super::role::Role;
use super::write::{Columns, Writing};
use crate::files::{Outcome, Status};
use crate::language::say;
use crate::sheet::Appended;

/// What is said of a row.
pub struct Said<'r> {
    pub status: Status,
    pub message: String,
    /// The part of the message that rows are counted by, without what is particular to the row.
    pub reason: String,
    pub code: Option<i64>,
    pub attempts: u32,
    pub flag_now: &'r str,
    /// `None` if the ERP was not asked.
    pub time: Option<Timestamp>,
}

impl Said<'_> {
    /// Adds what is to be said of the row beside its outcome.
    pub fn add(&mut self, note: &str) {
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
    /// What is said of a row that is given.
    pub fn said(&self, role: &Role<'r>) -> Said<'r> {
        let (unwanted, invalid) = match self.kind() {
            Appended::Outcomes => (Status::Skipped, Status::Invalid),
            Appended::Readings => (Status::Unknown, Status::Unknown),
        };
        match role {
            Role::LeftOut => Said::new(unwanted, say!("note-left-out")),
            Role::Invalid { problem, decided } => {
                let mut message = problem.to_string();
                if let Some(order) = decided {
                    let line = self.line_of(order);
                    message = say!("note-invalid-and-decided", problem = message, line = line);
                }
                Said {
                    message,
                    ..Said::new(invalid, problem.common.clone())
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
        let decided = outcome.map(|outcome| outcome.status);
        let message = match decided {
            Some(Status::Ok | Status::Unchanged) => say!("note-decided", line = line),
            Some(Status::Rejected) => say!("note-decided-rejected", line = line),
            Some(_) => say!("note-decided-failed", line = line),
            None => say!("note-decided-skipped", line = line),
        };
        let status = decided.map_or(Status::Superseded, Status::of_other_flags);
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

    /// The line of the row that decides.
    fn line_of(&self, order: &Order) -> String {
        let at = |line: u64| say!("place-line", line = line);
        let line = Some(order.line);
        match order.origin.or(line.filter(|_| !self.sheet.is_ours())) {
            Some(line) => at(line),
            None => say!("place-of-failures", line = at(order.line)),
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
