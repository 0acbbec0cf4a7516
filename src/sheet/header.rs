//! The header: which line it is, and which columns matter.

use std::cmp::Reverse;

use super::columns::{Columns, FlagSource, Line};
use super::entry::sent_text;
use super::input::{SheetError, SheetOptions};
use super::misfit::is_foot;
use super::normalize::{is_blank, plain_name, strip_wrapping};
use super::own::{OwnColumns, Unclear};
use super::problem::{Record, RecordReader};
use super::rounded::Rounded;
use crate::erp::field::Field;
use crate::language::say;
use crate::text::all;
use crate::workbook::letter;

/// The header is looked for in this many lines that are not blank.
const SEARCHED_LINES: usize = 20;

#[derive(Clone, Debug)]
pub struct Header {
    pub line: u64,
    /// Where it ends: cells merged downwards may make it higher than a line.
    pub last_line: u64,
    /// Lines above it that are not blank.
    pub skipped: u64,
    /// All fields, the appended ones included.
    pub fields: Vec<String>,
    pub own: OwnColumns,
    pub order: usize,
    pub flag: FlagSource,
    /// Whether the order's column and the flag's are known by letter.
    pub by_letter: [bool; 2],
    /// Headers of the sheet's own columns.
    pub columns: Vec<String>,
    /// Which numbers among the orders have lost their end.
    pub rounded: Rounded,
    /// Line of the last row that could be sent; below it stands what belongs to no table.
    pub last_row: Option<u64>,
    /// The fewest cells besides order and flag that a row has with both.
    pub fewest: usize,
    /// The flags that rows may give besides none; empty: all.
    pub flags: Vec<String>,
}

impl Header {
    /// Where a column of the sheet's own stands among those.
    pub fn cell(&self, column: usize) -> usize {
        let found = self.own.kept.iter().position(|&at| at == column);
        found.unwrap_or(usize::MAX)
    }

    /// Whether the record stands below the last row and is none.
    pub fn is_foot(&self, record: Record<'_>) -> bool {
        let is_below = self.last_row.is_some_and(|last| record.line > last);
        is_below && self.may_be_foot(record) && self.is_told_or_short(record)
    }

    /// Whether a cell of the record is a total, a note, a page or nothing.
    pub fn has_foot_words(record: Record<'_>) -> bool {
        record.iter().any(|field| is_foot(&strip_wrapping(field)))
    }

    /// Whether it says what it is, or has fewer cells than rows, which may only lack what was looked up
    /// for them.
    pub fn is_told_or_short(&self, record: Record<'_>) -> bool {
        Header::has_foot_words(record) || self.others(record) < self.fewest
    }

    /// How many cells besides order and flag are filled.
    pub fn others(&self, record: Record<'_>) -> usize {
        let is_other = |at: &usize| ![Some(self.order), self.flag.column()].contains(&Some(*at));
        let others = (0..record.len()).filter(is_other);
        let cells = others.filter_map(|at| record.get(at));
        cells.filter(|cell| !is_blank(cell)).count()
    }

    /// Whether the record gives no flag and names no order, but a total, a page, or nothing.
    pub fn may_be_foot(&self, record: Record<'_>) -> bool {
        let text = |at: usize| record.get(at).unwrap_or_default();
        let order = sent_text(text(self.order), Field::PurchaseNo);
        let gives_flag = || match self.flag {
            FlagSource::Column(at) | FlagSource::SentFlag(at) => !is_blank(text(at)),
            // A row that has one of its own was meant to be sent.
            FlagSource::Given(_) => self.own.kept.iter().any(|&at| {
                let is_flag = || Field::FlagName.fit(&self.fields[at]).is_some();
                !is_blank(text(at)) && is_flag()
            }),
        };
        let has_order = || !order.is_empty() && !is_foot(&order);
        record.problems.iter().all(Option::is_none) && !has_order() && !gives_flag()
    }

    /// Whether a row's order is the header of its column again.
    pub fn is_repeated_by(&self, order: &str) -> bool {
        let header = strip_wrapping(&self.fields[self.order]);
        self.line > 0 && header.eq_ignore_ascii_case(order)
    }
}

