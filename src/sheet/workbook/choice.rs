//! Which worksheets of a workbook are read.

use super::book::{Book, Sheet, SheetType, SheetVisible};
use super::cells::{Cells, count};
use super::table::Table;
use crate::sheet::error::Fault;
use crate::sheet::header::{Found, Header, Search, search};
use crate::sheet::options::SheetOptions;
use crate::text::quoted;

/// A worksheet that has the columns.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) table: Table,
    pub(super) header: Header,
    /// Whether the order's and the flag's column are known by their letters.
    pub(super) by_letter: [bool; 2],
}

/// The worksheet asked for, else the only visible one that has the columns, or all of these if so
/// asked.
pub(super) fn choose(
    book: &mut Book<'_, '_>,
    options: &SheetOptions,
) -> Result<Vec<Chosen>, Fault> {
    if let Some(asked) = &options.worksheet {
        let at = asked_for(book.sheets(), asked)?;
        let survey = Survey::of(book, vec![at], options);
        return survey.into_one().map(|one| vec![one]);
    }
    let visible = tables(book, |visible| visible == SheetVisible::Visible);
    let survey = Survey::of(book, visible, options);
    if survey.found.is_empty() && survey.unreadable.is_none() {
        let hidden = tables(book, |visible| visible != SheetVisible::Visible);
        let hidden = Survey::of(book, hidden, options);
        if !hidden.found.is_empty() {
            return Err(Fault::HiddenWorksheets(hidden.counts()));
        }
    }
    match options.all_sheets && survey.found.len() > 1 {
        true => survey.into_all(),
        false => survey.into_one().map(|one| vec![one]),
    }
}

/// What reading some worksheets came to.
#[derive(Default)]
struct Survey {
    found: Vec<Candidate>,
    /// Of those without the columns, the one that comes nearest.
    nearest: Option<Search>,
    /// The first that cannot be read, and why.
    unreadable: Option<(String, Fault)>,
}

/// A worksheet with the columns, usable or not.
struct Candidate {
    name: String,
    rows: u64,
    chosen: Result<Chosen, Fault>,
}

impl Survey {
    fn of(book: &mut Book<'_, '_>, worksheets: Vec<usize>, options: &SheetOptions) -> Survey {
        let mut survey = Survey::default();
        for at in worksheets {
            let name = book.sheets()[at].name.clone();
            let table = match book.table(at) {
                Ok(table) => table,
                Err(fault) => {
                    survey.unreadable.get_or_insert((name, fault));
                    continue;
                }
            };
            let search = search(Cells::new(&table, None), false, options);
            let (line, by_letter) = (search.line(), search.by_letter());
            let (rows, chosen) = match search.found {
                Found::Missing(_) => {
                    if survey
                        .nearest
                        .as_ref()
                        .is_none_or(|best| search.rank < best.rank)
                    {
                        survey.nearest = Some(search);
                    }
                    continue;
                }
                Found::Unusable(fault) => (rows_after(&table, line), Err(fault)),
                Found::Header(header) => {
                    let rows = rows_after(&table, header.line);
                    let name = name.clone();
                    let chosen = Chosen {
                        name,
                        table,
                        header,
                        by_letter,
                    };
                    (rows, Ok(chosen))
                }
            };
            survey.found.push(Candidate { name, rows, chosen });
        }
        // A worksheet without rows holds nothing that could be sent instead of another's.
        if survey.found.iter().any(|it| it.rows > 0) {
            survey.found.retain(|it| it.rows > 0);
        } else {
            survey.found.truncate(1);
        }
        survey
    }

    fn counts(&self) -> Vec<(String, u64)> {
        let counts = self.found.iter().map(|it| (it.name.clone(), it.rows));
        counts.collect()
    }

    fn into_all(self) -> Result<Vec<Chosen>, Fault> {
        if let Some((name, fault)) = self.unreadable {
            return Err(unreadable(name, fault));
        }
        let all = self.found.into_iter();
        all.map(|Candidate { name, chosen, .. }| {
            chosen.map_err(|fault| Fault::InWorksheet {
                name,
                fault: Box::new(fault),
            })
        })
        .collect()
    }

    fn into_one(mut self) -> Result<Chosen, Fault> {
        if self.found.len() > 1 {
            return Err(Fault::SeveralWorksheets(self.counts()));
        }
        match (self.found.pop(), self.unreadable, self.nearest) {
            (Some(one), None, _) => one.chosen,
            (Some(_), Some((name, fault)), _) => Err(unreadable(name, fault)),
            (None, Some((_, fault)), _) => Err(fault),
            (None, None, Some(nearest)) => Err(match nearest.found {
                Found::Missing(fault) | Found::Unusable(fault) => fault,
                Found::Header(_) => Fault::Empty,
            }),
            (None, None, None) => Err(Fault::Empty),
        }
    }
}

/// Why a worksheet beside others cannot be read.
fn unreadable(name: String, fault: Fault) -> Fault {
    match fault {
        Fault::Workbook(why) => Fault::UnreadableWorksheet { name, why },
        fault => fault,
    }
}

/// How many rows follow the line, blank ones not counted.
fn rows_after(table: &Table, line: u64) -> u64 {
    count(Cells::new(table, None), |it| it > line)
}

fn tables(book: &Book<'_, '_>, is_wanted: impl Fn(SheetVisible) -> bool) -> Vec<usize> {
    let sheets = (0..).zip(book.sheets());
    let tables = sheets.filter(|(_, it)| it.typ == SheetType::WorkSheet && is_wanted(it.visible));
    tables.map(|(at, _)| at).collect()
}

/// The worksheet asked for by name, else by number from 1, hidden ones included.
fn asked_for(sheets: &[Sheet], asked: &str) -> Result<usize, Fault> {
    let asked = asked.trim();
    let by_name = sheets.iter().position(|sheet| sheet.name.trim() == asked);
    let by_number = || {
        let number: usize = asked.parse().ok()?;
        number.checked_sub(1).filter(|&at| at < sheets.len())
    };
    if let Some(at) = by_name.or_else(by_number) {
        return Ok(at);
    }
    let listed = (1..).zip(sheets).map(|(number, sheet)| {
        let hidden = match sheet.visible {
            SheetVisible::Visible => "",
            SheetVisible::Hidden | SheetVisible::VeryHidden => " (hidden)",
        };
        format!("{number}: {}{hidden}", quoted(&sheet.name))
    });
    Err(Fault::UnknownWorksheet {
        asked: asked.to_owned(),
        worksheets: listed.collect::<Vec<_>>().join(", "),
    })
}
