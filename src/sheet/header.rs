//! The header: which line it is, and which columns matter.

use std::cmp::Reverse;

use super::candidates::{Candidate, choose};
use super::columns::HEADER_SEARCH_LINES;
use super::error::{Fault, SheetError};
use super::matcher::Columns;
use super::normalize::{is_blank, strip_wrapping};
use super::options::SheetOptions;
use super::own::{OwnColumns, Unclear};
use super::record::RecordReader;
use super::top::{FlagSource, Line};
use crate::erp::field::Field;
use crate::language::say;
use crate::text::{list, quoted};
use crate::workbook::letter;

/// Lines below the first that are looked through to say where the header is.
const FURTHER_LINES: usize = 1_000;

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
    /// Whether all long numbers among the orders look cut by Excel.
    pub(super) has_rounded_orders: bool,
}

impl Header {
    /// Where a column of the sheet's own stands among those.
    pub(super) fn cell(&self, column: usize) -> usize {
        let found = self.own.kept.iter().position(|&at| at == column);
        found.unwrap_or(usize::MAX)
    }

    /// Whether a row's order is the header of its column again.
    pub(super) fn is_repeated_by(&self, order: &str) -> bool {
        let header = strip_wrapping(&self.fields[self.order]);
        self.line > 0 && header.eq_ignore_ascii_case(order)
    }
}

#[derive(Debug)]
pub(super) struct Search {
    pub(super) found: Found,
    /// What kept it from reading further.
    pub(super) stopped: Option<SheetError>,
    /// Of several searches, the least is the best: not by a name of last resort (true), the earliest
    /// line, on one line columns found by
    /// header before those found by letter (true), then the most fields. A sheet without a header
    /// comes last, by how many of the columns its nearest line lacks.
    pub(super) rank: (bool, u64, [bool; 2], usize, Reverse<usize>),
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
        self.rank.4.0
    }

    /// The line that has the columns; meaningless if none has.
    pub(super) fn line(&self) -> u64 {
        self.rank.1
    }

    /// Whether the order's column and the flag's are known by letter alone.
    pub(super) fn by_letter(&self) -> [bool; 2] {
        self.rank.2
    }
}

/// Looks for the header: on the line given, else among the first lines.
///
/// It is the first line that has the order column and, where one is needed, the flag column; a
/// later one that has them, too, makes it unusable. A column is known by the name given, else by
/// the usual ones. A name that is given and that no cell of the line has may be a letter: then the
/// line must have some text under that letter.
pub(super) fn search(
    mut records: impl RecordReader,
    is_text: bool,
    options: &SheetOptions,
) -> Search {
    let first = first_lines(&mut records, options);
    let FirstLines {
        mut lines,
        above,
        stopped,
    } = first;
    if options.no_header {
        lines = lettered(&lines);
    }
    let columns = Columns::of(options);
    let candidates: Vec<Candidate<'_>> = lines
        .iter()
        .zip(0..)
        .filter_map(|(line, at)| columns.on(line, at))
        .filter(|it| options.header_line.is_none() || it.at == 0)
        .collect();
    let labels = candidates
        .first()
        .map(|it| (it.line.number, it.line.fields.len()));
    if let Some((chosen, is_sure)) = choose(candidates, &lines, options) {
        let (line, by_letter) = (chosen.line, chosen.by_letter);
        let skipped = above + chosen.at as u64;
        let header = is_sure.and_then(|()| line.header(skipped, chosen.order?, chosen.flag?));
        return Search {
            found: header.map_or_else(|fault| Found::Unusable(fault.into()), Found::Header),
            stopped,
            rank: (
                chosen.is_fallback,
                line.number,
                by_letter,
                0,
                Reverse(line.fields.len()),
            ),
        };
    }
    let below = match stopped {
        None if options.header_line.is_none() => further_below(&mut records, &columns, options),
        _ => None,
    };
    let below = below.map(|(line, width)| (say!("sheet-header-below", line = line), width));
    let labels = labels.map(|(line, width)| (say!("sheet-labels", line = line), width));
    if let Some((fault, width)) = below.or(labels) {
        return Search {
            found: Found::Missing(fault.into()),
            stopped,
            rank: (true, u64::MAX, [true; 2], 0, Reverse(width)),
        };
    }
    // A header line that is given is the first.
    let looked_at = if options.header_line.is_some() {
        1
    } else {
        lines.len()
    };
    let nearest = lines.iter().take(looked_at).min_by_key(|line| {
        let filled = line.filled().count();
        (columns.absent(line).len(), Reverse(filled))
    });
    let absent = nearest.map(|line| columns.absent(line));
    let width = nearest.map_or(0, |line| line.fields.len());
    let count = absent.as_ref().map_or(2, Vec::len);
    let fault = match (nearest.zip(absent), options.header_line) {
        (None, None) => say!("sheet-empty").into(),
        (None, Some(line)) => say!("sheet-no-such-line", line = line).into(),
        (Some((line, absent)), given) => Fault::Missing(missing(
            &absent,
            line.number,
            given.is_some(),
            &line.fields,
            is_text,
        )),
    };
    Search {
        found: Found::Missing(fault),
        stopped,
        rank: (true, u64::MAX, [true; 2], count, Reverse(width)),
    }
}

