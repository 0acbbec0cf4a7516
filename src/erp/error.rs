//! Why a call did not do what it was made for.

use std::time::Duration;

use serde::Serialize;

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
    /// The timestamp was more than 120 s off the ERP's clock.
    Clock,
    /// Every further call would fail the same way: stop the run.
    Fatal,
    /// Either that, or something before the ERP dislikes this one call: others tell which.
    Doubtful,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallError {
    pub kind: ErrorKind,
    /// The ERP's status, where the ERP itself answered.
    pub code: Option<i64>,
    pub reason: Reason,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
}

impl CallError {
    /// Whether the ERP may have done what the call asks for all the same.
    pub fn may_be_applied(&self) -> bool {
        !matches!(
            self.reason,
            Reason::HostNotFound
                | Reason::NoConnection(_)
                | Reason::NotConnected(_)
                | Reason::OutOfHandles(_)
                | Reason::SpokeFirst
                | Reason::ProxyLogin { .. }
        )
    }

    /// Whether anything came back that shows that the server is there.
    pub fn is_reply(&self) -> bool {
        let silent = matches!(self.reason, Reason::Timeout(_) | Reason::NoConnection(_));
        self.kind != ErrorKind::Unreachable && !silent
    }

    /// Whether the app key may not use the method.
    pub fn lacks_permission(&self) -> bool {
        self.kind == ErrorKind::Doubtful && self.code == Some(100)
    }

    pub(super) fn new(kind: ErrorKind, code: Option<i64>, reason: Reason) -> Self {
        CallError {
            kind,
            code,
            reason,
            retry_after: None,
        }
    }
}

/// What happened to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The ERP's words.
    Erp(String),
    /// An HTTP status that is no answer of the ERP's.
    Http(u16),
    /// The same, that says the endpoint is wrong.
    WrongEndpoint(u16),
    /// The same, of something that stands before the ERP.
    RefusedBeforeErp(u16),
    TooManyRequests,
    /// An answer of the ERP's whose `data` is not what its method is known to give.
    OtherForm,
    /// A reply without the ERP's JSON in it, such as a gateway's page.
    NotJson,
    /// A page that says the system is under maintenance, instead of a reply.
    Maintenance,
    /// No reply within this time.
    Timeout(Duration),
    /// No connection within this time.
    NoConnection(Duration),
    HostNotFound,
    /// The URL cannot be called.
    BadUrl,
    /// This machine has too many files and connections open.
    OutOfHandles(String),
    /// Refused, no way there, no handshake: nothing was sent.
    NotConnected(String),
    /// The server spoke or hung up before anything was sent.
    SpokeFirst,
    /// The proxy wants to know who calls.
    ProxyLogin {
        proxy: String,
        /// The variable that names it.
        variable: &'static str,
    },
    /// Reset or closed before anything of a reply came.
    Connection(String),
    /// Cut off in the middle of the reply.
    CutOff(String),
    /// What came was no HTTP reply of a sane size.
    Malformed(String),
    /// More came than one reply: which one is the call's is not known.
    NotAlone,
    /// The server could not prove who it is.
    Certificate(String),
}
