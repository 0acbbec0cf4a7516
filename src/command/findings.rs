//! What `check` finds: rows that would not be sent as they stand, grouped by what is the matter. There
//! may be one for every row: the first few of a group are held, and all are counted.

use indexmap::IndexMap;
use serde::Serialize;

use crate::language::say;
use crate::run::{Orders, Role};
use crate::sheet::{Place, Row, Sheet, SheetError};
use crate::text::{self, one_line};

/// Columns of a cell that are shown.
pub const MAX_CELL: usize = 40;
/// Rows of each group that are listed.
const LISTED: usize = 10;
/// The same if more is asked for.
const LISTED_WITH_DETAILS: usize = 1_000;

/// Rows with the same matter.
#[derive(Serialize)]
pub struct Group {
    kind: &'static str,
    /// What is the matter, in words that the rows share.
    message: String,
    rows: u64,
    listed: Vec<Finding>,
}

/// A row that would not be sent as it stands.
#[derive(Serialize)]
struct Finding {
    #[serde(flatten)]
    place: Place,
    order: String,
    #[serde(flatten)]
    matter: Matter,
    /// What is particular to the row, for people.
    #[serde(skip)]
    particular: String,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Matter {
    Invalid {
        column: Option<String>,
        message: String,
    },
    /// A later row gives its order another flag.
    Superseded {
        flag: String,
        decided_by_line: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        decided_by_worksheet: Option<String>,
    },
    /// Its order is given different flags, which makes all its rows invalid.
    Conflict {
        flag: String,
        last_line: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_worksheet: Option<String>,
    },
}

/// All there is to find, the most frequent first. Reads the sheet once more if there is anything.
pub fn find(sheet: &Sheet, orders: &Orders, with_details: bool) -> Result<Vec<Group>, SheetError> {
    if orders.invalid + orders.conflicts == 0 {
        return Ok(Vec::new());
    }
    let most = if with_details {
        LISTED_WITH_DETAILS
    } else {
        LISTED
    };
    let mut groups = IndexMap::<String, Group>::new();
    let mut rows = sheet.rows()?;
    let mut row = Row::default();
    while rows.read(&mut row)? {
        if row.is_left_out() {
            continue;
        }
        let Some((message, finding)) = Finding::of(&row, sheet, orders) else {
            continue;
        };
        let group = groups.entry(message).or_insert_with_key(|message| Group {
            kind: finding.matter.kind(),
            message: message.clone(),
            rows: 0,
            listed: Vec::new(),
        });
        group.rows += 1;
        if group.listed.len() < most {
            group.listed.push(finding);
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.rows));
    Ok(groups)
}

impl Group {
    /// For people: what is the matter, and the rows.
    pub fn lines(&self, with_details: bool) -> Vec<String> {
        let matter = self.message.as_str();
        let rows = text::rows(self.rows);
        let mut lines = vec![say!("findings-group", rows = rows, matter = matter)];
        lines.extend(
            self.listed
                .iter()
                .map(|finding| format!("  {}", finding.line())),
        );
        let more = self.rows - self.listed.len() as u64;
        if more > 0 {
            let most = if with_details { 0 } else { LISTED_WITH_DETAILS };
            lines.push(format!(
                "  {}",
                say!("findings-more", rows = more, most = most)
            ));
        }
        lines
    }
}

impl Matter {
    fn kind(&self) -> &'static str {
        match self {
            Matter::Invalid { .. } => "invalid",
            Matter::Superseded { .. } => "superseded",
            Matter::Conflict { .. } => "conflict",
        }
    }
}

impl Finding {
    /// What is the matter with a row, if anything is, in words that rows share.
    fn of(row: &Row, sheet: &Sheet, orders: &Orders) -> Option<(String, Finding)> {
        let order = row.order_cell(sheet).to_owned();
        let (message, order, matter, particular) = match orders.role(row, sheet).ok()? {
            Role::LeftOut | Role::Decides(_) | Role::Same(_) => return None,
            Role::Invalid { problem, .. } => (
                problem.common(),
                order,
                Matter::Invalid {
                    column: problem.column().map(str::to_owned),
                    message: problem.to_string(),
                },
                problem.particular().unwrap_or_default(),
            ),
            role @ (Role::Superseded(decides) | Role::Conflict(decides)) => {
                let entry = row.entry(sheet).ok()?;
                let flag = entry.flag.to_string();
                let at = sheet.sheet_line(decides.line);
                let (shown, line) = (cell(&flag), at.to_string());
                let (message, matter, particular) = if let Role::Conflict(_) = role {
                    let matter = Matter::Conflict {
                        flag,
                        last_line: at.line,
                        last_worksheet: at.worksheet,
                    };
                    let particular = say!("finding-conflict-row", flag = shown, line = line);
                    (say!("note-conflict"), matter, particular)
                } else {
                    let matter = Matter::Superseded {
                        flag,
                        decided_by_line: at.line,
                        decided_by_worksheet: at.worksheet,
                    };
                    let particular = say!("finding-superseded-row", flag = shown, line = line);
                    (say!("finding-superseded"), matter, particular)
                };
                (message, entry.order.into_owned(), matter, particular)
            }
        };
        let finding = Finding {
            place: sheet.place(row),
            order,
            matter,
            particular,
        };
        Some((message, finding))
    }

    /// The row, its order and what is particular to it.
    fn line(&self) -> String {
        let line = format!("{}  {}  {}", self.place, cell(&self.order), self.particular);
        line.trim_end().to_owned()
    }
}

fn cell(text: &str) -> String {
    one_line(text, MAX_CELL)
}