/// The line further below that has the columns by name, and its width.
fn further_below(
    records: &mut impl RecordReader,
    columns: &Columns<'_>,
    options: &SheetOptions,
) -> Option<(u64, usize)> {
    for _ in 0..FURTHER_LINES {
        let Ok(Some(record)) = records.next() else {
            return None;
        };
        let line = Line::of(record, options);
        let found = columns.on(&line, 0);
        if found.is_some_and(|it| it.is_by_name() && !it.is_fallback) {
            return Some((line.number, line.fields.len()));
        }
    }
    None
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

/// Lines that are not blank.
struct FirstLines {
    /// From the first on, or the one given as the header.
    lines: Vec<Line>,
    /// How many stand above these.
    above: u64,
    /// What ended them early.
    stopped: Option<SheetError>,
}

fn first_lines(records: &mut impl RecordReader, options: &SheetOptions) -> FirstLines {
    let mut first = FirstLines {
        lines: Vec::new(),
        above: 0,
        stopped: None,
    };
    let from = options.header_line.unwrap_or(0);
    while first.lines.len() < HEADER_SEARCH_LINES {
        match records.next() {
            Ok(Some(record)) if is_blank(record.text) => {}
            Ok(Some(record)) if record.line < from => first.above += 1,
            // No line that is given begins a row.
            Ok(Some(record)) if first.lines.is_empty() && from > 0 && record.line > from => break,
            Ok(Some(record)) => first.lines.push(Line::of(record, options)),
            Ok(None) => break,
            Err(error) => {
                first.stopped = Some(error);
                break;
            }
        }
    }
    first
}

impl Line {
    fn header(&self, skipped: u64, order: usize, flag: FlagSource) -> Result<Header, String> {
        if matches!(flag, FlagSource::Column(flag) if flag == order) {
            return Err(say!(
                "sheet-same-column",
                line = self.number,
                column = self.titled(order)
            ));
        }
        match self.own.unclear {
            Some(Unclear::NoLine) => {
                return Err(say!("sheet-no-line-column", line = self.number));
            }
            Some(Unclear::Twice(column)) => {
                return Err(say!(
                    "sheet-own-column-twice",
                    line = self.number,
                    column = column
                ));
            }
            None => {}
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
            has_rounded_orders: false,
        })
    }
}

/// Which columns are not there, what is, and how to say where they are.
fn missing(
    absent: &[(Field, Option<String>)],
    line: u64,
    is_given: bool,
    headers: &[String],
    is_text: bool,
) -> String {
    let columns = absent.iter().map(|(field, given)| match given {
        Some(given) => say!(
            "sheet-no-given-column",
            column = field.title(),
            given = quoted(given)
        ),
        None => say!(
            "sheet-no-column",
            column = field.title(),
            names = field.usual_names()
        ),
    });
    let columns = columns.reduce(|one, other| say!("sheet-no-columns", one = one, other = other));
    let columns = columns.unwrap_or_default();
    let headers_there = list(headers);
    let place = if is_given {
        say!(
            "sheet-missing-on-line",
            columns = columns,
            line = line,
            headers = headers_there
        )
    } else {
        say!(
            "sheet-missing",
            columns = columns,
            searched = HEADER_SEARCH_LINES,
            line = line,
            headers = headers_there
        )
    };
    let options = absent.iter().map(|(field, _)| field.option().to_owned());
    let options = options.reduce(|one, other| say!("sheet-both-options", one = one, other = other));
    let options = options.unwrap_or_default();
    let advice = match (is_given, is_text) {
        (true, _) => say!("sheet-name-it-or-line", options = options),
        (false, true) => say!("sheet-name-it-or-separator", options = options),
        (false, false) => say!("sheet-name-it-or-worksheet", options = options),
    };
    // Somebody who gives all orders one flag has no column for it.
    let has_one_column = headers.iter().filter(|header| !header.is_empty()).count() < 2;
    let one_flag =
        matches!(absent, [.., (Field::FlagName, None)]) && (absent.len() == 1 || has_one_column);
    let has_numbers = |header: &String| header.contains(|c: char| c.is_ascii_digit());
    let no_header = !is_given && absent.len() == 2 && headers.iter().any(has_numbers);
    let clauses = [
        Some(place),
        Some(advice),
        one_flag.then(|| say!("sheet-or-one-flag")),
        no_header.then(|| say!("sheet-or-no-header")),
    ];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    clauses.join(&say!("sheet-clause-separator"))
}
