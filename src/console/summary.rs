//! What stands on stdout at the end of a run.

use std::fmt::Display;

use jiff::tz::TimeZone;

use super::statuses::by_status;
use crate::files::Status;
use crate::language::say;
use crate::run::{Report, Summary, Word};
use crate::text::{date_and_time, duration, one_line, padded};

/// Columns of the longest label.
const LABEL: usize = 8;
/// Distinct messages that the summary lists.
const MESSAGES_SHOWN: usize = 20;

/// What is to be done after a run.
#[derive(Debug)]
pub enum Next {
    /// The run stopped early; `test` is the command that tells whether its cause is put right.
    Continue {
        test: Option<String>,
        command: String,
    },
    /// It was a trial of the first orders.
    Whole { command: String },
    /// Rows are left in the failures file, which is `correct` if some of them need correcting.
    Retry {
        correct: Option<String>,
        command: String,
    },
}

/// A line that begins with what it is about, in a column of its own.
pub fn labelled(label: &str, value: impl Display) -> String {
    // File names are anybody's words, too.
    let value = one_line(&value.to_string(), usize::MAX);
    format!("{}  {value}", padded(label, LABEL))
}

/// The run in a few lines, what could be done better, and what comes next.
pub fn summary(report: &Report, tip: Option<&str>, next: Option<&Next>) -> String {
    completed(facts(report), messages(&report.summary), tip, next)
}

/// Facts, then what rows say, what could be done better, and what comes next.
pub(super) fn completed(
    mut lines: Vec<String>,
    messages: Vec<String>,
    tip: Option<&str>,
    next: Option<&Next>,
) -> String {
    if !messages.is_empty() {
        lines.push(String::new());
        lines.extend(messages);
    }
    if let Some(tip) = tip {
        lines.extend([String::new(), labelled(&say!("label-tip"), tip)]);
    }
    if let Some(next) = next {
        lines.extend([String::new(), labelled(&say!("label-next"), next.text())]);
    }
    lines.join("\n") + "\n"
}

fn facts(report: &Report) -> Vec<String> {
    let tally = &report.summary;
    let mut lines = Vec::new();
    if report.destination.stand_in {
        lines.push(say!("summary-stand-in"));
    }
    lines.push(say!(
        "summary-rows",
        rows = tally.rows(),
        counts = by_status(Status::ALL.map(|it| (it.as_str(), tally.count(it))))
    ));
    lines.push(labelled(&say!("label-sheet"), &report.sheet));
    if !report.destination.stand_in {
        lines.push(labelled(&say!("label-account"), &report.destination));
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
    lines.push(labelled(&say!("label-results"), &report.results));
    let failures = match report.failures.clone() {
        Some(path) => say!("summary-failures", path = path, rows = tally.failures()),
        None => say!("summary-failures-untouched"),
    };
    lines.push(labelled(&say!("label-failures"), failures));
    for kept in &report.kept {
        lines.push(labelled(&say!("label-kept"), kept));
    }
    if let Some(journal) = &report.journal {
        lines.push(labelled(&say!("label-journal"), journal));
    }
    lines
}

/// What rows say that need another look, the most frequent first.
pub(super) fn messages<W: Word + Display>(summary: &Summary<W>) -> Vec<String> {
    let messages = summary.messages();
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
    let others = rest + summary.unlisted();
    if others > 0 {
        lines.push(format!("{others:>8}  {}", say!("summary-others")));
    }
    lines
}

impl Next {
    fn text(&self) -> String {
        match self {
            Next::Continue {
                test: None,
                command,
            }
            | Next::Retry {
                correct: None,
                command,
            } => command.clone(),
            Next::Continue {
                test: Some(test),
                command,
            } => say!(
                "next-test-first",
                test = test.as_str(),
                command = command.as_str()
            ),
            Next::Whole { command } => say!("next-whole", command = command.as_str()),
            Next::Retry {
                correct: Some(file),
                command,
            } => say!(
                "next-correct-first",
                file = file.as_str(),
                command = command.as_str()
            ),
        }
    }
}
