//! What stands on stdout at the end of a run.

use std::fmt::Display;

use crate::erp::Account;
use crate::files::Status;
use crate::language::say;
use crate::run::{Counts, Report, Tally};
use crate::sheet::Appended;
use crate::text::{self, all, date_and_time, duration, one_line, padded};

const LABEL: usize = 8;
const MESSAGES_SHOWN: usize = 20;

/// A line that begins with what it is about, in a column of its own.
pub fn labelled(label: &str, value: impl Display) -> String {
    // File names are anybody's words, too.
    let value = one_line(&value.to_string(), usize::MAX);
    format!("{}  {value}", padded(label, LABEL))
}

/// Such lines of what is known.
pub fn all_labelled(facts: impl IntoIterator<Item = (String, Option<String>)>) -> Vec<String> {
    let line = |(label, fact): (String, Option<String>)| Some(labelled(&label, fact?));
    facts.into_iter().filter_map(line).collect()
}

/// The run in a few lines, and what comes next.
pub fn summary(
    report: &Report,
    account: &Account,
    counts: &Counts,
    noted: &[String],
    next: Option<&str>,
) -> String {
    let mut lines = facts(report, account, counts);
    lines.extend(noted.iter().map(|it| labelled(&say!("label-noted"), it)));
    let next = next.map(|next| labelled(&say!("label-next"), next));
    for part in [messages(&report.rows), Vec::from_iter(next)] {
        if !part.is_empty() {
            lines.push(String::new());
            lines.extend(part);
        }
    }
    lines.join("\n") + "\n"
}

fn facts(report: &Report, account: &Account, counts: &Counts) -> Vec<String> {
    let tally = &report.rows;
    let (statuses, [results, failures]) = match report.kind {
        Appended::Outcomes => {
            let labels = [say!("label-results"), say!("label-failures")];
            (Status::OF_RESULTS, labels)
        }
        Appended::Readings => {
            let labels = [say!("label-verified"), say!("label-different")];
            (Status::OF_READINGS, labels)
        }
    };
    let by_status = by_status(
        statuses.iter().map(|&it| (it, tally.count(it))),
        |rows, status| say!("rows-by-status", rows = rows, status = status),
    );
    let rows = say!(
        "summary-rows",
        rows = text::rows(tally.rows()),
        counts = by_status
    );
    let calls = say!(
        "summary-calls",
        calls = counts.calls.total,
        time = duration(report.elapsed),
        retries = counts.retries,
        pauses = counts.pauses
    );
    let confirmed = report.confirmed.as_ref().map(|it| {
        say!(
            "summary-verified",
            confirmed = it.confirmed,
            refuted = it.refuted,
            recovered = it.recovered,
            unread = it.unread,
            calls = text::calls(it.calls)
        )
    });
    let given_back = match &report.failures {
        Some(path) => {
            let rows = text::rows(tally.given_back());
            say!("summary-failures", path = path.as_str(), rows = rows)
        }
        None => say!("summary-failures-untouched"),
    };
    let own = (!account.stand_in).then(|| account.to_string());
    let mut facts = vec![
        (say!("label-sheet"), Some(report.sheet.clone())),
        (say!("label-account"), own),
        (
            say!("label-finished"),
            Some(date_and_time(report.finished_at)),
        ),
        (say!("label-deadline"), report.deadline.map(date_and_time)),
        (say!("label-calls"), Some(calls)),
        (say!("label-read-back"), confirmed),
        (results, Some(report.results.clone())),
        (failures, Some(given_back)),
    ];
    let kept = report.kept.iter().cloned();
    facts.extend(kept.map(|kept| (say!("label-kept"), Some(kept))));
    facts.push((say!("label-journal"), report.journal.clone()));
    let stand_in = account.stand_in.then(|| say!("summary-stand-in"));
    let whole = (tally.kept() > 0).then(|| {
        let rows = tally.rows() + tally.kept();
        let rest = tally.whole_failures();
        say!(
            "summary-whole",
            rows = text::rows(rows),
            well = rows.saturating_sub(rest),
            rest = rest
        )
    });
    let rows = [rows].into_iter().chain(whole);
    let facts = all_labelled(facts);
    stand_in.into_iter().chain(rows).chain(facts).collect()
}

/// How many rows ended how; what did not occur is left out, but for the first.
pub(super) fn by_status(
    counts: impl Iterator<Item = (Status, u64)>,
    say: impl Fn(u64, &str) -> String,
) -> String {
    let counts = counts.enumerate();
    let counts = counts.filter(|&(at, (_, rows))| rows > 0 || at == 0);
    let counts = counts.map(|(_, (status, rows))| say(rows, status.as_str()));
    all(&counts.collect::<Vec<_>>())
}

fn messages(tally: &Tally) -> Vec<String> {
    let messages = tally.messages();
    let (shown, rest) = messages.split_at(messages.len().min(MESSAGES_SHOWN));
    let widths = shown.iter().map(|(status, ..)| status.as_str().len());
    let width = widths.max().unwrap_or_default().max(LABEL);
    let line = |(status, message, count): &(Status, &str, u64)| {
        let message = one_line(message, usize::MAX);
        format!("{count:>8}  {:<width$}  {message}", status.as_str())
    };
    let mut lines: Vec<_> = shown.iter().map(line).collect();
    let others = rest.iter().map(|(.., count)| count).sum::<u64>() + tally.unlisted;
    if others > 0 {
        lines.push(format!("{others:>8}  {}", say!("summary-others")));
    }
    lines
}
