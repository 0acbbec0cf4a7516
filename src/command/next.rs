//! The command that comes after a run, ready to be typed.

use std::ffi::{OsStr, OsString};

use crate::cli::{AccountArgs, RunArgs, SheetArgs, VerifyArgs};
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
    /// The same without `--limit`, if that was given.
    whole: Option<String>,
}

impl NextCommand {
    pub fn of(args: &RunArgs) -> Self {
        let mut next = NextCommand::new(&args.account, &args.sheet);
        let more = &mut next.more;
        let rate = args.calls.rate.map(|rate| rate.to_string());
        option(more, "--rate", rate.as_deref());
        if args.verify {
            more.push("--verify".into());
        }
        if args.skipping.skip_unchanged {
            more.push("--skip-unchanged".into());
            let skipping = &args.skipping;
            let hours = skipping.modified_within.as_secs().div_ceil(3_600);
            let within = (!skipping.has_default_window()).then(|| format!("{hours}h"));
            option(more, "--modified-within", within.as_deref());
        }
        #[cfg(feature = "sandbox")]
        if args.sandbox {
            more.push("--sandbox".into());
            next.calls_stand_in = true;
        }
        next.whole = args.limit.map(|_| command(without_limit()));
        next.names_files = args.output.results.is_some() || args.output.failures.is_some();
        next
    }

    pub fn after_verify(args: &VerifyArgs) -> Self {
        let mut next = NextCommand::new(&args.account, &args.sheet);
        let rate = args.calls.rate.map(|rate| rate.to_string());
        option(&mut next.more, "--rate", rate.as_deref());
        next
    }

    fn new(who: &AccountArgs, sheet: &SheetArgs) -> Self {
        let mut account = Vec::new();
        let mut more = Vec::new();
        option(&mut account, "--endpoint", who.endpoint.as_deref());
        option(&mut account, "--profile", who.profile.as_deref());
        option(&mut account, "--config", who.config.as_deref());
        option(&mut account, "--ca-file", who.ca_file.as_deref());
        option(&mut more, "--order-column", sheet.order_column.as_deref());
        option(&mut more, "--flag-column", sheet.flag_column.as_deref());
        NextCommand {
            account,
            more,
            names_files: false,
            calls_stand_in: false,
            whole: None,
        }
    }

    /// What is to be done after a run that ended so.
    pub fn after(&self, report: &Report) -> Option<Next> {
        if report.stopped.is_some() || !report.beside.is_empty() {
            let reason = report.stopped.as_ref();
            return Some(self.again(reason.is_some_and(StopReason::is_tested_by_ping)));
        }
        let failures = report.failures.as_deref()?;
        if report.rows.failures() == 0 {
            return None;
        }
        let mut retry: Vec<OsString> = vec!["run".into(), failures.into()];
        if self.names_files {
            option(&mut retry, "--results", Some(&report.results));
            option(&mut retry, "--failures", Some(failures));
        }
        let retry = self.completed(retry);
        let count = |status| report.rows.count(status);
        if let Some(whole) = &self.whole
            && count(Status::Skipped) > 0
            && [Status::Rejected, Status::Failed].map(count) == [0, 0]
        {
            return Some(Next::Whole {
                command: whole.clone(),
            });
        }
        let wrong = [Status::Rejected, Status::Invalid].map(count);
        Some(Next::Retry {
            correct: (wrong != [0, 0]).then(|| failures.to_owned()),
            command: retry,
        })
    }

    /// What is to be done after reading back came to this.
    pub fn after_reading(&self, report: &Report) -> Option<Next> {
        let reason = report.stopped.as_ref();
        if let Some(error) = &report.given_up {
            return Some(self.again(!error.lacks_permission()));
        }
        if reason.is_some() || !report.beside.is_empty() {
            return Some(self.again(reason.is_some_and(StopReason::is_tested_by_ping)));
        }
        (report.rows.given_back() > 0).then(|| Next::Retry {
            correct: None,
            command: self.completed(vec![
                "run".into(),
                report.failures.clone().unwrap_or_default().into(),
            ]),
        })
    }

    /// The same command again, once the account is found to be right.
    fn again(&self, tested_by_ping: bool) -> Next {
        let ping = ["ping".into()].into_iter().chain(self.account.clone());
        Next::Continue {
            test: (tested_by_ping && !self.calls_stand_in).then(|| command(ping)),
            command: command(std::env::args_os().skip(1)),
        }
    }

    fn completed(&self, args: Vec<OsString>) -> String {
        let account = args.into_iter().chain(self.account.clone());
        command(account.chain(self.more.clone()))
    }
}

/// This program's arguments but `--limit N`.
fn without_limit() -> Vec<OsString> {
    let mut args = std::env::args_os().skip(1);
    let mut kept = Vec::new();
    while let Some(arg) = args.next() {
        match arg.to_string_lossy().strip_prefix("--limit") {
            Some("") => drop(args.next()),
            Some(value) if value.starts_with('=') => {}
            _ => kept.push(arg),
        }
    }
    kept
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
