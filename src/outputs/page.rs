//! A page that shows results to whoever looks: one file that needs no other, without scripts.

mod facts;
mod night;

use std::path::Path;

use hmac_sha256::Hash;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Ending, replace_own};
use crate::files::{FileError, Status};
use crate::language::say;
use crate::sheet::Appended;
use crate::text::{base64, date_and_time, thousands};
use facts::{Facts, plain};

const STYLE: &str = include_str!("page/style.css");
const GENERATOR: &str = concat!("wdt-flags ", env!("CARGO_PKG_VERSION"));
/// In the pages of every version.
const MARK: &str = "<meta name=\"generator\" content=\"wdt-flags ";
const MAX_REASONS: usize = 20;
/// Of the rows that need a look, in bytes.
const MAX_LOOKS_SIZE: usize = 200_000;

/// What results do not tell.
#[derive(Debug, Default)]
pub struct About {
    pub account: Option<String>,
    /// The command that comes next.
    pub next: Option<String>,
    /// Why the command ended before its time.
    pub stopped: Option<String>,
    /// Whether the results are of an earlier run, because this one has left none.
    pub is_earlier: bool,
}

impl About {
    pub fn of(ending: &Ending) -> About {
        let account = ending.account.as_ref().filter(|it| !it.stand_in);
        About {
            account: account.map(ToString::to_string),
            next: ending.next.as_ref().map(|next| next.text.clone()),
            stopped: ending.stop_reason.as_ref().map(|it| it.text.clone()),
            is_earlier: ending.rows.is_none(),
        }
    }
}

/// Puts a page in its place, unless what is there is not one; nobody can read it who could not read
/// the results.
pub fn write(path: &Path, page: &str, results: Option<&Path>) -> Result<(), FileError> {
    replace_own(path, page, MARK, results)
}

/// The page of results, or of what was read back. Earlier ones need not be there.
///
/// # Errors
///
/// If the file is no such file, or cannot be read.
pub fn draw(results: Option<&Path>, about: &About) -> Result<String, FileError> {
    let body = match results
        .map(|results| of_results(results, about))
        .transpose()
    {
        Err(why) if !about.is_earlier => return Err(why),
        drawn => drawn.unwrap_or_default(),
    };
    let (title, header, facts) = body.unwrap_or_else(|| {
        let nothing = Markup::default;
        (say!("page-stopped"), nothing(), nothing())
    });
    let hash = base64(&Hash::hash(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    );
    let page = html! {
        (DOCTYPE)
        html lang=(say!("page-language")) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="generator" content=(GENERATOR);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (banner(about))
                    (header)
                    @if let Some(next) = &about.next {
                        (section(&say!("label-next"), html! { p.next { (plain(next, 2_000)) } }))
                    }
                    (facts)
                }
                footer { (GENERATOR) " · " (say!("page-drawn", time = local(Timestamp::now()))) }
            }
        }
    };
    Ok(page.into_string())
}

/// The title, what stands above the next command, and what below it.
fn of_results(results: &Path, about: &About) -> Result<(String, Markup, Markup), FileError> {
    let facts = Facts::read(results)?;
    let (rows, failures) = (facts.tally.rows() + facts.strange, facts.tally.failures());
    let verdict = say!(
        "page-verdict",
        failures = failures,
        count = thousands(failures),
        rows = rows,
        all = thousands(rows)
    );
    let is_well = failures + facts.strange == 0 && about.stopped.is_none();
    let (kind, label) = match facts.kind {
        Appended::Outcomes => (say!("page-of-outcomes"), say!("label-results")),
        Appended::Readings => (say!("page-of-readings"), say!("label-verified")),
    };
    let name = results.file_name().unwrap_or_default().to_string_lossy();
    let title = format!("{verdict} · {}", plain(&name, 120));
    let known = [
        (say!("label-account"), about.account.clone()),
        (say!("page-began"), facts.night.began()),
        (say!("label-finished"), facts.last.map(local)),
        (label, Some(results.display().to_string())),
    ];
    let header = html! {
        header {
            p.kind {
                span { (kind) }
                @if facts.is_stand_in { strong.stand-in { (say!("summary-stand-in")) } }
            }
            h1 class=(if is_well { "well" } else { "unwell" }) { (verdict) }
            ul.facts {
                @for (label, fact) in known {
                    @if let Some(fact) = fact {
                        li { small { (label) } " " span { (plain(&fact, 300)) } }
                    }
                }
            }
        }
        (tiles(&facts))
    };
    let night = facts.night.picture(facts.statuses());
    Ok((
        title,
        header,
        html! { (night) (reasons(&facts)) (looks(&facts)) },
    ))
}

