//! How commands end: exit codes, and why one ends without doing what it was asked to.

use std::fmt::Display;
use std::io;
use std::time::Duration;

use super::next::NextCommand;
use super::tell;
use crate::console::{Console, print, summary};
use crate::erp::{Account, CallError};
use crate::files::FileError;
use crate::language::{os_error, say};
use crate::outputs::Outputs;
use crate::run::{Report, RunError, Settings};
use crate::stop::StopReason;
use crate::text::duration;

pub const OK: u8 = 0;
pub const SOME_FAILED: u8 = 1;
pub const USAGE: u8 = 2;
pub const STOPPED: u8 = 3;
/// The deadline came first; nothing is wrong.
pub const TIME_UP: u8 = 4;
/// `EX_TEMPFAIL` of `sysexits.h`.
pub const LOCKED: u8 = 75;

pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// Of what ended before its time.
pub fn of_stop(reason: &StopReason) -> u8 {
    match reason {
        StopReason::Signal(signal) => of_signal(*signal),
        StopReason::Deadline => TIME_UP,
        _ => STOPPED,
    }
}

#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

impl Failure {
    pub fn new(code: u8, message: impl Display) -> Self {
        let message = message.to_string();
        Failure { code, message }
    }

    pub fn usage(message: impl Display) -> Self {
        Failure::new(USAGE, message)
    }

    /// The word for programs.
    pub fn kind(&self) -> &'static str {
        match self.code {
            USAGE => "refused",
            STOPPED => "failed",
            TIME_UP => "deadline",
            LOCKED => "busy",
            _ => "signal",
        }
    }

    pub fn stdout(error: io::Error) -> Self {
        Failure::new(STOPPED, say!("stdout-failed", error = os_error(&error)))
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let code = match &error {
            RunError::File(FileError::Locked { .. }) | RunError::AccountBusy { .. } => LOCKED,
            RunError::File(FileError::Io { .. } | FileError::Denied(_)) => STOPPED,
            RunError::Plan(_) | RunError::SheetReplaced(_) | RunError::File(_) => USAGE,
            RunError::Stopped(reason) => of_stop(reason),
            RunError::Interrupted {
                stopped: Some(reason @ StopReason::Signal(_)),
                ..
            } => of_stop(reason),
            RunError::Sheet(_) | RunError::Workers(_) | RunError::Interrupted { .. } => STOPPED,
        };
        Failure::new(code, error)
    }
}

/// Tells how a run ended, prints the summary, says last why not everything was done, if so, and
/// gives the exit code. `settings` are those of a run; reading back has none.
pub fn end(
    report: &Report,
    account: &Account,
    settings: Option<&Settings>,
    next: &NextCommand,
    console: &Console,
    outputs: &Outputs,
) -> u8 {
    console.finish();
    if report.journal_lost {
        console.warning(say!("run-journal-lost"));
    }
    let (stopped, given_up) = (report.stopped.as_ref(), report.given_up.as_ref());
    let code = match stopped {
        Some(reason @ StopReason::Signal(_)) => of_stop(reason),
        _ if given_up.is_some() || !report.beside.is_empty() => STOPPED,
        Some(reason) => of_stop(reason),
        None if report.rows.failures() > 0 => SOME_FAILED,
        None => OK,
    };
    let next = next.after(report);
    outputs.ending().report(report);
    outputs.ending().next = next.clone();
    tell(outputs, code, console);
    let noted = console.take_noted();
    outputs.ending().warnings.extend(noted.clone());
    let printed = if outputs.is_json() {
        Ok(())
    } else {
        let (counts, next) = (outputs.ending().counts.clone(), next.map(|next| next.text));
        print(summary(report, account, &counts, &noted, next.as_deref()))
    };
    if let Err(error) = &printed {
        console.error(say!("run-no-summary", error = os_error(error)));
    }
    for beside in &report.beside {
        console.error(say!(
            "run-beside",
            wanted = beside.wanted.as_str(),
            why = beside.why.as_str(),
            written = beside.written.as_str()
        ));
    }
    let reason = stopped.map(ToString::to_string);
    if let Some(reason) = reason.or_else(|| given_up.map(ToString::to_string)) {
        let lacks_permission = given_up.is_some_and(CallError::lacks_permission);
        let is_tested = stopped.is_some_and(StopReason::is_tested_by_ping);
        let again = match settings {
            None if stopped.is_none() && lacks_permission => "permission",
            None => "verify",
            Some(_) if report.journal_lost => "lost",
            Some(settings) if settings.fresh => "fresh",
            Some(_) => "same",
        };
        let within = settings.map_or(Duration::ZERO, |settings| settings.continue_within);
        console.error(say!(
            "run-stopped",
            reason = reason,
            test = u8::from(is_tested && settings.is_some()),
            again = again,
            within = duration(within)
        ));
    }
    let is_signal = matches!(stopped, Some(StopReason::Signal(_)));
    if printed.is_err() && !is_signal {
        STOPPED
    } else {
        code
    }
}
