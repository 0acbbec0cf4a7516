//! The final word on a row.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::sheet::Origin;

/// A row's status in the results, or in what was read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The ERP accepted the row's flag for the row's order.
    Ok,
    /// The order was not sent: the ERP lists it with the row's flag.
    Unchanged,
    /// The ERP refused the row, and would again; or accepted it and does not carry it.
    Rejected,
    /// All attempts failed; whether the ERP applied one is not known.
    Failed,
    /// The row cannot be sent as it stands.
    Invalid,
    /// The row was not sent: the run stopped before, or the row that decides was refused.
    Skipped,
    /// A later row gives the order another flag.
    Superseded,
    /// The ERP carries the flag that is given for the row's order.
    Same,
    /// It carries another.
    Different,
    /// It does not show the order.
    NotFound,
    /// It was not asked, or did not say.
    Unknown,
}

impl Status {
    /// Those of results, in the order in which summaries list them.
    pub const OF_RESULTS: &[Status] = &[
        Status::Ok,
        Status::Unchanged,
        Status::Superseded,
        Status::Rejected,
        Status::Failed,
        Status::Invalid,
        Status::Skipped,
    ];

    /// Those of what was read back.
    pub const OF_READINGS: &[Status] = &[
        Status::Same,
        Status::Different,
        Status::NotFound,
        Status::Unknown,
    ];

    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Unchanged => "unchanged",
            Status::Rejected => "rejected",
            Status::Failed => "failed",
            Status::Invalid => "invalid",
            Status::Skipped => "skipped",
            Status::Superseded => "superseded",
            Status::Same => "same",
            Status::Different => "different",
            Status::NotFound => "not found",
            Status::Unknown => "unknown",
        }
    }

    /// By the word in a file of results.
    pub fn of(word: &str) -> Option<Status> {
        let mut known = Status::OF_RESULTS.iter().copied();
        known.find(|status| status.as_str() == word)
    }

    /// What rows are that give the order of a row that ended so another flag. Had the rows been
    /// sent one by one, those would count where the last is refused: so they are not lost.
    pub fn of_other_flags(self) -> Status {
        match self {
            Status::Rejected => Status::Skipped,
            _ => Status::Superseded,
        }
    }

    /// Whether such a row's order carries its flag: it needs no further call.
    pub fn is_settled(self) -> bool {
        matches!(self, Status::Ok | Status::Unchanged)
    }

    /// Whether such a row needs another look.
    pub fn is_failure(self) -> bool {
        !self.is_settled() && !matches!(self, Status::Superseded | Status::Same)
    }

    /// Whether a run over such rows could put them right: those that failed, or that differ.
    pub fn is_given_back(self) -> bool {
        self.is_failure() && self != Status::Unknown
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub status: Status,
    /// The ERP's status, if it gave one.
    pub code: Option<i64>,
    /// The ERP's words, what kept it from answering, or what was read; for `ok` mostly empty.
    pub message: Box<str>,
    pub attempts: u32,
    pub finished_at: Timestamp,
}

impl Outcome {
    /// As an earlier run wrote it beside a row.
    pub fn of_past(row: &Origin) -> Option<Outcome> {
        let cell = |at| row.appended.get(at).unwrap_or_default();
        Some(Outcome {
            status: Status::of(row.status())?,
            code: cell(2).parse().ok(),
            message: cell(3).into(),
            attempts: cell(4).parse().unwrap_or_default(),
            finished_at: cell(5).parse().unwrap_or_else(|_| Timestamp::now()),
        })
    }
}

/// A moment as files have it: RFC 3339, local time with its offset.
pub fn local_time(time: Timestamp) -> String {
    time.to_zoned_datetime(TimeZone::system())
        .strftime("%Y-%m-%dT%H:%M:%S%.3f%:z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_with_offset() {
        let time: Timestamp = "2026-01-02T03:04:05.678+08:00".parse().expect("a time");
        let written = local_time(time);
        assert_eq!(written.parse::<Timestamp>().ok(), Some(time), "{written}");
        assert_eq!(written.len(), "2026-01-02T03:04:05.678+08:00".len());
    }
}