#[derive(Debug)]
pub struct Search {
    /// The header, or why there is none that can be used.
    pub found: Result<Header, String>,
    /// What kept it from reading further.
    pub stopped: Option<SheetError>,
    /// Of several searches the least is the best: by how many columns the nearest line lacks,
    /// whether it is known by a name of last resort, its number, and how many fields it has.
    pub rank: (usize, bool, u64, Reverse<usize>),
}

impl Search {
    /// Whether a line has the columns, be it one that cannot be used.
    pub fn has_columns(&self) -> bool {
        self.rank.0 == 0
    }

    /// The first line as the header, whatever its columns, unless another has this program's.
    fn of_table(lines: Vec<Line>, stopped: Option<SheetError>) -> Search {
        let ours = lines.iter().position(|line| line.own.was_ours());
        let first = lines.into_iter().nth(ours.unwrap_or_default());
        let width = first.as_ref().map_or(0, |line| line.fields.len());
        let header = first.map(|line| {
            let sent = line.own.sent_flag;
            let columns = Columns {
                order: 0,
                flag: sent.map_or(FlagSource::Column(0), FlagSource::SentFlag),
                by_letter: [false; 2],
                is_named: true,
            };
            line.header(columns, 0)
        });
        Search {
            found: header.ok_or_else(|| say!("sheet-empty")),
            stopped,
            rank: (0, false, 0, Reverse(width)),
        }
    }

    /// The line that has the columns; meaningless if none has.
    pub fn line(&self) -> u64 {
        self.rank.2
    }

    /// How many fields the line has that is the header or comes nearest to one.
    pub fn width(&self) -> usize {
        self.rank.3.0
    }
}

/// Looks for the header: on the line given, else among the first lines.
///
/// It is the first line that has the order column and, where one is needed, the flag column; a
/// later one that has them, too, makes it unusable, and so does doubt whether it is one. A column is
/// known by the name given, else by the usual ones. A name that is given and that no cell of the
/// line has may be a letter: then the line must have some text under that letter.
pub fn search(mut records: impl RecordReader, options: &SheetOptions) -> Search {
    let (mut lines, above, stopped) = first_lines(&mut records, options);
    if options.is_table {
        return Search::of_table(lines, stopped);
    }
    if options.no_header {
        lines = lettered(&lines);
    }
    let is_given = options.no_header || options.header_line.is_some();
    if is_given {
        lines.truncate(1);
    }
    for is_last in [false, true] {
        let on = |(at, line)| Some((at, line, Line::columns(line, options, is_last)?));
        let mut candidates = (0..).zip(&lines).filter_map(on);
        let Some((at, line, found)) = candidates.next() else {
            continue;
        };
        // A row is known by letter as well, and the same header again is that of another page.
        let is_named = |found: &Result<Columns, String>| found.as_ref().is_ok_and(|it| it.is_named);
        let is_rival =
            |it: &Line, other: &_| is_named(&found) && is_named(other) && names(it) != names(line);
        let rivals = candidates.filter(|(_, it, other)| is_rival(it, other));
        let rivals: Vec<u64> = rivals.map(|(_, it, _)| it.number).collect();
        let header = if rivals.is_empty() || is_last {
            found.and_then(|columns| {
                if !is_given && is_doubtful(line, &columns, is_last, &lines[at + 1..]) {
                    let cell = line.titled(columns.order);
                    return Err(say!(
                        "sheet-header-in-doubt",
                        line = line.number,
                        cell = cell
                    ));
                }
                // What it took in would be lost without a word.
                if let Some(open) = lines[..=at].iter().find_map(|it| it.open_quote) {
                    return Err(open.fault());
                }
                match line.own.unclear {
                    None => Ok(line.header(columns, above + at as u64)),
                    Some(Unclear::NoCheck) => {
                        Err(say!("sheet-no-check-column", line = line.number))
                    }
                    Some(Unclear::Twice(name)) => Err(say!(
                        "sheet-own-column-twice",
                        line = line.number,
                        column = name
                    )),
                }
            })
        } else {
            let lines = [line.number].into_iter().chain(rivals);
            let lines: Vec<String> = lines.map(|it| it.to_string()).collect();
            Err(say!("sheet-several-headers", lines = all(&lines)))
        };
        return Search {
            found: header,
            stopped,
            rank: (0, is_last, line.number, Reverse(line.fields.len())),
        };
    }
    let nearest = lines.iter().map(|line| (line.lacks(options), line));
    let nearest = nearest.min_by_key(|(lacks, it)| (lacks.len(), Reverse(it.filled().count())));
    let (fault, lacks, width) = match (nearest, options.header_line) {
        (Some((lacks, line)), _) => {
            let fault = line.missing(&lacks, options);
            (fault, lacks.len(), line.fields.len())
        }
        (None, Some(line)) => (say!("sheet-no-such-line", line = line), 2, 0),
        (None, None) => (say!("sheet-empty"), 2, 0),
    };
    Search {
        found: Err(fault),
        stopped,
        rank: (lacks, true, u64::MAX, Reverse(width)),
    }
}

