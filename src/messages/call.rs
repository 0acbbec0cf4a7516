//! Why a call failed, and where calls go.

use std::fmt;

use crate::erp::{CallError, ErrorKind, Reason};
use crate::run::Destination;

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ErrorKind::Rejected => "rejected",
            ErrorKind::Throttled(_) => "throttled",
            ErrorKind::Transient => "failed for now",
            ErrorKind::Unreachable => "not reached",
            ErrorKind::Clock => "wrong clock",
            ErrorKind::Fatal => "fatal",
            ErrorKind::Doubtful => "refused",
        };
        write!(f, "{kind}: {}", self.reason)?;
        match self.code {
            Some(code) => write!(f, " (status {code})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Erp(message)
            | Reason::NotConnected(message)
            | Reason::Connection(message)
            | Reason::CutOff(message) => f.write_str(message),
            Reason::Http(status) => write!(f, "HTTP {status}"),
            Reason::WrongEndpoint(status) => write!(f, "HTTP {status}: wrong endpoint?"),
            Reason::RefusedBeforeErp(status) => {
                write!(f, "HTTP {status}: refused before the ERP")
            }
            Reason::TooManyRequests => f.write_str("HTTP 429: too many requests"),
            Reason::NotJson => f.write_str("the reply is not the ERP's JSON"),
            Reason::Maintenance => f.write_str("the system is under maintenance"),
            Reason::NoConnection(time) => {
                write!(f, "no connection within {} s", time.as_secs_f32())
            }
            Reason::Timeout(time) => write!(f, "no reply within {} s", time.as_secs_f32()),
            Reason::HostNotFound => f.write_str("host not found"),
            Reason::BadUrl => f.write_str("the endpoint's URL cannot be called"),
            Reason::SpokeFirst => {
                f.write_str("the server spoke or hung up before it was asked anything")
            }
            Reason::ProxyLogin { proxy, variable } => write!(
                f,
                "the proxy {proxy} wants a user and password that it knows (HTTP 407); give them in {variable}, as http://USER:PASSWORD@HOST:PORT"
            ),
            Reason::NotAlone => f.write_str("unusable reply: more came after its end"),
            Reason::Malformed(what) => write!(f, "unusable reply: {what}"),
            Reason::OutOfHandles(why) => write!(
                f,
                "this machine cannot open another connection: {why}; allow more open files (ulimit -n) or use fewer --workers"
            ),
            Reason::Certificate(why) => {
                write!(f, "the server's certificate is not trusted: {why}")
            }
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stand_in {
            return f.write_str("the stand-in (--sandbox); nothing is sent to the ERP");
        }
        write!(
            f,
            "{} (app key {}) at {}",
            self.account, self.app_key, self.endpoint
        )
    }
}

/// With the ERP's status, where there is one.
pub(super) fn with_status(what: String, status: Option<i64>) -> String {
    match status {
        Some(status) => format!("{what} (status {status})"),
        None => what,
    }
}