fn banner(about: &About) -> Markup {
    html! {
        @if let Some(why) = &about.stopped {
            div.banner role="alert" {
                strong { (say!("page-stopped")) " · " (local(Timestamp::now())) }
                p { (plain(why, 600)) }
                @if about.is_earlier { p { (say!("page-earlier-results")) } }
            }
        }
    }
}

fn tiles(facts: &Facts) -> Markup {
    html! {
        ul.tiles {
            @for &status in facts.statuses() {
                @let rows = facts.tally.count(status);
                li class={ (class(status)) @if rows == 0 { " none" } } {
                    b { (thousands(rows)) }
                    code { (status.as_str()) }
                    small { (say!("page-status", status = class(status))) }
                }
            }
        }
        @if facts.strange > 0 {
            p.note { (say!("page-strange", count = facts.strange)) }
        }
    }
}

fn section(heading: &str, body: Markup) -> Markup {
    html! { section { h2 { (heading) } (body) } }
}

fn table(kind: &str, columns: &[String], rows: &[Markup]) -> Markup {
    html! {
        table class=(kind) {
            thead { tr { @for column in columns { th { (column) } } } }
            tbody { @for cells in rows { tr { (cells) } } }
        }
    }
}

fn reasons(facts: &Facts) -> Markup {
    let reasons = facts.tally.messages();
    if reasons.is_empty() {
        return Markup::default();
    }
    let (listed, rest) = reasons.split_at(reasons.len().min(MAX_REASONS));
    let others = rest.iter().map(|(.., rows)| rows).sum::<u64>() + facts.tally.unlisted;
    let row = |rows, reason| html! { td.number { (thousands(rows)) } td { (reason) } };
    let listed = listed
        .iter()
        .map(|&(status, reason, rows)| row(rows, html! { (chip(status)) (reason) }));
    let others = (others > 0).then(|| row(others, html! { (say!("summary-others")) }));
    let rows: Vec<_> = listed.chain(others).collect();
    let columns = [say!("page-count"), say!("page-reason")];
    section(&say!("page-reasons"), table("reasons", &columns, &rows))
}

fn looks(facts: &Facts) -> Markup {
    let rows = facts.looks.iter().map(|row| {
        html! {
            td.number { @if let Some(line) = row.line { (line) } @else { "–" } }
            td.order { (row.order) }
            td.flag { (row.flag) }
            td.why { (chip(row.status)) (row.reason) }
        }
    });
    let mut size = 0;
    let rows: Vec<_> = rows
        .take_while(|row| {
            size += row.0.len();
            size <= MAX_LOOKS_SIZE
        })
        .collect();
    if rows.is_empty() {
        return Markup::default();
    }
    let more = facts.tally.failures() - rows.len() as u64;
    let columns = [
        say!("page-line"),
        say!("page-order"),
        say!("page-flag"),
        say!("page-reason"),
    ];
    let body = html! {
        (table("looks", &columns, &rows))
        @if more > 0 {
            p.note { (say!("page-more", count = more, rows = thousands(more))) }
        }
    };
    section(&say!("page-looks"), body)
}

fn chip(status: Status) -> Markup {
    html! { code class=(class(status)) { (status.as_str()) } " " }
}

/// The status as a name for its colours.
fn class(status: Status) -> String {
    status.as_str().replace(' ', "-")
}

fn local(time: Timestamp) -> String {
    let zone = time.to_zoned_datetime(TimeZone::system());
    format!("{} ({})", date_and_time(time), zone.strftime("%:z"))
}

#[cfg(test)]
mod tests;
