//! What stands on stdout at the end of a run.

use std::fmt::Write;

use super::human::{counted, duration};
use crate::files::Status;
use crate::run::Report;
use crate::text::one_line;

/// Distinct messages that the summary lists.
const MESSAGES_SHOWN: usize = 20;

/// The run in a few lines.
pub fn summary(report: &Report) -> String {
    let tally = &report.summary;
    let mut text = String::new();
    let counts: Vec<_> = Status::ALL
        .into_iter()
        .filter(|&status| tally.count(status) > 0 || status == Status::Ok)
        .map(|status| format!("{} {status}", tally.count(status)))
        .collect();
    let rows = counted(tally.rows(), "row", "rows");
    let mut line = |text_line: String| {
        let _ = writeln!(text, "{text_line}");
    };
    // File names are anybody's words, too.
    let shown = |path: &str| one_line(path, usize::MAX);
    if report.destination.stand_in {
        line("nothing was sent to the ERP: this was the stand-in (--sandbox)".to_owned());
    }
    line(format!("{rows}: {}", counts.join(", ")));
    if !report.destination.stand_in {
        line(shown(&format!("account   {}", report.destination)));
    }
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
    text
}
