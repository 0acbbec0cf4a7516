//! What `check` finds: rows that would not be sent as they stand, grouped by what is the matter. There
//! may be one for every row: the first few of a group are held, and all are counted.

use std::cmp::Reverse;

use indexmap::IndexMap;
use serde::Serialize;

use crate::language::say;
use crate::run::{Orders, Role};
use crate::sheet::{Place, Row, Sheet, SheetError};
use crate::text::{self, one_line};

pub const MAX_CELL: usize = 40;
const LISTED: usize = 10;
const LISTED_WITH_DETAILS: usize = 1_000;

#[derive(Serialize)]
pub struct Group {
    kind: &'static str,
    message: String,
    rows: u64,
    listed: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    #[serde(flatten)]
    place: Place,
    order: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_row: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
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
        let Some((kind, message, finding)) = Finding::of(&row, sheet, orders) else {
            continue;
        };
        let group = groups.entry(message).or_insert_with_key(|message| Group {
            kind,
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
    groups.sort_by_key(|group| Reverse(group.rows));
    Ok(groups)
}

impl Group {
    pub fn lines(&self, with_details: bool) -> Vec<String> {
        let matter = self.message.as_str();
        let rows = text::rows(self.rows);
        let mut lines = vec![say!("findings-group", rows = rows, matter = matter)];
        for row in &self.listed {
            let (order, detail) = (one_line(&row.order, MAX_CELL), row.detail.as_deref());
            let line = format!("  {}  {order}  {}", row.place, detail.unwrap_or_default());
            lines.push(line.trim_end().to_owned());
        }
        let more = self.rows - self.listed.len() as u64;
        if more > 0 {
            let most = if with_details { 0 } else { LISTED_WITH_DETAILS };
            let more = say!("findings-more", rows = more, most = most);
            lines.push(format!("  {more}"));
        }
        lines
    }
}

impl Finding {
    /// What is the matter with a row, if anything is: its kind, and words that rows share.
    fn of(row: &Row, sheet: &Sheet, orders: &Orders) -> Option<(&'static str, String, Finding)> {
        let mut finding = Finding {
            place: row.place(),
            order: row.order_cell(sheet).to_owned(),
            column: None,
            flag: None,
            last_row: None,
            detail: None,
        };
        let (kind, message) = match orders.role(row, sheet).ok()? {
            Role::LeftOut | Role::Decides(_) | Role::Same(_) => return None,
            Role::Invalid { problem, .. } => {
                finding.column = problem.column;
                finding.detail = problem.detail;
                ("invalid", problem.common)
            }
            ref role @ (Role::Superseded(last) | Role::Conflict(last)) => {
                let entry = row.entry(sheet).ok()?;
                let flag = one_line(&entry.flag, MAX_CELL);
                let last = orders.place(last);
                let line = last.to_string();
                finding.order = entry.order.into_owned();
                finding.flag = Some(entry.flag.into_owned());
                finding.last_row = Some(last);
                if let Role::Superseded(_) = role {
                    finding.detail = Some(say!("finding-superseded-row", flag = flag, line = line));
                    ("superseded", say!("finding-superseded"))
                } else {
                    finding.detail = Some(say!("finding-conflict-row", flag = flag, line = line));
                    ("conflict", say!("note-conflict"))
                }
            }
        };
        Some((kind, message, finding))
    }
}
