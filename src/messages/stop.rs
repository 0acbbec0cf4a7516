//! Why a run stops.

use std::fmt;

use crate::language::say;
use crate::stop::StopReason;

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            StopReason::Signal(_) => say!("stop-signal"),
            StopReason::Fatal(error) => error.why(),
            &StopReason::Clock { ref error, offset } => say!(
                "stop-clock",
                reason = error.reason.to_string(),
                status = error.code.unwrap_or_default().to_string(),
                offset = offset
            ),
            StopReason::Journal(why) | StopReason::Sheet(why) => return f.write_str(why),
            &StopReason::Failures(count) => say!("stop-failures", count = count),
            &StopReason::ConsecutiveFailures { count, ref message } => say!(
                "stop-consecutive-failures",
                count = count,
                message = message.as_str()
            ),
            &StopReason::Unreachable {
                ref reason,
                seconds,
                answered: true,
            } => say!(
                "stop-unreachable",
                seconds = seconds,
                reason = reason.to_string()
            ),
            &StopReason::Unreachable {
                ref reason,
                seconds,
                answered: false,
            } => say!(
                "stop-never-answered",
                seconds = seconds,
                reason = reason.to_string()
            ),
            &StopReason::ShutOut {
                ref reason,
                seconds,
            } => say!(
                "stop-shut-out",
                seconds = seconds,
                reason = reason.to_string()
            ),
            StopReason::Deadline => say!("stop-deadline"),
        })
    }
}
