//! Why a call did not do what it was made for.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::language::say;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Rate,
    Concurrency,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The ERP refuses this row, and would refuse it again.
    Rejected,
    /// Over a limit: the run must slow down, the row is not to blame.
    Throttled(Limit),
    /// Did not work this time; another attempt may.
    Transient,
    /// The server is away or down, as far as this call shows: that says nothing about the row.
    Unreachable,
    /// The server took the call and nothing came of it within the timeout: it is down, or this one
    /// call is too much for it. Whether others are answered tells which.
    NoReply,
    /// The timestamp was more than 120 s off the ERP's clock.
    Clock,
    /// Every further call would fail the same way: stop the run.
    Fatal,
    /// Either that, or something before the ERP dislikes this one call: others tell which.
    Doubtful,
}

impl ErrorKind {
    /// The word for a log.
    pub fn name(self) -> &'static str {
        match self {
            ErrorKind::Rejected => "rejected",
            ErrorKind::Throttled(_) => "throttled",
            ErrorKind::Transient => "transient",
            ErrorKind::Unreachable => "unreachable",
            ErrorKind::NoReply => "no_reply",
            ErrorKind::Clock => "clock",
            ErrorKind::Fatal => "fatal",
            ErrorKind::Doubtful => "doubtful",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallError {
    pub kind: ErrorKind,
    /// The ERP's status, where the ERP itself answered.
    pub code: Option<i64>,
    /// Why, in words: the ERP's, where it answered.
    pub reason: String,
    pub retry_after: Option<Duration>,
    /// Whether anything of the call may have reached the server, which may have done what it asks for.
    pub sent: bool,
}

impl CallError {
    pub fn new(kind: ErrorKind, code: Option<i64>, reason: String) -> Self {
        CallError {
            kind,
            code,
            reason,
            retry_after: None,
            sent: true,
        }
    }

    pub fn may_pass(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Transient | ErrorKind::NoReply | ErrorKind::Unreachable
        )
    }

    /// Whether anything came back that shows that the server is there.
    pub fn is_reply(&self) -> bool {
        !matches!(self.kind, ErrorKind::Unreachable | ErrorKind::NoReply)
    }

    /// Whether the app key may not use the method.
    pub fn lacks_permission(&self) -> bool {
        matches!(self.kind, ErrorKind::Doubtful | ErrorKind::Fatal) && self.code == Some(100)
    }

    /// Whether every other call that reads would be answered like this one.
    pub fn holds_for_all(&self) -> bool {
        matches!(self.kind, ErrorKind::Fatal | ErrorKind::Clock) || self.lacks_permission()
    }

    /// The reason, with the ERP's status where there is one.
    pub fn why(&self) -> String {
        self.with_status(self.reason.clone())
    }

    fn with_status(&self, what: String) -> String {
        match self.code {
            Some(status) => say!("call-with-status", what = what, status = status.to_string()),
            None => what,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason.as_str();
        let what = match self.kind {
            ErrorKind::Rejected => say!("call-rejected", reason = reason),
            ErrorKind::Throttled(_) => say!("call-throttled", reason = reason),
            ErrorKind::Transient | ErrorKind::NoReply => say!("call-transient", reason = reason),
            ErrorKind::Unreachable => say!("call-unreachable", reason = reason),
            ErrorKind::Clock => say!("call-clock", reason = reason),
            ErrorKind::Fatal => say!("call-fatal", reason = reason),
            ErrorKind::Doubtful => say!("call-doubtful", reason = reason),
        };
        f.write_str(&self.with_status(what))
    }
}
