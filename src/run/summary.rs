//! How a run ended.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::destination::Destination;
use crate::erp::CallError;
use crate::files::{Agreement, Beside, Status};
use crate::stop::StopReason;

/// Distinct messages are counted up to this many, so that a server that words each one differently
/// cannot fill the memory.
const MAX_MESSAGES: usize = 1_000;

#[derive(Clone, Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub destination: Destination,
    pub summary: Summary<Status>,
    pub sheet: String,
    pub finished_at: Timestamp,
    /// Why the run stopped early, if it did.
    pub stopped: Option<StopReason>,
    pub calls: u64,
    /// Of those, further attempts after transient failures.
    pub retries: u64,
    /// Pauses because the ERP throttled.
    pub pauses: u64,
    /// From the first call to the last outcome.
    pub elapsed: Duration,
    /// What was read back, if anything was.
    pub confirmed: Option<Confirmed>,
    pub results: String,
    /// `None` if the sheet is the failures file and was left as it is.
    pub failures: Option<String>,
    /// Files of earlier runs that were kept, under these names.
    pub kept: Vec<String>,
    /// Files that could not take their place.
    pub beside: Vec<Beside>,
    /// The journal, if it was kept for the run to be continued.
    pub journal: Option<String>,
    /// Whether it was removed or moved while the run was under way.
    pub journal_lost: bool,
}

/// What reading back the orders of a run came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Confirmed {
    /// Orders that were accepted and carry their flag.
    pub confirmed: u64,
    /// Orders that were accepted and carry another.
    pub refuted: u64,
    /// Orders that failed and carry their flag all the same.
    pub recovered: u64,
    /// Orders that were accepted and could not be read back.
    pub unread: u64,
    /// Calls that this took.
    pub calls: u64,
    /// After this the ERP was asked no more: it would have answered so again.
    pub given_up: Option<CallError>,
}

/// How a row may end.
pub trait Word: Copy + Ord {
    /// Of rows that were left out.
    const LEFT_OUT: Self;

    /// Whether such a row needs another look.
    fn is_failure(self) -> bool;
}

impl Word for Status {
    const LEFT_OUT: Status = Status::Skipped;

    fn is_failure(self) -> bool {
        Status::is_failure(self)
    }
}

impl Word for Agreement {
    const LEFT_OUT: Agreement = Agreement::Unknown;

    fn is_failure(self) -> bool {
        self != Agreement::Same
    }
}

/// Rows by how they ended.
#[derive(Clone, Debug, Serialize)]
pub struct Summary<W: Word> {
    counts: BTreeMap<W, u64>,
    messages: BTreeMap<W, HashMap<String, u64>>,
    /// Rows that are hidden in the sheet and were not wanted.
    left_out: u64,
    /// Failures whose message was one too many to be counted by itself.
    unlisted: u64,
}

impl<W: Word> Default for Summary<W> {
    fn default() -> Self {
        Summary {
            counts: BTreeMap::new(),
            messages: BTreeMap::new(),
            left_out: 0,
            unlisted: 0,
        }
    }
}

impl<W: Word> Summary<W> {
    pub fn count(&self, status: W) -> u64 {
        self.counts.get(&status).copied().unwrap_or_default()
    }

    pub fn rows(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Rows that need another look.
    pub fn failures(&self) -> u64 {
        let failures = self.counts.iter().filter(|(status, _)| status.is_failure());
        failures.map(|(_, count)| count).sum::<u64>() - self.left_out
    }

    /// Counts a row that was not wanted: it is no failure.
    pub fn leave_out(&mut self) {
        *self.counts.entry(W::LEFT_OUT).or_default() += 1;
        self.left_out += 1;
    }

    /// The distinct messages of failures with their counts, most frequent first.
    pub fn messages(&self) -> Vec<(W, &str, u64)> {
        let mut list = Vec::new();
        for (&status, messages) in &self.messages {
            list.extend(
                messages
                    .iter()
                    .map(|(text, &rows)| (status, text.as_str(), rows)),
            );
        }
        list.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)).then(a.1.cmp(b.1)));
        list
    }

    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// Counts a row. `reason` is its message without what is particular to the row.
    pub fn add(&mut self, status: W, reason: &str) {
        *self.counts.entry(status).or_default() += 1;
        if !status.is_failure() {
            return;
        }
        let distinct: usize = self.messages.values().map(HashMap::len).sum();
        let messages = self.messages.entry(status).or_default();
        if let Some(rows) = messages.get_mut(reason) {
            *rows += 1;
        } else if distinct < MAX_MESSAGES {
            messages.insert(reason.to_owned(), 1);
        } else {
            self.unlisted += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_by_status_and_failures_by_message() {
        let mut summary = Summary::default();
        for (status, message) in [
            (Status::Ok, "same as line 2"),
            (Status::Rejected, "单据不存在"),
            (Status::Failed, "HTTP 502"),
            (Status::Rejected, "单据不存在"),
            (Status::Superseded, "line 9 decides"),
        ] {
            summary.add(status, message);
        }
        assert_eq!((summary.rows(), summary.failures()), (5, 3));
        assert_eq!(summary.count(Status::Rejected), 2);
        assert_eq!(summary.count(Status::Skipped), 0);
        let messages = [
            (Status::Rejected, "单据不存在", 2),
            (Status::Failed, "HTTP 502", 1),
        ];
        assert_eq!(summary.messages(), messages);
    }

    #[test]
    fn messages_that_are_all_different_do_not_fill_the_memory() {
        let mut summary = Summary::default();
        for n in 0..MAX_MESSAGES + 5 {
            summary.add(Status::Rejected, &format!("order {n}"));
        }
        assert_eq!(summary.messages().len(), MAX_MESSAGES);
        assert_eq!(summary.unlisted(), 5);
        assert_eq!(summary.rows(), MAX_MESSAGES as u64 + 5);
    }
}
