//! The words for what the rest of the program says as data.

use std::fmt;

use crate::erp::{CallError, ErrorKind, Reason};
use crate::files::Status;
use crate::files::journal::Foreign;
use crate::run::Note;
use crate::stop::StopReason;

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ErrorKind::Rejected => "rejected",
            ErrorKind::Throttled(_) => "throttled",
            ErrorKind::Transient => "failed for now",
            ErrorKind::Clock => "wrong clock",
            ErrorKind::Fatal => "fatal",
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
            Reason::Erp(message) | Reason::Connection(message) => f.write_str(message),
            Reason::Http(status) => write!(f, "HTTP {status}"),
            Reason::WrongEndpoint(status) => write!(f, "HTTP {status}: wrong endpoint?"),
            Reason::RefusedBeforeErp(status) => {
                write!(f, "HTTP {status}: refused before the ERP")
            }
            Reason::TooManyRequests => f.write_str("HTTP 429: too many requests"),
            Reason::NotJson => f.write_str("the reply is not the ERP's JSON"),
            Reason::Timeout(time) => write!(f, "no reply within {} s", time.as_secs_f32()),
            Reason::HostNotFound => f.write_str("host not found"),
            Reason::BadUrl => f.write_str("the endpoint's URL cannot be called"),
            Reason::Malformed(what) => write!(f, "unusable reply: {what}"),
            Reason::Certificate(why) => {
                write!(f, "the server's certificate is not trusted: {why}")
            }
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StopReason::Signal(_) => f.write_str("interrupted"),
            StopReason::Fatal(error) => match error.code {
                Some(code) => write!(f, "{} (status {code})", error.reason),
                None => write!(f, "{}", error.reason),
            },
            StopReason::Clock { error, offset } => write!(
                f,
                "{} (status {}), even after the clock was corrected by {offset} s from the ERP's Date header",
                error.reason,
                error.code.unwrap_or_default()
            ),
            StopReason::Journal(why) | StopReason::Sheet(why) => f.write_str(why),
            StopReason::Failures(count) => {
                write!(f, "{count} orders were not accepted (--max-failures)")
            }
            StopReason::ConsecutiveFailures { count, message } => write!(
                f,
                "{count} orders in a row failed, the last with: {message} (--max-consecutive-failures)"
            ),
            StopReason::Deadline => f.write_str("the deadline has passed (--deadline)"),
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::OtherIdentity => "belongs to another account, endpoint or choice of columns",
            Foreign::OtherRows => "holds rows this sheet does not have",
            Foreign::Damaged => "is damaged",
            Foreign::NotWanted => "is not continued, as asked (--fresh)",
        })
    }
}

impl Note<'_> {
    pub const CONFLICT: &'static str = "the order is given different flags";
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Reply(reply) => f.write_str(reply),
            Note::Invalid {
                problem,
                decided_by: None,
            } => write!(f, "{problem}"),
            Note::Invalid {
                problem,
                decided_by: Some(line),
            } => write!(
                f,
                "{problem}; but line {line} decides: remove this row rather than correct it"
            ),
            Note::Conflict {
                line,
                accepted_before,
            } => {
                write!(f, "{}; its last row is line {line}", Note::CONFLICT)?;
                match accepted_before {
                    true => f.write_str("; the last one was accepted before the sheet grew"),
                    false => Ok(()),
                }
            }
            Note::NotSent(Some(reason)) => write!(f, "not sent: {reason}"),
            Note::NotSent(None) => f.write_str("not sent"),
            Note::SameAs { line, reply: "" } => write!(f, "same as line {line}"),
            Note::SameAs { line, reply } => write!(f, "same as line {line}: {reply}"),
            Note::DecidedBy { line, ended } => match ended {
                Some(Status::Ok) => write!(f, "line {line} decides"),
                Some(Status::Rejected) => write!(
                    f,
                    "line {line} decides, but was rejected: the order keeps the flag it had"
                ),
                Some(_) => write!(
                    f,
                    "line {line} decides, but failed: the order keeps the flag it had, unless the ERP applied a call whose reply was lost"
                ),
                None => write!(
                    f,
                    "line {line} decides, but was skipped: the order keeps the flag it had"
                ),
            },
        }
    }
}
