//! Why a call did not do what it was made for.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::language::say;

/// Which of the ERP's two limits a call ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Calls a minute.
    Rate,
    /// Calls in flight.
    Concurrency,
}

/// What a failed call means for the row it was made for, and for the run.
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

/// Says in `Display` what it means and why; [`why`](CallError::why) is the latter alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallError {
    pub kind: ErrorKind,
    /// The ERP's status, where the ERP itself answered.
    pub code: Option<i64>,
    pub reason: Reason,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The ERP's words.
    Erp(String),
    /// An HTTP status that is no answer of the ERP's.
    Http(u16),
    /// An answer of the ERP's whose `data` is not what its method is known to give.
    OtherForm,
    /// A reply without the ERP's JSON in it, such as a gateway's page.
    NotJson,
    /// A page that says the system is under maintenance, instead of a reply.
    Maintenance,
    /// No reply, or not all of it, within this time.
    Timeout(Duration),
    /// This machine has too many files and connections open.
    OutOfHandles(String),
    /// Refused, no such host, no way there: nothing was sent.
    NotConnected(String),
    /// The proxy wants to know who calls.
    ProxyLogin {
        proxy: String,
        /// The variable that names it.
        variable: &'static str,
    },
    /// Reset or closed before the reply had come.
    Connection(String),
    /// What came was no HTTP reply of a sane size.
    Malformed(String),
    /// The server could not prove who it is.
    Certificate(String),
}

impl CallError {
    pub fn new(kind: ErrorKind, code: Option<i64>, reason: Reason) -> Self {
        CallError {
            kind,
            code,
            reason,
            retry_after: None,
        }
    }

    /// Whether the ERP may have done what the call asks for all the same.
    pub fn may_be_applied(&self) -> bool {
        !matches!(
            self.reason,
            Reason::NotConnected(_) | Reason::OutOfHandles(_) | Reason::ProxyLogin { .. }
        )
    }

    /// Whether anything came back that shows that the server is there.
    pub fn is_reply(&self) -> bool {
        !matches!(self.kind, ErrorKind::Unreachable | ErrorKind::NoReply)
    }

    /// Whether the app key may not use the method.
    pub fn lacks_permission(&self) -> bool {
        self.kind == ErrorKind::Doubtful && self.code == Some(100)
    }

    /// The reason, with the ERP's status where there is one.
    pub fn why(&self) -> String {
        self.with_status(self.reason.to_string())
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
        let reason = self.reason.to_string();
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

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Reason::Erp(why) | Reason::NotConnected(why) | Reason::Connection(why) => {
                return f.write_str(why);
            }
            &Reason::Http(status) => match status {
                300..=399 | 404 | 410 => say!("reason-wrong-endpoint", status = status),
                401 | 403 | 405 | 407 => say!("reason-refused-before-erp", status = status),
                429 => say!("reason-too-many-requests"),
                _ => format!("HTTP {status}"),
            },
            Reason::OtherForm => say!("reason-other-form"),
            Reason::NotJson => say!("reason-not-json"),
            Reason::Maintenance => say!("reason-maintenance"),
            Reason::Timeout(time) => {
                say!("reason-timeout", seconds = time.as_secs_f32().to_string())
            }
            Reason::OutOfHandles(why) => say!("reason-out-of-handles", why = why.as_str()),
            &Reason::ProxyLogin {
                ref proxy,
                variable,
            } => say!(
                "reason-proxy-login",
                proxy = proxy.as_str(),
                variable = variable
            ),
            Reason::Malformed(what) => say!("reason-malformed", what = what.as_str()),
            Reason::Certificate(why) => say!("reason-certificate", why = why.as_str()),
        })
    }
}
