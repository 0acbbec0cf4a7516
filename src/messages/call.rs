//! Why a call failed, and where calls go.

use std::fmt;

use crate::erp::{CallError, ErrorKind, Reason};
use crate::language::say;
use crate::run::Destination;

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = self.reason.to_string();
        let what = match self.kind {
            ErrorKind::Rejected => say!("call-rejected", reason = reason),
            ErrorKind::Throttled(_) => say!("call-throttled", reason = reason),
            ErrorKind::Transient => say!("call-transient", reason = reason),
            ErrorKind::Unreachable => say!("call-unreachable", reason = reason),
            ErrorKind::Clock => say!("call-clock", reason = reason),
            ErrorKind::Fatal => say!("call-fatal", reason = reason),
            ErrorKind::Doubtful => say!("call-doubtful", reason = reason),
        };
        f.write_str(&with_status(what, self.code))
    }
}

/// With the ERP's status, where there is one.
pub(super) fn with_status(what: String, status: Option<i64>) -> String {
    match status {
        Some(status) => say!("call-with-status", what = what, status = status.to_string()),
        None => what,
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Reason::Erp(message)
            | Reason::NotConnected(message)
            | Reason::Connection(message)
            | Reason::CutOff(message) => return f.write_str(message),
            Reason::Http(status) => return write!(f, "HTTP {status}"),
            &Reason::WrongEndpoint(status) => say!("reason-wrong-endpoint", status = status),
            &Reason::RefusedBeforeErp(status) => {
                say!("reason-refused-before-erp", status = status)
            }
            Reason::TooManyRequests => say!("reason-too-many-requests"),
            Reason::OtherForm => say!("reason-other-form"),
            Reason::NotJson => say!("reason-not-json"),
            Reason::Maintenance => say!("reason-maintenance"),
            Reason::NoConnection(time) => say!(
                "reason-no-connection",
                seconds = time.as_secs_f32().to_string()
            ),
            Reason::Timeout(time) => {
                say!("reason-timeout", seconds = time.as_secs_f32().to_string())
            }
            Reason::HostNotFound => say!("reason-host-not-found"),
            Reason::BadUrl => say!("reason-bad-url"),
            Reason::SpokeFirst => say!("reason-spoke-first"),
            &Reason::ProxyLogin {
                ref proxy,
                variable,
            } => say!(
                "reason-proxy-login",
                proxy = proxy.as_str(),
                variable = variable
            ),
            Reason::NotAlone => say!("reason-not-alone"),
            Reason::Malformed(what) => say!("reason-malformed", what = what.as_str()),
            Reason::OutOfHandles(why) => say!("reason-out-of-handles", why = why.as_str()),
            Reason::Certificate(why) => say!("reason-certificate", why = why.as_str()),
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self.stand_in {
            true => say!("destination-stand-in"),
            false => say!(
                "destination",
                account = self.account.as_str(),
                app_key = self.app_key.as_str(),
                endpoint = self.endpoint.as_str()
            ),
        })
    }
}
