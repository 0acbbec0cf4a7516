//! What `check` finds: rows that would not be sent as they stand, grouped by what is the matter.

use indexmap::IndexMap;
use serde::Serialize;

use super::failure::Failure;
use crate::console::{counted, print};
use crate::plan::{Plan, RowRole};
use crate::run::Note;
use crate::sheet::{Place, Row, Sheet};
use crate::text::one_line;

pub const MAX_CELL_CHARS: usize = 40;
/// Rows of each group that are listed, unless all are asked for.
const LISTED_ROWS: u64 = 10;

/// A row that would not be sent as it stands.
#[derive(Serialize)]
pub struct Finding {
    #[serde(flatten)]
    place: Place,
    order: String,
    #[serde(flatten)]
    matter: Matter,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Matter {
    Invalid {
        column: Option<String>,
        message: String,
        /// The same without what is particular to the row.
        #[serde(skip)]
        common: String,
        #[serde(skip)]
        particular: Option<String>,
    },
    /// A later row gives its order another flag.
    Superseded { flag: String, decided_by_line: u64 },
    /// Its order is given different flags, which makes all its rows invalid.
    Conflict { flag: String, last_line: u64 },
}

/// Reads the sheet once more if there is anything to find. Nothing is held: there may be a finding
/// for every row.
pub fn each(
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
        let place = row.place();
        let (order, matter) = match row.entry(sheet) {
            Ok(entry) => {
                let flag = entry.flag.to_string();
                let matter = match plan.role(place.line, &entry)? {
                    RowRole::Superseded { line, .. } => Matter::Superseded {
                        flag,
                        decided_by_line: line,
                    },
                    RowRole::Conflict { line, .. } => Matter::Conflict {
                        flag,
                        last_line: line,
                    },
                    RowRole::Decides { .. } | RowRole::Same { .. } => return None,
                };
                (entry.order.into_owned(), matter)
            }
            Err(problem) => {
                let matter = Matter::Invalid {
                    column: problem.column().map(str::to_owned),
                    message: problem.to_string(),
                    common: problem.common(),
                    particular: problem.particular(),
                };
                (row.order_cell(sheet).to_owned(), matter)
            }
        };
        Some(Finding {
            place,
            order,
            matter,
        })
    }

    /// What is the matter, in words that rows share.
    fn common(&self) -> &str {
        match &self.matter {
            Matter::Invalid { common, .. } => common,
            Matter::Superseded { .. } => "a later row gives the order another flag, and decides",
            Matter::Conflict { .. } => Note::CONFLICT,
        }
    }

    /// The row, its order and what is particular to it.
    fn row(&self) -> String {
        let cell = |text: &str| one_line(text, MAX_CELL_CHARS);
        let particular = match &self.matter {
            Matter::Invalid { particular, .. } => particular.clone().unwrap_or_default(),
            Matter::Superseded {
                flag,
                decided_by_line,
            } => format!("gives {}, but line {decided_by_line} decides", cell(flag)),
            Matter::Conflict { flag, last_line } => {
                format!("gives {}; its last row is line {last_line}", cell(flag))
            }
        };
        let row = format!("{}  {}  {particular}", self.place, cell(&self.order));
        row.trim_end().to_owned()
    }
}

/// What is the matter with some rows.
#[derive(Default)]
struct Group {
    rows: u64,
    first: Vec<String>,
}

/// Prints the findings, the most frequent first. For `all` the sheet is read once for each group,
/// and still no more of it held.
pub fn print_groups(sheet: &Sheet, plan: &Plan, all: bool) -> Result<(), Failure> {
    let mut groups = IndexMap::<String, Group>::new();
    each(sheet, plan, |finding| {
        let group = groups.entry(finding.common().to_owned()).or_default();
        group.rows += 1;
        if !all && group.rows <= LISTED_ROWS {
            group.first.push(finding.row());
        }
        Ok(())
    })?;
    groups.sort_by(|_, a, _, b| b.rows.cmp(&a.rows));
    let line = |text: String| print(format_args!("{text}\n")).map_err(Failure::stdout);
    for (common, group) in &groups {
        line(format!(
            "\n{}: {common}",
            counted(group.rows, "row", "rows")
        ))?;
        if all {
            each(sheet, plan, |finding| match finding.common() == common {
                true => line(format!("  {}", finding.row())),
                false => Ok(()),
            })?;
            continue;
        }
        for row in &group.first {
            line(format!("  {row}"))?;
        }
        if group.rows > LISTED_ROWS {
            let more = group.rows - LISTED_ROWS;
            line(format!("  and {more} more (-v shows all)"))?;
        }
    }
    Ok(())
}
