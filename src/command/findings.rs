//! What `check` finds: rows that would not be sent as they stand, grouped by what is the matter.
//!
//! There may be one for every row: the first few of a group are held, and for all of them the sheet
//! is read once more.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::exit::Failure;
use crate::console::print;
use crate::language::say;
use crate::run::{Orders, Role};
use crate::sheet::{Place, Row, Sheet, SheetError, SheetLine};
use crate::text::one_line;

/// Columns of a cell that are shown.
pub const MAX_CELL: usize = 40;
/// Rows of each group that are listed, unless all are asked for.
const LISTED_ROWS: usize = 10;

/// A row that would not be sent as it stands.
#[derive(Clone, Serialize)]
struct Finding {
    #[serde(flatten)]
    place: Place,
    order: String,
    kind: Kind,
    #[serde(flatten)]
    matter: Matter,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Invalid,
    Superseded,
    Conflict,
}

#[derive(Clone, Serialize)]
#[serde(untagged)]
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

impl Finding {
    fn of(row: &Row, sheet: &Sheet, plan: &Orders) -> Option<Self> {
        let place = sheet.place(row);
        let sent = || {
            let entry = row.entry(sheet).ok();
            let entry = entry.map(|entry| (entry.order.into_owned(), entry.flag.into_owned()));
            entry.unwrap_or_default()
        };
        let (order, matter) = match plan.role(row, sheet).ok()? {
            Role::Superseded(decides) => {
                let SheetLine { worksheet, line } = sheet.sheet_line(decides.line);
                let (order, flag) = sent();
                let matter = Matter::Superseded {
                    flag,
                    decided_by_line: line,
                    decided_by_worksheet: worksheet,
                };
                (order, matter)
            }
            Role::Conflict(decides) => {
                let SheetLine { worksheet, line } = sheet.sheet_line(decides.line);
                let (order, flag) = sent();
                let matter = Matter::Conflict {
                    flag,
                    last_line: line,
                    last_worksheet: worksheet,
                };
                (order, matter)
            }
            Role::Invalid { problem, .. } => {
                let matter = Matter::Invalid {
                    column: problem.column().map(str::to_owned),
                    message: problem.to_string(),
                    common: problem.common(),
                    particular: problem.particular(),
                };
                (row.order_cell(sheet).to_owned(), matter)
            }
            Role::Decides(_) | Role::Same(_) | Role::LeftOut => return None,
        };
        Some(Finding {
            place,
            order,
            kind: match matter {
                Matter::Invalid { .. } => Kind::Invalid,
                Matter::Superseded { .. } => Kind::Superseded,
                Matter::Conflict { .. } => Kind::Conflict,
            },
            matter,
        })
    }

    /// What is the matter, in words that rows share.
    fn common(&self) -> Cow<'_, str> {
        match &self.matter {
            Matter::Invalid { common, .. } => Cow::Borrowed(common),
            Matter::Superseded { .. } => Cow::Owned(say!("finding-superseded")),
            Matter::Conflict { .. } => Cow::Owned(say!("note-conflict")),
        }
    }

    /// The row, its order and what is particular to it.
    fn row(&self) -> String {
        let cell = |text: &str| one_line(text, MAX_CELL);
        let at = |worksheet: &Option<String>, line| {
            let worksheet = worksheet.clone();
            SheetLine { worksheet, line }.to_string()
        };
        let particular = match &self.matter {
            Matter::Invalid { particular, .. } => particular.clone().unwrap_or_default(),
            Matter::Superseded {
                flag,
                decided_by_line,
                decided_by_worksheet,
            } => say!(
                "finding-superseded-row",
                flag = cell(flag),
                line = at(decided_by_worksheet, *decided_by_line)
            ),
            Matter::Conflict {
                flag,
                last_line,
                last_worksheet,
            } => say!(
                "finding-conflict-row",
                flag = cell(flag),
                line = at(last_worksheet, *last_line)
            ),
        };
        let row = format!("{}  {}  {particular}", self.place, cell(&self.order));
        row.trim_end().to_owned()
    }
}

