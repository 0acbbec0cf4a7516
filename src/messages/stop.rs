//! Why a run stops.

use std::fmt;

use crate::stop::StopReason;

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
            StopReason::Unreachable {
                reason,
                seconds,
                answered: true,
            } => write!(
                f,
                "the server has not answered for {seconds} s: {reason} (--give-up-after)"
            ),
            StopReason::Unreachable {
                reason,
                seconds,
                answered: false,
            } => write!(
                f,
                "not one call was answered in {seconds} s: {reason}; is the endpoint right? (--give-up-after)"
            ),
            StopReason::ShutOut { reason, seconds } => write!(
                f,
                "no call has got through the ERP's limit for {seconds} s: {reason} (--give-up-after)"
            ),
            StopReason::Deadline => f.write_str("the deadline has passed (--deadline)"),
        }
    }
}
