//! The header: which line it is, and which columns matter.

use std::cmp::Reverse;

use super::columns::{HEADER_SEARCH_LINES, by_letter, letter};
use super::error::{Fault, SheetError};
use super::normalize::{folded, is_blank};
use super::options::SheetOptions;
use super::own::OwnColumns;
use super::record::RecordReader;
use crate::erp::field::Field;
use crate::text::quoted;

/// One line that may be the header.
#[derive(Clone, Debug)]
struct Line {
    number: u64,
    fields: Vec<String>,
    own: OwnColumns,
}

#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) line: u64,
    /// Where it ends: cells merged downwards may make it higher than a line.
    pub(super) last_line: u64,
    /// Lines above it that are not blank.
    pub(super) skipped: u64,
    /// All fields, the appended ones included.
    pub(super) fields: Vec<String>,
    pub(super) own: OwnColumns,
    pub(super) order: usize,
    pub(super) flag: FlagSource,
    /// Headers of the sheet's own columns.
    pub(super) columns: Vec<String>,
}

impl Header {
    /// Where a column of the sheet's own stands among those.
    pub(super) fn cell(&self, column: usize) -> usize {
        let found = self.own.kept.iter().position(|&at| at == column);
        found.unwrap_or(usize::MAX)
    }
}

/// Where a row's flag comes from.
#[derive(Clone, Debug)]
pub(super) enum FlagSource {
    Column(usize),
    /// The column in which an earlier run kept the flag that was sent.
    SentFlag(usize),
    /// One flag for all rows.
    Given(String),
}

#[derive(Debug)]
pub(super) struct Search {
    pub(super) found: Found,
    /// What kept it from reading further.
    pub(super) stopped: Option<SheetError>,
    /// Of several searches, the least is the best: the earliest line, on one line columns found by
    /// header before those found by letter (true), then the most fields. A sheet without a header
    /// comes last, by how many of the columns its nearest line lacks.
    pub(super) rank: (u64, [bool; 2], usize, Reverse<usize>),
}

#[derive(Debug)]
pub(super) enum Found {
    Header(Header),
    /// A line has the columns but cannot be used.
    Unusable(Fault),
    Missing(Fault),
}

impl Search {
    /// How many fields the line has that is the header or comes nearest to one.
    pub(super) fn width(&self) -> usize {
        self.rank.3.0
    }
}

/// Looks for the header among the first lines.
///
/// It is the first line that has the order column and, where one is needed, the flag column. A
/// column is known by the name given, else by the usual ones. A name that is given and that no
/// cell of the line has may be a letter: then the line must have some text under that letter.
pub(super) fn search(records: impl RecordReader, is_text: bool, options: &SheetOptions) -> Search {
    let (mut lines, stopped) = first_lines(records, options.is_named_ours);
    if options.no_header {
        lines = lettered(&lines);
    }
    let columns = Columns {
        order: ColumnMatcher::new(Field::PurchaseNo, options.order_column.as_deref()),
        flag: ColumnMatcher::new(Field::FlagName, options.flag_column.as_deref()),
        options,
    };
    for (skipped, line) in (0..).zip(&lines) {
        let found = columns.order.find(line).zip(columns.flag(line));
        let Some((order, flag)) = found else {
            continue;
        };
        let by_letter = [&columns.order, &columns.flag].map(|it| it.by_header(line).is_empty());
        let below = lines.get(usize::try_from(skipped + 1).unwrap_or(usize::MAX));
        let header = order.and_then(|order| {
            if by_letter[0] {
                line.differs_from(below, order)?;
            }
            line.header(skipped, order, flag?)
        });
        return Search {
            found: header.map_or_else(Found::Unusable, Found::Header),
            stopped,
            rank: (line.number, by_letter, 0, Reverse(line.fields.len())),
        };
    }
    let nearest = lines.iter().min_by_key(|line| {
        let filled = line.fields.iter().filter(|field| !field.is_empty()).count();
        (columns.absent(line).len(), Reverse(filled))
    });
    let absent = nearest.map(|line| columns.absent(line));
    let width = nearest.map_or(0, |line| line.fields.len());
    let count = absent.as_ref().map_or(2, Vec::len);
    let fault = match nearest.zip(absent) {
        None => Fault::Empty,
        Some((line, absent)) => Fault::MissingColumn {
            absent,
            line: line.number,
            headers: line.fields.clone(),
            is_text,
            guessed: None,
        },
    };
    Search {
        found: Found::Missing(fault),
        stopped,
        rank: (u64::MAX, [true; 2], count, Reverse(width)),
    }
}

/// A header of letters, above the first line, for a sheet that has none.
fn lettered(lines: &[Line]) -> Vec<Line> {
    let width = lines.iter().map(|line| line.fields.len()).max();
    let fields: Vec<String> = (0..width.unwrap_or_default()).map(letter).collect();
    let line = Line {
        number: 0,
        own: OwnColumns::of(&fields, false),
        fields,
    };
    lines.first().map(|_| line).into_iter().collect()
}

