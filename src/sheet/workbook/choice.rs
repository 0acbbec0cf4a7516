//! Which worksheets of a workbook are read.

use calamine::{Data, Range, Reader as _, Sheet, SheetType, SheetVisible};

use super::{Book, Cells, catch_panic, count, range_of};
use crate::sheet::error::Fault;
use crate::sheet::header::{Found, Header, Search, search};
use crate::sheet::options::SheetOptions;
use crate::text::quoted;

/// A worksheet that has the columns.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) range: Range<Data>,
    pub(super) header: Header,
    /// Whether the order's and the flag's column are known by their letters.
    pub(super) by_letter: [bool; 2],
}

/// The worksheet asked for, else the only visible one that has the columns, or all of these if so
/// asked.
pub(super) fn choose(book: &mut Book<'_>, options: &SheetOptions) -> Result<Vec<Chosen>, Fault> {
    if let Some(asked) = &options.worksheet {
        let name = asked_for(book, asked)?;
        let survey = Survey::of(book, vec![name], options);
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
    fn of(book: &mut Book<'_>, names: Vec<String>, options: &SheetOptions) -> Survey {
        let mut survey = Survey::default();
        for name in names {
            let range = match catch_panic(|| range_of(book, &name)) {
                Ok(range) => range,
                Err(fault) => {
                    survey.unreadable.get_or_insert((name, fault));
                    continue;
                }
            };
            let search = search(Cells::new(&range, None), false, options);
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
                Found::Unusable(fault) => (rows_after(&range, line), Err(fault)),
                Found::Header(header) => {
                    let rows = rows_after(&range, header.line);
                    let name = name.clone();
                    let chosen = Chosen {
                        name,
                        range,
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
fn rows_after(range: &Range<Data>, line: u64) -> u64 {
    count(Cells::new(range, None), |it| it > line)
}

fn tables(book: &Book<'_>, is_wanted: impl Fn(SheetVisible) -> bool) -> Vec<String> {
    let sheets = book.sheets_metadata().iter();
    let tables = sheets.filter(|it| it.typ == SheetType::WorkSheet && is_wanted(it.visible));
    tables.map(|sheet| sheet.name.clone()).collect()
}

/// The worksheet asked for by name, else by number from 1, hidden ones included.
fn asked_for(book: &Book<'_>, asked: &str) -> Result<String, Fault> {
    let sheets = book.sheets_metadata();
    let by_name = sheets
        .iter()
        .find(|sheet| sheet.name.trim() == asked.trim());
    let number = asked
        .trim()
        .parse()
        .ok()
        .and_then(|number: usize| number.checked_sub(1));
    if let Some(sheet) = by_name.or_else(|| sheets.get(number?)) {
        return Ok(sheet.name.clone());
    }
    let listed = (1..).zip(sheets).map(|(number, sheet): (_, &Sheet)| {
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
