//! What stands on stdout at the end of a run.

use std::fmt::Display;

use jiff::tz::TimeZone;

use crate::erp::Account;
use crate::files::Status;
use crate::language::say;
use crate::run::{Report, Tally};
use crate::sheet::Appended;
use crate::text::{all, date_and_time, duration, one_line, padded};

/// Columns of the longest label.
const LABEL: usize = 8;
/// Distinct messages that the summary lists.
const MESSAGES_SHOWN: usize = 20;

/// A line that begins with what it is about, in a column of its own.
pub fn labelled(label: &str, value: impl Display) -> String {
    // File names are anybody's words, too.
    let value = one_line(&value.to_string(), usize::MAX);
    format!("{}  {value}", padded(label, LABEL))
}

/// The run in a few lines, what could be done better, and what comes next.
pub fn summary(
    report: &Report,
    account: &Account,
    tip: Option<&str>,
    next: Option<&str>,
) -> String {
    let mut lines = facts(report, account);
    let messages = messages(&report.rows);
    if !messages.is_empty() {
        lines.push(String::new());
        lines.extend(messages);
    }
    if let Some(tip) = tip {
        lines.extend([String::new(), labelled(&say!("label-tip"), tip)]);
    }
    if let Some(next) = next {
        lines.extend([String::new(), labelled(&say!("label-next"), next)]);
    }
    lines.join("\n") + "\n"
}

fn facts(report: &Report, account: &Account) -> Vec<String> {
    let tally = &report.rows;
    let (statuses, results, failures) = match report.kind {
        Appended::Outcomes => (
            Status::OF_RESULTS,
            say!("label-results"),
            say!("label-failures"),
        ),
        Appended::Readings => (
            Status::OF_READINGS,
            say!("label-verified"),
            say!("label-different"),
        ),
    };
    let mut lines = Vec::new();
    if account.stand_in {
        lines.push(say!("summary-stand-in"));
    }
    lines.push(say!(
        "summary-rows",
        rows = tally.rows(),
        counts = by_status(statuses.iter().map(|it| (*it, tally.count(*it))))
    ));
    lines.push(labelled(&say!("label-sheet"), &report.sheet));
    if !account.stand_in {
        lines.push(labelled(&say!("label-account"), account));
    }
    let finished = report.finished_at.to_zoned_datetime(TimeZone::system());
    lines.push(labelled(&say!("label-finished"), date_and_time(&finished)));
    let calls = say!(
        "summary-calls",
        calls = report.calls,
        time = duration(report.elapsed),
        retries = report.retries,
        pauses = report.pauses
    );
    lines.push(labelled(&say!("label-calls"), calls));
    if let Some(waited) = report.waited {
        let waited = say!("summary-waited", time = duration(waited));
        lines.push(labelled(&say!("label-waited"), waited));
    }
    if let Some(it) = &report.confirmed {
        let verified = say!(
            "summary-verified",
            confirmed = it.confirmed,
            refuted = it.refuted,
            recovered = it.recovered,
            unread = it.unread,
            calls = it.calls
        );
        lines.push(labelled(&say!("label-verified"), verified));
    }
    lines.push(labelled(&results, &report.results));
    let given_back = match report.failures.clone() {
        Some(path) => say!("summary-failures", path = path, rows = tally.given_back()),
        None => say!("summary-failures-untouched"),
    };
    lines.push(labelled(&failures, given_back));
    for kept in &report.kept {
        lines.push(labelled(&say!("label-kept"), kept));
    }
    if let Some(journal) = &report.journal {
        lines.push(labelled(&say!("label-journal"), journal));
    }
    lines
}

/// How many rows ended how; what did not occur is left out, but for the first.
fn by_status(counts: impl IntoIterator<Item = (Status, u64)>) -> String {
    all(&occurred(counts, |status, rows| {
        say!("rows-by-status", rows = rows, status = status)
    }))
}

/// The same in fewer words, where there is little room.
pub(super) fn by_status_in_short(counts: impl IntoIterator<Item = (Status, u64)>) -> String {
    all(&occurred(counts, |status, rows| {
        say!("rows-by-status-in-short", rows = rows, status = status)
    }))
}

fn occurred(
    counts: impl IntoIterator<Item = (Status, u64)>,
    said: impl Fn(&'static str, u64) -> String,
) -> Vec<String> {
    let counts = counts.into_iter().enumerate();
    let counts = counts.filter(|&(at, (_, rows))| rows > 0 || at == 0);
    counts
        .map(|(_, (status, rows))| said(status.as_str(), rows))
        .collect()
}

/// What rows say that need another look, the most frequent first.
fn messages(tally: &Tally) -> Vec<String> {
    let messages = tally.messages();
    let (shown, rest) = messages.split_at(messages.len().min(MESSAGES_SHOWN));
    let widths = shown.iter().map(|(status, ..)| status.to_string().len());
    let width = widths.max().unwrap_or_default().max(LABEL);
    let mut lines: Vec<_> = shown
        .iter()
        .map(|(status, message, count)| {
            let message = one_line(message, usize::MAX);
            format!("{count:>8}  {status:<width$}  {message}")
        })
        .collect();
    let rest: u64 = rest.iter().map(|(_, _, count)| count).sum();
    let others = rest + tally.unlisted();
    if others > 0 {
        lines.push(format!("{others:>8}  {}", say!("summary-others")));
    }
    lines
}
