//! `check`: what would be sent? Reads the sheet, calls nothing.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::cli::{CheckArgs, ReportFormat};
use crate::command::{Failure, SOME_FAILED, open_sheet};
use crate::console::{counted, duration, print};
use crate::pace::RateLimit;
use crate::plan::{OnConflict, Plan, RowRole};
use crate::sheet::{Layout, Row, Sheet};
use crate::text::one_line;

/// Distinct flags that are counted each by itself; a sheet with more has the wrong flag column.
const MOST_FLAGS: usize = 10_000;
/// Distinct flags that are listed for people.
const FLAGS_SHOWN: usize = 50;
/// How much text is written at once.
const PIECE_BYTES: usize = 64 * 1024;
/// The longest text of a cell that is shown.
const CELL_CHARS: usize = 40;

/// What was found, as `--format json` gives it.
#[derive(Serialize)]
struct Survey<'s> {
    sheet: &'s str,
    format: String,
    encoding: Option<&'static str>,
    delimiter: Option<char>,
    worksheet: Option<&'s str>,
    header_line: u64,
    skipped_lines: u64,
    columns: &'s [String],
    order_column: &'s str,
    flag_column: Option<&'s str>,
    given_flag: Option<&'s str>,
    rows: u64,
    invalid_rows: u64,
    distinct_orders: u64,
    calls: u64,
    flags: Vec<FlagCount>,
    /// Rows with a flag beyond those counted by themselves.
    rows_with_other_flags: u64,
    orders_with_different_flags: u64,
    findings: Vec<Finding>,
}

/// A flag and how many valid rows give it.
#[derive(Serialize)]
struct FlagCount {
    flag: String,
    rows: u64,
}

/// A row that would not be sent as it stands.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Finding {
    /// It cannot be sent.
    Invalid {
        line: u64,
        column: Option<String>,
        message: String,
    },
    /// A later row gives its order another flag.
    Superseded {
        line: u64,
        order: String,
        flag: String,
        decided_by_line: u64,
    },
    /// Its order is given different flags, and `--on-conflict` says invalid.
    Conflict {
        line: u64,
        order: String,
        flag: String,
        last_line: u64,
    },
}

pub(super) fn check(args: CheckArgs) -> Result<u8, Failure> {
    let sheet = open_sheet(args.sheet)?;
    let mut flags = Flags::default();
    let plan = Plan::build(&sheet, args.on_conflict, |_, entry| {
        if let Ok(entry) = entry {
            flags.count(&entry.flag);
        }
    })
    .map_err(Failure::usage)?;
    let survey = Survey::new(&sheet, &plan, flags);
    match args.format {
        ReportFormat::Text => {
            print(survey.text(sheet.layout(), &plan)).map_err(Failure::stdout)?;
            // In pieces: there may be a finding for every row.
            let mut lines = String::new();
            findings(&sheet, &plan, |finding| {
                let _ = writeln!(lines, "{finding}");
                if lines.len() > PIECE_BYTES {
                    print(&lines).map_err(Failure::stdout)?;
                    lines.clear();
                }
                Ok(())
            })?;
            print(&lines).map_err(Failure::stdout)?;
        }
        ReportFormat::Json => {
            let mut survey = survey;
            findings(&sheet, &plan, |finding| {
                survey.findings.push(finding);
                Ok(())
            })?;
            // A survey holds nothing that JSON cannot say.
            let json = serde_json::to_string_pretty(&survey).unwrap_or_default();
            print(format_args!("{json}\n")).map_err(Failure::stdout)?;
        }
    }
    let bad = plan.invalid() + plan.conflicting_rows();
    Ok(if bad > 0 { SOME_FAILED } else { 0 })
}

/// Goes through the sheet once more, if there is anything to find.
fn findings(
    sheet: &Sheet,
    plan: &Plan,
    mut show: impl FnMut(Finding) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if plan.invalid() + plan.conflicts() == 0 {
        return Ok(());
    }
    let mut rows = sheet.rows().map_err(Failure::usage)?;
    let mut row = Row::default();
    while rows.read(&mut row).map_err(Failure::usage)? {
        let line = row.line();
        match row.entry(sheet) {
            Err(problem) => show(Finding::Invalid {
                line,
                column: problem.column().map(str::to_owned),
                message: problem.to_string(),
            })?,
            Ok(entry) => {
                let order = || entry.order.clone().into_owned();
                let flag = || entry.flag.clone().into_owned();
                match plan.role(line, &entry) {
                    Some(RowRole::Superseded { line: decides, .. }) => show(Finding::Superseded {
                        line,
                        order: order(),
                        flag: flag(),
                        decided_by_line: decides,
                    })?,
                    Some(RowRole::Conflict { line: last, .. }) => show(Finding::Conflict {
                        line,
                        order: order(),
                        flag: flag(),
                        last_line: last,
                    })?,
                    Some(RowRole::Decides { .. } | RowRole::Same { .. }) | None => {}
                }
            }
        }
    }
    Ok(())
}

