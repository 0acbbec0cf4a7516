//! The final word on a row.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// A row's status in the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
}

impl Status {
    /// All statuses, in the order summaries list them.
    pub const ALL: [Status; 7] = [
        Status::Ok,
        Status::Unchanged,
        Status::Superseded,
        Status::Rejected,
        Status::Failed,
        Status::Invalid,
        Status::Skipped,
    ];

    /// The word in the results file.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Unchanged => "unchanged",
            Status::Rejected => "rejected",
            Status::Failed => "failed",
            Status::Invalid => "invalid",
            Status::Skipped => "skipped",
            Status::Superseded => "superseded",
        }
    }

    /// What rows are that give the order of a row that ended so another flag. Had the rows been
    /// sent one by one, those would count where the last is refused: so they are not lost.
    pub fn of_other_flags(self) -> Status {
        match self {
            Status::Rejected => Status::Skipped,
            _ => Status::Superseded,
        }
    }

    /// Whether such a row belongs in the failures file.
    pub fn is_failure(self) -> bool {
        !matches!(self, Status::Ok | Status::Unchanged | Status::Superseded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Status {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Status::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(())
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status: Status,
    /// The ERP's status, if it gave one.
    pub code: Option<i64>,
    /// The ERP's words, what kept it from answering, or what was read; for `ok` mostly empty.
    pub message: Box<str>,
    pub attempts: u32,
    pub finished_at: Timestamp,
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
    fn statuses_read_back() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("OK".parse::<Status>(), Err(()));
    }

    #[test]
    fn times_are_rfc_3339_with_offset() {
        let time: Timestamp = "2026-01-02T03:04:05.678+08:00".parse().expect("a time");
        let written = local_time(time);
        assert_eq!(written.parse::<Timestamp>().ok(), Some(time), "{written}");
        assert_eq!(written.len(), "2026-01-02T03:04:05.678+08:00".len());
    }
}
