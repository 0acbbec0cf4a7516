//! Which worksheets of a workbook are read.

use super::count;
use super::records::TableRecords;
use crate::language::say;
use crate::sheet::header::{Header, Search, search};
use crate::sheet::input::SheetOptions;
use crate::sheet::normalize::is_blank;
use crate::sheet::problem::RecordReader;
use crate::text::{self, MAX_LISTED, first, first_of, quoted};
use crate::workbook::{Table, Workbook, WorkbookError};

/// Cells by which a table without a name is told from others.
const TOLD_CELLS: usize = 3;

/// A worksheet that has the columns. The only table of a web page has no name.
pub type Chosen = (Option<String>, Table, Header);

/// The worksheet asked for, else the only visible one that has the columns.
pub fn choose(book: &mut Workbook<'_, '_>, options: &SheetOptions) -> Result<Chosen, String> {
    if let Some(asked) = &options.worksheet {
        let at = asked_for(book, asked)?;
        return Survey::of(book, vec![at], options).into_one();
    }
    let visible = tables(book, false);
    let survey = Survey::of(book, visible, options);
    if survey.found.is_empty() && survey.unreadable.is_none() {
        let hidden = tables(book, true);
        let hidden = Survey::of(book, hidden, options);
        if !hidden.found.is_empty() {
            return Err(say!(
                "sheet-hidden-worksheets",
                worksheets = hidden.titles()
            ));
        }
    }
    survey.into_one()
}

/// What reading some worksheets came to.
#[derive(Default)]
struct Survey {
    /// Of the worksheets with the columns, usable or not, the titles and how many rows each has.
    found: Vec<(String, u64, Result<Chosen, String>)>,
    /// Whether one of these, or of those without the columns, is known by its number alone.
    has_unnamed: bool,
    /// Of those without the columns, the one that comes nearest.
    nearest: Option<Search>,
    /// The first that cannot be read, and why.
    unreadable: Option<(String, WorkbookError)>,
}

impl Survey {
    fn of(book: &mut Workbook<'_, '_>, worksheets: Vec<usize>, options: &SheetOptions) -> Survey {
        let mut survey = Survey::default();
        for at in worksheets {
            let name = book.sheets[at].name.clone();
            let is_only = book.sheets.len() == 1;
            let number = (at + 1).to_string();
            let table = match book.table(at) {
                Ok(table) => table,
                Err(fault) => {
                    let name = name.unwrap_or(number);
                    survey.unreadable.get_or_insert((name, fault));
                    continue;
                }
            };
            let title = match &name {
                Some(name) => quoted(name),
                None => numbered(at, &table),
            };
            survey.has_unnamed |= name.is_none();
            let name = name.or((!is_only).then_some(number));
            let search = search(TableRecords::new(&table, None, false), options);
            if !search.has_columns() {
                let nearest = survey.nearest.as_ref();
                if nearest.is_none_or(|best| search.rank < best.rank) {
                    survey.nearest = Some(search);
                }
                continue;
            }
            let line = search.line();
            let rows = count(&table, |row| row.line() > line);
            let chosen = search.found.map(|header| (name, table, header));
            survey.found.push((title, rows, chosen));
        }
        // A worksheet without rows holds nothing that could be sent instead of another's.
        if survey.found.iter().any(|(_, rows, _)| *rows > 0) {
            survey.found.retain(|(_, rows, _)| *rows > 0);
        } else {
            survey.found.truncate(1);
        }
        survey
    }

    /// With how many rows each has.
    fn titles(&self) -> String {
        let titles = self.found.iter().map(|(title, rows, _)| {
            let rows = text::rows(*rows);
            say!("sheet-with-rows", title = title.as_str(), rows = rows)
        });
        first(&titles.collect::<Vec<_>>())
    }

    fn into_one(mut self) -> Result<Chosen, String> {
        if self.found.len() > 1 {
            let titles = self.titles();
            return Err(if self.has_unnamed {
                say!("sheet-several-tables", tables = titles)
            } else {
                say!("sheet-several-worksheets", worksheets = titles)
            });
        }
        match (self.found.pop(), self.unreadable, self.nearest) {
            (Some((.., chosen)), None, _) => chosen,
            (Some(_), Some((name, error)), _) => Err(match error.damage() {
                Some(damage) => {
                    let name = quoted(&name);
                    say!(
                        "sheet-unreadable-worksheet",
                        worksheet = name,
                        damage = damage
                    )
                }
                None => error.to_string(),
            }),
            (None, Some((_, error)), _) => Err(error.to_string()),
            (None, None, nearest) => {
                let fault = nearest.and_then(|it| it.found.err());
                Err(fault.unwrap_or_else(|| say!("sheet-empty")))
            }
        }
    }
}

fn tables(book: &Workbook<'_, '_>, is_hidden: bool) -> Vec<usize> {
    let sheets = (0..).zip(&book.sheets);
    let tables = sheets.filter(|(_, it)| it.is_worksheet && it.is_hidden == is_hidden);
    tables.map(|(at, _)| at).collect()
}

/// The worksheet asked for by name, else by number from 1, hidden ones included.
fn asked_for(book: &mut Workbook<'_, '_>, asked: &str) -> Result<usize, String> {
    let asked = asked.trim();
    let sheets = &book.sheets;
    let is_it = |name: &Option<String>| name.as_ref().is_some_and(|name| name.trim() == asked);
    let by_name = sheets.iter().position(|sheet| is_it(&sheet.name));
    let by_number = || {
        let number: usize = asked.parse().ok()?;
        number.checked_sub(1).filter(|&at| at < sheets.len())
    };
    if let Some(at) = by_name.or_else(by_number) {
        return Ok(at);
    }
    let count = sheets.len();
    let listed = (0..count.min(MAX_LISTED)).map(|at| {
        let number = at + 1;
        let title = match &book.sheets[at].name {
            Some(name) => say!("sheet-numbered", number = number, title = quoted(name)),
            None => match book.table(at) {
                Ok(table) => numbered(at, &table),
                Err(_) => number.to_string(),
            },
        };
        if book.sheets[at].is_hidden {
            say!("sheet-hidden", worksheet = title)
        } else {
            title
        }
    });
    let listed: Vec<String> = listed.collect();
    Err(say!(
        "sheet-unknown-worksheet",
        asked = quoted(asked),
        worksheets = first_of(&listed, count)
    ))
}

/// A table without a name: its number, and the first cells, by which people know it.
fn numbered(at: usize, table: &Table) -> String {
    let number = at + 1;
    let mut records = TableRecords::new(table, None, false);
    let Ok(Some(first)) = records.next() else {
        return say!("sheet-numbered-empty", number = number);
    };
    let cells = first.iter().filter(|cell| !is_blank(cell));
    let cells: Vec<_> = cells.take(TOLD_CELLS).map(quoted).collect();
    say!("sheet-numbered", number = number, title = cells.join(" "))
}