/// Valid rows by flag.
#[derive(Default)]
struct Flags {
    rows: HashMap<String, u64>,
    others: u64,
}

impl Flags {
    fn count(&mut self, flag: &str) {
        if let Some(rows) = self.rows.get_mut(flag) {
            *rows += 1;
        } else if self.rows.len() < MOST_FLAGS {
            self.rows.insert(flag.to_owned(), 1);
        } else {
            self.others += 1;
        }
    }

    /// Most frequent first.
    fn sorted(self) -> Vec<FlagCount> {
        let mut list: Vec<_> = self
            .rows
            .into_iter()
            .map(|(flag, rows)| FlagCount { flag, rows })
            .collect();
        list.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.flag.cmp(&b.flag)));
        list
    }
}

impl<'s> Survey<'s> {
    fn new(sheet: &'s Sheet, plan: &Plan, flags: Flags) -> Self {
        let layout = sheet.layout();
        Survey {
            sheet: sheet.name(),
            format: layout.format.to_string(),
            encoding: layout.encoding,
            delimiter: layout.delimiter,
            worksheet: layout.worksheet.as_deref(),
            header_line: layout.header_line,
            skipped_lines: layout.skipped_lines,
            columns: sheet.columns(),
            order_column: &layout.order_column,
            flag_column: layout.flag_column.as_deref(),
            given_flag: layout.given_flag.as_deref(),
            rows: plan.rows(),
            invalid_rows: plan.invalid(),
            distinct_orders: plan.orders() as u64,
            calls: plan.calls(),
            rows_with_other_flags: flags.others,
            flags: flags.sorted(),
            orders_with_different_flags: plan.conflicts(),
            findings: Vec::new(),
        }
    }

    /// Everything but the findings, for people.
    fn text(&self, layout: &Layout, plan: &Plan) -> String {
        let mut text = String::new();
        let mut line = |part: String| {
            let _ = writeln!(text, "{part}");
        };
        line(layout.to_string());
        line(String::new());
        line(format!(
            "{}, {} invalid; {}, {} to be made{}",
            counted(self.rows, "row", "rows"),
            self.invalid_rows,
            counted(self.distinct_orders, "distinct order", "distinct orders"),
            counted(self.calls, "call", "calls"),
            time_for(self.calls),
        ));
        for FlagCount { flag, rows } in self.flags.iter().take(FLAGS_SHOWN) {
            line(format!("{rows:>8}  {}", one_line(flag, CELL_CHARS)));
        }
        let rest = self.flags.iter().skip(FLAGS_SHOWN);
        let unlisted: u64 = rest.map(|flag| flag.rows).sum::<u64>() + self.rows_with_other_flags;
        if unlisted > 0 {
            line(format!("{unlisted:>8}  other flags"));
        }
        if self.orders_with_different_flags > 0 {
            let orders = counted(self.orders_with_different_flags, "order is", "orders are");
            let then = match plan.on_conflict() {
                OnConflict::Last => "the last row of each decides",
                OnConflict::Invalid => "all their rows are invalid",
            };
            line(format!("{orders} given different flags: {then}"));
        }
        text
    }
}

/// How long the calls take at the default rate.
fn time_for(calls: u64) -> String {
    let interval = RateLimit::DEFAULT.interval().unwrap_or_default();
    let time = Duration::from_secs_f64(interval.as_secs_f64() * calls as f64);
    match calls {
        0 => String::new(),
        _ => format!(" (about {} at {})", duration(time), RateLimit::DEFAULT),
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cell = |text: &str| one_line(text, CELL_CHARS);
        match self {
            Finding::Invalid { line, message, .. } => write!(f, "line {line}: {message}"),
            Finding::Superseded {
                line,
                order,
                flag,
                decided_by_line,
            } => write!(
                f,
                "line {line}: {} gives {}, but line {decided_by_line} decides",
                cell(order),
                cell(flag)
            ),
            Finding::Conflict {
                line,
                order,
                flag,
                last_line,
            } => write!(
                f,
                "line {line}: {} is given different flags, here {}; its last row is line {last_line}",
                cell(order),
                cell(flag)
            ),
        }
    }
}
