//! `check`: what would be sent? Reads the sheet, calls nothing.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::failure::Failure;
use super::inputs::open_sheet;
use crate::cli::{CheckArgs, ReportFormat};
use crate::console::{counted, duration, print};
use crate::exit::SOME_FAILED;
use crate::pace::RateLimit;
use crate::plan::{OnConflict, Plan, RowRole};
use crate::sheet::{Row, Sheet};
use crate::text::one_line;

/// Distinct flags that are counted; a sheet with more has the wrong flag column.
const MAX_FLAGS: usize = 10_000;
/// Distinct flags that are listed for people.
const LISTED_FLAGS: usize = 50;
const MAX_CELL_CHARS: usize = 40;

/// What `--format json` prints.
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
    /// Valid rows whose flag is beyond [`MAX_FLAGS`].
    rows_with_other_flags: u64,
    orders_with_different_flags: u64,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct FlagCount {
    flag: String,
    rows: u64,
}

/// A row that would not be sent as it stands.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Finding {
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
    /// Its order is given different flags, which makes all its rows invalid.
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
    let mut survey = Survey::new(&sheet, &plan, flags);
    match args.format {
        ReportFormat::Text => {
            let overview = survey.overview(plan.on_conflict());
            print(format_args!("{}\n\n{overview}", sheet.layout())).map_err(Failure::stdout)?;
            each_finding(&sheet, &plan, |finding| {
                print(format_args!("{finding}\n")).map_err(Failure::stdout)
            })?;
        }
        ReportFormat::Json => {
            each_finding(&sheet, &plan, |finding| {
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

/// Reads the sheet once more if there is anything to find. Nothing is held: there may be a finding
/// for every row.
fn each_finding(
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
        if let Some(finding) = Finding::of(&row, sheet, plan) {
            show(finding)?;
        }
    }
    Ok(())
}

impl Finding {
    fn of(row: &Row, sheet: &Sheet, plan: &Plan) -> Option<Self> {
        let line = row.line();
        let entry = match row.entry(sheet) {
            Ok(entry) => entry,
            Err(problem) => {
                return Some(Finding::Invalid {
                    line,
                    column: problem.column().map(str::to_owned),
                    message: problem.to_string(),
                });
            }
        };
        let role = plan.role(line, &entry)?;
        let (order, flag) = (entry.order.into_owned(), entry.flag.into_owned());
        match role {
            RowRole::Superseded { line: decides, .. } => Some(Finding::Superseded {
                line,
                order,
                flag,
                decided_by_line: decides,
            }),
            RowRole::Conflict { line: last, .. } => Some(Finding::Conflict {
                line,
                order,
                flag,
                last_line: last,
            }),
            RowRole::Decides { .. } | RowRole::Same { .. } => None,
        }
    }
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
        } else if self.rows.len() < MAX_FLAGS {
            self.rows.insert(flag.to_owned(), 1);
        } else {
            self.others += 1;
        }
    }

    /// Most frequent first.
    fn sorted(self) -> Vec<FlagCount> {
        let counts = self.rows.into_iter();
        let mut list: Vec<_> = counts
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

    /// What people see before the findings.
    fn overview(&self, on_conflict: OnConflict) -> String {
        let mut lines = vec![format!(
            "{}, {} invalid; {}, {} to be made{}",
            counted(self.rows, "row", "rows"),
            self.invalid_rows,
            counted(self.distinct_orders, "distinct order", "distinct orders"),
            counted(self.calls, "call", "calls"),
            time_for(self.calls),
        )];
        let (listed, rest) = self.flags.split_at(self.flags.len().min(LISTED_FLAGS));
        for FlagCount { flag, rows } in listed {
            lines.push(format!("{rows:>8}  {}", one_line(flag, MAX_CELL_CHARS)));
        }
        let rest: u64 = rest.iter().map(|flag| flag.rows).sum();
        let unlisted = rest + self.rows_with_other_flags;
        if unlisted > 0 {
            lines.push(format!("{unlisted:>8}  other flags"));
        }
        if self.orders_with_different_flags > 0 {
            let orders = counted(self.orders_with_different_flags, "order is", "orders are");
            let then = match on_conflict {
                OnConflict::Last => "the last row of each decides",
                OnConflict::Invalid => "all their rows are invalid",
            };
            lines.push(format!("{orders} given different flags: {then}"));
        }
        lines.join("\n") + "\n"
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

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |text: &str| one_line(text, MAX_CELL_CHARS);
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