fn names(line: &Line) -> Vec<(usize, String)> {
    line.filled().map(|(at, it)| (at, plain_name(it))).collect()
}

/// Whether the line may be no header: a row where its columns are known by letter alone, what was
/// asked for (a label with a value beside it, as exports have it above the header), or a title.
fn is_doubtful(line: &Line, columns: &Columns, is_last: bool, below: &[Line]) -> bool {
    let flag = columns.flag.column();
    let is_label = |cell: &str| strip_wrapping(cell).ends_with([':', '：']);
    let has_number = |cell: &String| cell.contains(char::is_numeric);
    let is_value = |cell: &String| !is_blank(cell) && !is_label(cell);
    let is_query = |at: usize| {
        let is_column = at + 1 == columns.order || Some(at + 1) == flag;
        let value = line.fields.get(at + 1).filter(|it| is_value(it));
        // Beside a flag's header that is no label, a name is another header.
        let is_one =
            |it: &String| flag.is_none_or(|at| is_label(&line.fields[at]) || has_number(it));
        is_label(&line.fields[at]) && !is_column && value.is_some_and(is_one)
    };
    let is_title =
        is_last && line.filled().count() == 1 && below.iter().any(|it| it.filled().count() > 1);
    let cells = |at: usize| {
        let cells = below.iter().filter_map(move |it| it.fields.get(at));
        cells.filter(|cell| !is_blank(cell))
    };
    let may_be_row = has_number(&line.fields[columns.order])
        || !cells(columns.order).all(has_number)
        || flag.is_some_and(|at| cells(at).any(|it| *it == line.fields[at]));
    let is_known = columns.is_named || line.own.is_ours();
    is_title || is_query(columns.order) || flag.is_some_and(is_query) || !is_known && may_be_row
}

impl Line {
    fn header(&self, columns: Columns, skipped: u64) -> Header {
        Header {
            line: self.number,
            last_line: self.number,
            skipped,
            fields: self.fields.clone(),
            own: self.own.clone(),
            columns: self.own_fields().map(|(_, name)| name.clone()).collect(),
            order: columns.order,
            flag: columns.flag,
            by_letter: columns.by_letter,
            rounded: Rounded::default(),
            fewest: usize::MAX,
            last_row: None,
            flags: Vec::new(),
        }
    }
}

/// A header of letters, above the first line, for a sheet that has none.
fn lettered(lines: &[Line]) -> Vec<Line> {
    let width = lines.iter().map(|line| line.fields.len()).max();
    let fields: Vec<String> = (0..width.unwrap_or_default()).map(letter).collect();
    let line = Line {
        number: 0,
        own: OwnColumns::of(&fields, false),
        open_quote: None,
        fields,
    };
    lines.first().map(|_| line).into_iter().collect()
}

/// The first lines that are not blank, or those from the one given as the header on; how many stand
/// above; and what ended them early.
fn first_lines(
    records: &mut impl RecordReader,
    options: &SheetOptions,
) -> (Vec<Line>, u64, Option<SheetError>) {
    let (mut lines, mut above) = (Vec::new(), 0);
    let from = options.header_line.unwrap_or(0);
    while lines.len() < SEARCHED_LINES {
        match records.next() {
            Ok(Some(record)) if is_blank(record.text) => {}
            Ok(Some(record)) if record.line < from => above += 1,
            // No line that is given begins a row.
            Ok(Some(record)) if lines.is_empty() && from > 0 && record.line > from => break,
            Ok(Some(record)) => lines.push(Line::of(record, options)),
            Ok(None) => break,
            Err(error) => return (lines, above, Some(error)),
        }
    }
    (lines, above, None)
}
