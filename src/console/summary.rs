//! What stands on stdout at the end of a run.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::human::{by_status, counted, duration};
use crate::files::Status;
use crate::run::Report;
use crate::text::one_line;

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
    /// Rows are left in the failures file, which is `correct` if some of them need correcting.
    Retry {
        correct: Option<String>,
        command: String,
    },
}

/// The run in a few lines, what could be done better, and what comes next.
pub fn summary(report: &Report, tip: Option<&str>, next: Option<&Next>) -> String {
    let tally = &report.summary;
    let mut text = String::new();
    let counts = by_status(Status::ALL.map(|status| (status, tally.count(status))));
    let rows = counted(tally.rows(), "row", "rows");
    let mut line = |text_line: String| {
        let _ = writeln!(text, "{text_line}");
    };
    // File names are anybody's words, too.
    let shown = |path: &str| one_line(path, usize::MAX);
    if report.destination.stand_in {
        line("nothing was sent to the ERP: this was the stand-in (--sandbox)".to_owned());
    }
    line(format!("{rows}: {counts}"));
    line(format!("sheet     {}", shown(&report.sheet)));
    if !report.destination.stand_in {
        line(shown(&format!("account   {}", report.destination)));
    }
    let finished = report.finished_at.to_zoned_datetime(TimeZone::system());
    line(format!(
        "finished  {}",
        finished.strftime("%Y-%m-%d %H:%M:%S")
    ));
    line(format!(
        "calls     {} in {} ({}, {})",
        report.calls,
        duration(report.elapsed),
        counted(report.retries, "retry", "retries"),
        counted(report.pauses, "pause", "pauses"),
    ));
    line(format!("results   {}", shown(&report.results)));
    match &report.failures {
        Some(failures) => line(format!(
            "failures  {} ({})",
            shown(failures),
            counted(tally.failures(), "row", "rows")
        )),
        None => line("failures  the sheet itself, left as it was".to_owned()),
    }
    for kept in &report.kept {
        line(format!("kept      {}", shown(kept)));
    }
    if let Some(journal) = &report.journal {
        line(format!("journal   {}", shown(journal)));
    }
    let messages = tally.messages();
    if !messages.is_empty() {
        line(String::new());
    }
    for (status, message, count) in messages.iter().take(MESSAGES_SHOWN) {
        line(format!(
            "{count:>8}  {status:<8}  {}",
            one_line(message, usize::MAX)
        ));
    }
    let rest: u64 = messages
        .iter()
        .skip(MESSAGES_SHOWN)
        .map(|(_, _, count)| count)
        .sum();
    if rest + tally.unlisted() > 0 {
        line(format!(
            "{:>8}  with other messages; see the failures file",
            rest + tally.unlisted()
        ));
    }
    if let Some(tip) = tip {
        line(format!("\ntip       {tip}"));
    }
    if let Some(next) = next {
        let next = match next {
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
            } => format!("{test}; once that is accepted: {command}"),
            Next::Retry {
                correct: Some(file),
                command,
            } => format!("correct the rows of {file}, then: {command}"),
        };
        line(format!("\nnext      {}", shown(&next)));
    }
    text
}
