//! A page that shows results to whoever looks: one file that needs no other, without scripts.

mod facts;
mod night;
mod picture;

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac_sha256::Hash;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Ending, replace_own};
use crate::files::{FileError, Status};
use crate::language::say;
use crate::sheet::Appended;
use crate::text::date_and_time;
use facts::{Facts, Look, plain, shown};
use picture::picture;

const STYLE: &str = include_str!("page/style.css");
const GENERATOR: &str = concat!("wdt-flags ", env!("CARGO_PKG_VERSION"));
/// In the pages of every version.
const MARK: &str = "<meta name=\"generator\" content=\"wdt-flags ";
const MAX_REASONS: usize = 20;

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
    let like = results.and_then(|results| fs::metadata(results).ok());
    replace_own(path, page, MARK, like.as_ref())
}

/// The page of results, or of what was read back.
///
/// # Errors
///
/// If the file is no such file, or cannot be read.
pub fn draw(results: &Path, about: &About) -> Result<String, FileError> {
    let facts = Facts::read(results)?;
    let (rows, failures) = (facts.tally.rows() + facts.strange, facts.tally.failures());
    let verdict = say!(
        "page-verdict",
        failures = failures,
        count = grouped(failures),
        rows = rows,
        all = grouped(rows)
    );
    let is_well = failures + facts.strange == 0 && about.stopped.is_none();
    let (kind, label) = match facts.kind {
        Appended::Outcomes => (say!("page-of-outcomes"), say!("label-results")),
        Appended::Readings => (say!("page-of-readings"), say!("label-verified")),
    };
    let name = results.file_name().unwrap_or_default().to_string_lossy();
    let name = plain(&name, 120);
    let began = facts.night.began();
    let known = [
        (say!("label-account"), about.account.clone()),
        (say!("page-began"), began.map(minute)),
        (say!("label-finished"), facts.last.map(local)),
        (label, Some(shown(results))),
    ];
    Ok(whole(
        &format!("{verdict} · {name}"),
        html! {
            (banner(about))
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
            (next(about))
            (night(&facts))
            (reasons(&facts))
            (looks(&facts))
        },
    ))
}

/// The page of a command that ended without results, where no earlier ones are there.
pub fn draw_without(about: &About) -> String {
    whole(
        &say!("page-stopped"),
        html! { (banner(about)) (next(about)) },
    )
}

fn whole(title: &str, body: Markup) -> String {
    let hash = STANDARD.encode(Hash::hash(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
    );
    let time = local(Timestamp::now());
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
                main { (body) }
                footer { (GENERATOR) " · " (say!("page-drawn", time = time)) }
            }
        }
    };
    page.into_string()
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
                    b { (grouped(rows)) }
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

fn next(about: &About) -> Markup {
    html! {
        @if let Some(next) = &about.next {
            section {
                h2 { (say!("label-next")) }
                p.next { (plain(next, 2_000)) }
            }
        }
    }
}

fn night(facts: &Facts) -> Markup {
    html! {
        @if let Some(bins) = facts.night.bins() {
            section {
                h2 { (say!("page-night", minutes = bins.width)) }
                (picture(&bins, facts.statuses()))
                @let earlier = facts.night.earlier;
                @if earlier > 0 {
                    p.note { (say!("page-earlier", count = earlier, rows = grouped(earlier))) }
                }
            }
        }
    }
}

fn reasons(facts: &Facts) -> Markup {
    let reasons = facts.tally.messages();
    let (listed, rest) = reasons.split_at(reasons.len().min(MAX_REASONS));
    let others = rest.iter().map(|(.., rows)| rows).sum::<u64>() + facts.tally.unlisted;
    html! {
        @if !reasons.is_empty() {
            section {
                h2 { (say!("page-reasons")) }
                table.reasons {
                    thead { tr {
                        th.number { (say!("page-count")) }
                        th { (say!("page-reason")) }
                    } }
                    tbody {
                        @for (status, reason, rows) in listed {
                            tr {
                                td.number { (grouped(*rows)) }
                                td { (chip(*status)) (reason) }
                            }
                        }
                        @if others > 0 {
                            tr {
                                td.number { (grouped(others)) }
                                td { (say!("summary-others")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn looks(facts: &Facts) -> Markup {
    html! {
        @if !facts.looks.is_empty() {
            section {
                h2 { (say!("page-looks")) }
                table.looks {
                    thead { tr {
                        th.number { (say!("page-line")) }
                        th { (say!("page-order")) }
                        th { (say!("page-flag")) }
                        th { (say!("page-reason")) }
                    } }
                    tbody { @for row in &facts.looks { (look(row)) } }
                }
                @let more = facts.more_looks;
                @if more > 0 {
                    p.note { (say!("page-more", count = more, rows = grouped(more))) }
                }
            }
        }
    }
}

fn look(row: &Look) -> Markup {
    html! {
        tr {
            td.number { @if let Some(line) = row.line { (line) } @else { "–" } }
            td.order { (row.order) }
            td.flag { (row.flag) }
            td.why { (chip(row.status)) (row.reason) }
        }
    }
}

fn chip(status: Status) -> Markup {
    html! { code class=(class(status)) { (status.as_str()) } " " }
}

/// The status as a name for its colours.
fn class(status: Status) -> String {
    status.as_str().replace(' ', "-")
}

fn zoned(time: Timestamp) -> ZonedDateTime {
    time.to_zoned_datetime(TimeZone::system())
}

fn local(time: Timestamp) -> String {
    let time = zoned(time);
    format!("{} ({})", date_and_time(&time), time.strftime("%:z"))
}

/// The minute alone is known of it.
fn minute(time: Timestamp) -> String {
    zoned(time).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
