//! The command that comes after a run, ready to be typed.

use std::ffi::{OsStr, OsString};

use crate::cli::RunArgs;
use crate::console::Next;
use crate::files::Status;
use crate::run::Report;
use crate::stop::StopReason;

const PROGRAM: &str = "wdt-flags";

/// What of a run's command line the next one needs, too.
pub struct NextCommand {
    /// Whose orders these are.
    account: Vec<OsString>,
    /// How the failures file is to be read and sent, if that is not the default.
    more: Vec<OsString>,
    names_files: bool,
    calls_stand_in: bool,
}

impl NextCommand {
    pub fn of(args: &RunArgs) -> Self {
        let mut account = Vec::new();
        let mut more = Vec::new();
        let who = &args.account;
        option(&mut account, "--endpoint", who.endpoint.as_deref());
        option(&mut account, "--profile", who.profile.as_deref());
        option(&mut account, "--config", who.config.as_deref());
        option(&mut account, "--ca-file", who.ca_file.as_deref());
        let sheet = &args.sheet;
        option(&mut more, "--order-column", sheet.order_column.as_deref());
        option(&mut more, "--flag-column", sheet.flag_column.as_deref());
        let rate = args.pacing.rate.map(|rate| rate.to_string());
        option(&mut more, "--rate", rate.as_deref());
        #[cfg(feature = "sandbox")]
        let calls_stand_in = args.sandbox;
        #[cfg(not(feature = "sandbox"))]
        let calls_stand_in = false;
        if calls_stand_in {
            more.push("--sandbox".into());
        }
        NextCommand {
            account,
            more,
            names_files: args.results.is_some() || args.failures.is_some(),
            calls_stand_in,
        }
    }

    /// What is to be done after a run that ended so.
    pub fn after(&self, report: &Report) -> Option<Next> {
        if report.stopped.is_some() || !report.beside.is_empty() {
            let reason = report.stopped.as_ref();
            let tested_by_ping = reason.is_some_and(StopReason::is_tested_by_ping);
            let ping = ["ping".into()].into_iter().chain(self.account.clone());
            return Some(Next::Continue {
                test: (tested_by_ping && !self.calls_stand_in).then(|| command(ping)),
                command: command(std::env::args_os().skip(1)),
            });
        }
        let failures = report.failures.as_deref()?;
        if report.summary.failures() == 0 {
            return None;
        }
        let mut retry: Vec<OsString> = vec!["run".into(), failures.into()];
        if self.names_files {
            option(&mut retry, "--results", Some(&report.results));
            option(&mut retry, "--failures", Some(failures));
        }
        let retry = retry.into_iter().chain(self.account.clone());
        let wrong = [Status::Rejected, Status::Invalid].map(|status| report.summary.count(status));
        Some(Next::Retry {
            correct: (wrong != [0, 0]).then(|| failures.to_owned()),
            command: command(retry.chain(self.more.clone())),
        })
    }
}

pub(super) fn option(
    to: &mut Vec<OsString>,
    name: &str,
    value: Option<&(impl AsRef<OsStr> + ?Sized)>,
) {
    if let Some(value) = value {
        to.extend([name.into(), value.as_ref().to_owned()]);
    }
}

pub(super) fn command(args: impl IntoIterator<Item = OsString>) -> String {
    let mut text = PROGRAM.to_owned();
    for arg in args {
        text.push(' ');
        text.push_str(&in_shell(&arg.to_string_lossy()));
    }
    text
}

/// An argument as a shell takes it.
pub(super) fn in_shell(arg: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    if !arg.is_empty()
        && arg
            .chars()
            .all(|c| plain(c) || (cfg!(windows) && c == '\\'))
    {
        arg.to_owned()
    } else if cfg!(windows) {
        format!("\"{arg}\"")
    } else {
        format!("'{}'", arg.replace('\'', "'\\''"))
    }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_where_a_shell_needs_it() {
        for (arg, text) in [
            ("采购/orders.csv", "采购/orders.csv"),
            ("my orders.csv", "'my orders.csv'"),
            ("it's", "'it'\\''s'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(in_shell(arg), text);
        }
    }
}
