//! How a run ended.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::calls::Calls;
use crate::erp::CallError;
use crate::files::{Beside, Status};
use crate::sheet::Appended;
use crate::stop::StopReason;

/// Distinct messages are counted up to this many, so that a server that words each one differently
/// cannot fill the memory.
const MAX_MESSAGES: usize = 1_000;

#[derive(Clone, Debug)]
pub struct Report {
    pub kind: Appended,
    pub rows: Tally,
    pub sheet: String,
    pub finished_at: Timestamp,
    /// When sending was to end, if that was said.
    pub deadline: Option<Timestamp>,
    pub stopped: Option<StopReason>,
    /// After this the ERP was asked no more: it would have answered so again.
    pub given_up: Option<CallError>,
    /// From the first call to the last outcome.
    pub elapsed: Duration,
    pub confirmed: Option<Confirmed>,
    pub results: String,
    /// The file with the rows to be given back; `None` if it is the sheet and was left as it is.
    pub failures: Option<String>,
    /// Files of earlier runs that were kept, under these names.
    pub kept: Vec<String>,
    pub beside: Vec<Beside>,
    /// The journal, if it was kept for the run to be continued.
    pub journal: Option<String>,
    pub journal_lost: bool,
}

impl Report {
    pub(super) fn new(
        kind: Appended,
        rows: Tally,
        sheet: String,
        calls: &Calls<'_>,
        results: &Path,
    ) -> Report {
        Report {
            kind,
            rows,
            sheet,
            finished_at: Timestamp::now(),
            deadline: calls.rules.deadline,
            stopped: calls.stop_reason(),
            given_up: None,
            elapsed: Duration::ZERO,
            confirmed: None,
            results: results.display().to_string(),
            failures: None,
            kept: Vec::new(),
            beside: Vec::new(),
            journal: None,
            journal_lost: false,
        }
    }
}

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
    pub calls: u64,
    /// After this the ERP was asked no more: it would have answered so again.
    pub given_up: Option<CallError>,
}

#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: BTreeMap<Status, u64>,
    messages: HashMap<(Status, String), u64>,
    /// Rows that are hidden in the sheet and were not wanted.
    left_out: u64,
    /// Rows of the results that were not given back; `None` for a status that is not known.
    kept: BTreeMap<Option<Status>, u64>,
    /// Failures whose message was one too many to be counted by itself.
    pub unlisted: u64,
}

impl Tally {
    pub fn count(&self, status: Status) -> u64 {
        self.counts.get(&status).copied().unwrap_or_default()
    }

    pub fn rows(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Rows that need another look.
    pub fn failures(&self) -> u64 {
        self.rows_of(Status::is_failure) - self.left_out
    }

    pub fn given_back(&self) -> u64 {
        // Hidden rows are `skipped`, or `unknown`.
        let left_out = self.left_out.min(self.count(Status::Skipped));
        self.rows_of(Status::is_given_back) - left_out
    }

    fn rows_of(&self, is_such: fn(Status) -> bool) -> u64 {
        let such = self.counts.iter().filter(|(status, _)| is_such(**status));
        such.map(|(_, count)| count).sum()
    }

    /// Counts a row of the results that was not given back.
    pub fn keep(&mut self, status: Option<Status>) {
        *self.kept.entry(status).or_default() += 1;
    }

    /// Rows of the results that were not given back.
    pub fn kept(&self) -> u64 {
        self.kept.values().sum()
    }

    /// Of the whole sheet, with the rows that were not given back.
    pub fn whole_count(&self, status: Status) -> u64 {
        self.count(status) + self.kept.get(&Some(status)).copied().unwrap_or_default()
    }

    /// Rows of the whole sheet that need another look.
    pub fn whole_failures(&self) -> u64 {
        let is_well = |status: &Option<Status>| status.is_some_and(|it| !it.is_failure());
        let rest = self.kept.iter().filter(|(status, _)| !is_well(status));
        self.failures() + rest.map(|(_, rows)| rows).sum::<u64>()
    }

    /// Counts a row that was not wanted: it is no failure.
    pub fn leave_out(&mut self, status: Status) {
        *self.counts.entry(status).or_default() += 1;
        self.left_out += 1;
    }

    /// Counts a row. `reason` is its message without what is particular to the row.
    pub fn add(&mut self, status: Status, reason: &str) {
        *self.counts.entry(status).or_default() += 1;
        if !status.is_failure() {
            return;
        }
        let message = (status, reason.to_owned());
        if self.messages.len() < MAX_MESSAGES || self.messages.contains_key(&message) {
            *self.messages.entry(message).or_default() += 1;
        } else {
            self.unlisted += 1;
        }
    }

    /// The distinct messages of failures with their counts, most frequent first.
    pub fn messages(&self) -> Vec<(Status, &str, u64)> {
        let messages = self.messages.iter();
        let messages = messages.map(|((status, text), &rows)| (*status, text.as_str(), rows));
        let mut list: Vec<_> = messages.collect();
        list.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(&b.0)).then(a.1.cmp(b.1)));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_of_very_many_messages_some_are_kept() {
        let mut tally = Tally::default();
        tally.add(Status::Superseded, "line 9 decides");
        tally.add(Status::Failed, "HTTP 502");
        tally.leave_out(Status::Skipped);
        for n in 0..MAX_MESSAGES + 4 {
            tally.add(Status::Rejected, &format!("order {n}"));
        }
        let rejected = MAX_MESSAGES as u64 + 4;
        let counts = (tally.rows(), tally.failures(), tally.given_back());
        assert_eq!(counts, (rejected + 3, rejected + 1, rejected + 1));
        assert_eq!(tally.count(Status::Rejected), rejected);
        assert_eq!((tally.messages().len(), tally.unlisted), (MAX_MESSAGES, 5));
    }
}