/// The first lines that are not blank, and what ended them early.
fn first_lines(mut records: impl RecordReader, is_named: bool) -> (Vec<Line>, Option<SheetError>) {
    let mut lines = Vec::new();
    while lines.len() < HEADER_SEARCH_LINES {
        match records.next() {
            Ok(Some(record)) if is_blank(record.text) => {}
            Ok(Some(record)) => {
                let fields: Vec<_> = record.iter().map(str::to_owned).collect();
                lines.push(Line {
                    number: record.line,
                    own: OwnColumns::of(&fields, is_named),
                    fields,
                });
            }
            Ok(None) => break,
            Err(error) => return (lines, Some(error)),
        }
    }
    (lines, None)
}

/// How the two columns are known.
struct Columns<'o> {
    order: ColumnMatcher<'o>,
    flag: ColumnMatcher<'o>,
    options: &'o SheetOptions,
}

impl Columns<'_> {
    /// A flag for all rows comes before a column that is named, that before `sent_flag`, and that
    /// before the usual columns.
    fn flag(&self, line: &Line) -> Option<Result<FlagSource, Fault>> {
        let is_named = self.options.flag_column.is_some();
        match (&self.options.flag, line.own.sent_flag) {
            (Some(flag), _) => Some(Ok(FlagSource::Given(flag.clone()))),
            (None, Some(at)) if !is_named => Some(Ok(FlagSource::SentFlag(at))),
            (None, _) => Some(self.flag.find(line)?.map(FlagSource::Column)),
        }
    }

    /// The columns that the line has not, with the name given for each.
    fn absent(&self, line: &Line) -> Vec<(Field, Option<String>)> {
        let has_order = self.order.find(line).is_some();
        [
            (&self.order, has_order),
            (&self.flag, self.flag(line).is_some()),
        ]
        .into_iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(column, _)| (column.field, column.given.map(str::to_owned)))
        .collect()
    }
}

impl Line {
    fn own_fields(&self) -> impl Iterator<Item = (usize, &String)> {
        self.own.kept.iter().map(|&at| (at, &self.fields[at]))
    }

    fn header(&self, skipped: u64, order: usize, flag: FlagSource) -> Result<Header, Fault> {
        if matches!(flag, FlagSource::Column(flag) if flag == order) {
            return Err(Fault::SameColumn {
                line: self.number,
                column: self.titled(order),
            });
        }
        Ok(Header {
            line: self.number,
            last_line: self.number,
            skipped,
            fields: self.fields.clone(),
            own: self.own.clone(),
            columns: self.own_fields().map(|(_, name)| name.clone()).collect(),
            order,
            flag,
        })
    }

    /// An error if the cell looks like the one below it, as data do and a header does not.
    fn differs_from(&self, below: Option<&Line>, column: usize) -> Result<(), Fault> {
        let cell = &self.fields[column];
        let shape = |cell: &str| -> Vec<char> {
            let class = |c: char| match c {
                _ if c.is_numeric() => '0',
                _ if c.is_alphabetic() => 'a',
                _ => c,
            };
            let mut shape: Vec<char> = cell.trim().chars().map(class).collect();
            shape.dedup();
            shape
        };
        let alike = below
            .and_then(|below| below.fields.get(column))
            .is_some_and(|below| shape(below) == shape(cell));
        match alike && cell.contains(|c: char| c.is_numeric()) {
            true => Err(Fault::HeaderIsData {
                line: self.number,
                cell: self.titled(column),
            }),
            false => Ok(()),
        }
    }

    /// A column as messages name it: header and letter.
    fn titled(&self, at: usize) -> String {
        format!("{} (column {})", quoted(&self.fields[at]), letter(at))
    }
}

struct ColumnMatcher<'o> {
    field: Field,
    given: Option<&'o str>,
    names: Vec<String>,
    letter: Option<usize>,
}

impl<'o> ColumnMatcher<'o> {
    fn new(field: Field, given: Option<&'o str>) -> ColumnMatcher<'o> {
        ColumnMatcher {
            field,
            given,
            names: match given {
                Some(name) => vec![folded(name)],
                None => field.names().iter().map(|name| folded(name)).collect(),
            },
            letter: given.and_then(by_letter),
        }
    }

    /// The line's own column that matches by header, else by letter; the error if several do.
    fn find(&self, line: &Line) -> Option<Result<usize, Fault>> {
        let columns = self.by_header(line);
        match columns[..] {
            [] => {
                let mut fields = line.own_fields();
                let (column, _) =
                    fields.find(|(at, cell)| Some(*at) == self.letter && !cell.is_empty())?;
                Some(Ok(column))
            }
            [column] => Some(Ok(column)),
            _ => {
                let columns: Vec<_> = columns.into_iter().map(|at| line.titled(at)).collect();
                Some(Err(Fault::AmbiguousColumn {
                    line: line.number,
                    field: self.field,
                    columns: columns.join(", "),
                }))
            }
        }
    }

    fn by_header(&self, line: &Line) -> Vec<usize> {
        let all = |matches: &dyn Fn(&String) -> bool| -> Vec<usize> {
            line.own_fields()
                .filter(|(_, field)| matches(field))
                .map(|(at, _)| at)
                .collect()
        };
        let exact = all(&|field| Some(field.as_str()) == self.given);
        if exact.len() == 1 {
            return exact;
        }
        all(&|field| self.names.contains(&folded(field)))
    }
}
