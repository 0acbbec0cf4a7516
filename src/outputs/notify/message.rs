//! What is said, in an order in which cutting takes the least.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use crate::erp::Account;
use crate::files::{RowCheck, Status, open_table};
use crate::language::say;
use crate::outputs::ending::{Ending, Reason, Rows};
use crate::sheet::Row;
use crate::text::{all, date_and_time, one_line, rows, thousands};

/// In columns of a terminal: what a phone's notification shows, and what a line may have.
const MAX_NAME: usize = 24;
const MAX_LINE: usize = 120;
const MAX_REASONS: usize = 5;
/// Of so many reasons it is looked whether they are new.
const MAX_WEIGHED: usize = 100;
/// A longer command is not typed.
const MAX_COMMAND: usize = 300;

#[derive(Debug)]
pub struct Message {
    pub title: String,
    /// Account, time, why it stopped, rows by status.
    pub facts: Vec<String>,
    /// With their counts, new ones first.
    pub reasons: Vec<String>,
    pub files: Vec<String>,
    /// What is to be done before the command.
    pub lead: Option<String>,
    /// In a line of its own, so that it can be copied.
    pub command: Option<String>,
    pub keyword: Option<String>,
    pub is_problem: bool,
    /// What needed a look the time before does not any more.
    pub is_recovery: bool,
    pub exit_code: u8,
    pub run_id: String,
    pub ending: Value,
}

impl Message {
    /// At most so many bytes, with full-width twins for these characters: in a command that has one
    /// of them nothing may be replaced, and it is left out.
    pub fn text(&self, max: usize, twins: &str) -> String {
        let text = |reasons: usize| {
            let (shown, rest) = self.reasons.split_at(reasons);
            let more = (!rest.is_empty()).then(|| say!("message-more", count = rest.len()));
            let lines = self.facts.iter().chain(shown).chain(&more);
            let lines = lines.chain(&self.files).chain(&self.lead);
            let plain = |line: &String| with_twins(&one_line(line, MAX_LINE * 2), twins);
            let title = plain(&self.title);
            // As it is, and where nothing is cut: else the robot refuses it all.
            let keyword = self.keyword.iter().filter(|it| !title.contains(*it));
            let keyword = keyword.map(|it| one_line(it, MAX_LINE));
            let command = self.command.as_deref().map(|command| {
                if command.len() > MAX_COMMAND || command.contains(|c| twins.contains(c)) {
                    say!("message-see-results")
                } else {
                    one_line(command, usize::MAX)
                }
            });
            let title = [title.clone()].into_iter().chain(keyword);
            let lines = title.chain(lines.map(plain)).chain(command);
            lines.collect::<Vec<_>>().join("\n")
        };
        let most = self.reasons.len().min(MAX_REASONS);
        let mut fitting = (0..=most).rev().map(text).filter(|it| it.len() <= max);
        fitting.next().unwrap_or_else(|| cut(text(0), max))
    }
}

/// At a character and with a mark, where all is too long.
fn cut(text: String, max: usize) -> String {
    let most = max.saturating_sub('…'.len_utf8());
    let mut ends = (0..=most).rev();
    let end = ends
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or_default();
    format!("{}…", &text[..end])
}