/// Rows with the same matter.
struct Group {
    kind: Kind,
    rows: u64,
    first: Vec<Finding>,
}

/// All there is to find, the most frequent first.
pub struct Findings<'s> {
    sheet: &'s Sheet,
    plan: &'s Orders,
    /// Whether all rows are listed.
    all: bool,
    /// By what is the matter, in words that rows share.
    groups: IndexMap<String, Group>,
}

impl<'s> Findings<'s> {
    pub fn of(sheet: &'s Sheet, plan: &'s Orders, all: bool) -> Result<Self, SheetError> {
        let mut found = Findings {
            sheet,
            plan,
            all,
            groups: IndexMap::new(),
        };
        if plan.invalid() + plan.conflicts() == 0 {
            return Ok(found);
        }
        for finding in found.each()? {
            let finding = finding?;
            let group = found.groups.entry(finding.common().into_owned());
            let group = group.or_insert(Group {
                kind: finding.kind,
                rows: 0,
                first: Vec::new(),
            });
            group.rows += 1;
            if !all && group.first.len() < LISTED_ROWS {
                group.first.push(finding);
            }
        }
        found.groups.sort_by(|_, a, _, b| b.rows.cmp(&a.rows));
        Ok(found)
    }

    /// Reads the sheet once more.
    fn each(
        &self,
    ) -> Result<impl Iterator<Item = Result<Finding, SheetError>> + use<'s>, SheetError> {
        let (sheet, plan) = (self.sheet, self.plan);
        let mut rows = sheet.rows()?;
        let mut row = Row::default();
        Ok(std::iter::from_fn(move || {
            loop {
                match rows.read(&mut row) {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(error) => return Some(Err(error)),
                }
                if !row.is_left_out()
                    && let Some(finding) = Finding::of(&row, sheet, plan)
                {
                    return Some(Ok(finding));
                }
            }
        }))
    }

    /// The rows of a group that are listed.
    fn listed<'f>(
        &'f self,
        common: &'f str,
        group: &'f Group,
    ) -> Result<impl Iterator<Item = Result<Finding, SheetError>> + use<'f, 's>, SheetError> {
        let all = match self.all {
            true => Some(self.each()?),
            false => None,
        };
        let of_group = all
            .into_iter()
            .flatten()
            .filter(move |finding| match finding {
                Ok(finding) => finding.common() == common,
                Err(_) => true,
            });
        Ok(group.first.iter().cloned().map(Ok).chain(of_group))
    }

    /// For people.
    pub fn print(&self) -> Result<(), Failure> {
        let line = |text: String| print(format_args!("{text}\n")).map_err(Failure::stdout);
        for (common, group) in &self.groups {
            let rows = group.rows;
            line(String::new())?;
            line(say!(
                "findings-group",
                rows = rows,
                matter = common.as_str()
            ))?;
            for finding in self.listed(common, group).map_err(Failure::usage)? {
                line(format!("  {}", finding.map_err(Failure::usage)?.row()))?;
            }
            let more = group.rows - group.first.len() as u64;
            if more > 0 && !self.all {
                line(format!("  {}", say!("findings-more", rows = more)))?;
            }
        }
        Ok(())
    }
}

/// For scripts: each group with its rows.
impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'f> {
            kind: Kind,
            message: &'f str,
            rows: u64,
            listed: Listed<'f>,
        }
        serializer.collect_seq(self.groups.iter().map(|(common, group)| Shown {
            kind: group.kind,
            message: common,
            rows: group.rows,
            listed: Listed {
                findings: self,
                common,
                group,
            },
        }))
    }
}

struct Listed<'f> {
    findings: &'f Findings<'f>,
    common: &'f str,
    group: &'f Group,
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let listed = self.findings.listed(self.common, self.group);
        for finding in listed.map_err(S::Error::custom)? {
            list.serialize_element(&finding.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}