fn with_twins(text: &str, twins: &str) -> String {
    let twin = |c: char| match u32::from(c) {
        code @ 0x21..=0x7e if twins.contains(c) => char::from_u32(code + 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(twin).collect()
}

/// The orders that need a look in results, as their checks have them, with why: those that a run
/// replaces tell of the time before.
#[derive(Debug, Default)]
pub struct Past(HashMap<u64, String>);

impl Past {
    /// `None` if there are no results at `path`, or none that can be read. A row that was corrected
    /// since it was told needed a look, too, if it is to count.
    pub fn read(path: &Path, counts_corrected: bool) -> Option<Past> {
        let table = open_table(path).ok()??.ok()?;
        let mut past = Past::default();
        let (mut rows, mut row) = (table.rows().ok()?, Row::default());
        while rows.read(&mut row).ok()? {
            let (Some(origin), Some(check)) = (row.origin(), RowCheck::beside(&row)) else {
                continue;
            };
            let is_failure = Status::of(origin.status()).is_some_and(Status::is_failure);
            if is_failure || counts_corrected && check.is_corrected {
                let message = origin.appended.get(3).unwrap_or_default();
                past.0.insert(check.order, message.to_owned());
            }
        }
        Some(past)
    }

    /// How many orders stand here that do not stand there.
    fn without(&self, other: &Past) -> u64 {
        let orders = self.0.keys().filter(|order| !other.0.contains_key(*order));
        orders.count() as u64
    }

    fn has(&self, reason: &str) -> bool {
        self.0.values().any(|message| message.contains(reason))
    }
}

impl Message {
    /// Of a test, which tells nothing.
    pub fn test(mut ending: Ending, keyword: Option<&str>) -> Message {
        ending.ends(0);
        let message = Message::new(&ending, None, None, keyword);
        Message {
            title: say!("message-test"),
            facts: Vec::new(),
            ..message
        }
    }

    /// `before` and `now` are the results that were replaced, and these.
    pub fn new(
        ending: &Ending,
        before: Option<&Past>,
        now: Option<&Past>,
        keyword: Option<&str>,
    ) -> Message {
        let (new, recovered) = before.zip(now).map_or((0, 0), |(before, now)| {
            (now.without(before), before.without(now))
        });
        let ok = |rows: &Rows| rows.by_status.get(&Status::Ok).copied().unwrap_or_default();
        let failures = ending.rows.as_ref().map_or(0, |rows| rows.failures);
        let stopped = ending.stop_reason.as_ref();
        let how = match (&ending.rows, stopped) {
            (None, _) => "nothing",
            (Some(_), Some(_)) => "stopped",
            (Some(_), None) if failures > 0 => "failures",
            (Some(_), None) if recovered > 0 => "recovered",
            (Some(_), None) => "ok",
        };
        let messages = &ending.messages;
        let is_problem = match stopped.map(|it| it.kind) {
            // The other run tells how it ends.
            Some("busy") => false,
            // The next night continues, which puts right nothing that was refused.
            Some("deadline") => messages.iter().any(|it| it.status != Status::Skipped),
            _ => !matches!(how, "ok" | "recovered"),
        };
        let account = ending.account.as_ref();
        let seller = account.map_or("", Account::name);
        let sheet = ending.sheet.as_deref().unwrap_or_default();
        let name = Path::new(sheet).file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        let of = [seller, &*name].map(|part| one_line(part, MAX_NAME));
        let title = say!(
            "message-title",
            how = how,
            of = of.join(" ").trim().to_owned(),
            failures = thousands(failures),
            ok = thousands(ending.rows.as_ref().map_or(0, ok)),
            recovered = thousands(recovered)
        );
        let facts = [
            account.map(|it| say!("message-account", account = it.to_string())),
            Some(say!(
                "message-ended",
                time = date_and_time(ending.finished_at),
                code = ending.exit_code.to_string()
            )),
            stopped.map(|it| say!("message-stopped", why = it.text.as_str())),
            ending.rows.as_ref().map(|given| {
                let counts = given.by_status.iter().filter(|(_, rows)| **rows > 0);
                let counts = counts.map(|(status, &rows)| {
                    say!("rows-by-status", rows = rows, status = status.as_str())
                });
                let counts = all(&counts.collect::<Vec<_>>());
                say!("summary-rows", rows = rows(given.total), counts = counts)
            }),
            (new + recovered > 0)
                .then(|| say!("message-changes", new = new, recovered = recovered)),
        ];
        let reasons = messages.iter().take(MAX_WEIGHED);
        let reasons = reasons.map(|it| (before.is_some_and(|before| !before.has(&it.message)), it));
        let mut reasons: Vec<_> = reasons.collect();
        // Of new ones and old ones each the most frequent first, as they are.
        reasons.sort_by_key(|(is_new, _)| !is_new);
        let reason = |(is_new, it): (bool, &Reason)| {
            let reason = one_line(&it.message, MAX_LINE);
            say!(
                "message-reason",
                rows = it.rows,
                reason = reason,
                is_new = u8::from(is_new)
            )
        };
        let next = ending.next.as_ref();
        let lead = next.and_then(|next| next.text.strip_suffix(&next.command));
        let lead = lead.map(|lead| lead.trim_end().to_owned());
        let lead = lead.filter(|lead| !lead.is_empty());
        let files = &ending.files;
        let file = |label: String, path: &String| format!("{label} {path}");
        let results = files.results.iter();
        let results = results.map(|it| file(say!("label-results"), it));
        let failed = files.failures.iter().filter(|_| failures > 0);
        let failed = failed.map(|it| file(say!("label-failures"), it));
        Message {
            title,
            facts: facts.into_iter().flatten().collect(),
            reasons: reasons.into_iter().map(reason).collect(),
            files: results.chain(failed).collect(),
            lead,
            command: next.map(|next| next.command.clone()),
            keyword: keyword.map(str::to_owned),
            is_problem,
            is_recovery: how == "recovered",
            exit_code: ending.exit_code,
            run_id: ending.run_id.clone(),
            ending: serde_json::to_value(ending).unwrap_or_default(),
        }
    }
}
