//! The header: which line it is, and which columns matter.

use std::cmp::Reverse;

use super::columns::{HEADER_SEARCH_LINES, by_letter, letter};
use super::error::Fault;
use super::normalize::{folded, is_blank};
use super::options::SheetOptions;
use super::own::OwnColumns;
use super::record::Record;
use crate::erp::field::Field;
use crate::text::quoted;

/// One line that may be the header.
#[derive(Clone, Debug)]
struct Line {
    number: u64,
    fields: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) line: u64,
    /// Lines above it that are not blank.
    pub(super) skipped: u64,
    /// All fields, the appended ones included.
    pub(super) fields: Vec<String>,
    pub(super) own: OwnColumns,
    pub(super) order: usize,
    pub(super) flag: FlagSource,
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

/// The first lines that are not blank, collected one by one.
#[derive(Default)]
pub(super) struct FirstLines(Vec<Line>);

impl FirstLines {
    /// Whether there are as many as are searched.
    pub(super) fn are_complete(&self) -> bool {
        self.0.len() >= HEADER_SEARCH_LINES
    }

    pub(super) fn add(&mut self, record: Record<'_>) {
        if !is_blank(record.text) {
            self.0.push(Line {
                number: record.line,
                fields: record.iter().map(str::to_owned).collect(),
            });
        }
    }
}

#[derive(Debug)]
pub(super) struct Search {
    pub(super) found: Found,
    /// Of several searches, the least is the best: the earliest line, on one line columns found by
    /// header before those found by letter, then the most fields. A sheet without a header comes
    /// last, by how many of the columns its nearest line has.
    pub(super) rank: (u64, [MatchBy; 2], Reverse<usize>, Reverse<usize>),
}

#[derive(Debug)]
pub(super) enum Found {
    Header(Header),
    /// A line has the columns but cannot be used.
    Unusable(Fault),
    Missing(Fault),
}

/// What the name of a column is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MatchBy {
    Header,
    Letter,
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
pub(super) fn search(lines: &FirstLines, is_text: bool, options: &SheetOptions) -> Search {
    use MatchBy::{Header, Letter};
    let order = ColumnMatcher::new(Field::PurchaseNo, options.order_column.as_deref());
    let flag = ColumnMatcher::new(Field::FlagName, options.flag_column.as_deref());
    for (skipped, line) in (0..).zip(&lines.0) {
        for by in [
            [Header, Header],
            [Header, Letter],
            [Letter, Header],
            [Letter, Letter],
        ] {
            let flag = match line.flag_without_column(options) {
                Some(source) => Some(Ok(source)),
                None => flag
                    .only(line, by[1])
                    .map(|column| column.map(FlagSource::Column)),
            };
            let (Some(order), Some(flag)) = (order.only(line, by[0]), flag) else {
                continue;
            };
            let header = order.and_then(|order| line.header(skipped, order, flag?));
            return Search {
                found: header.map_or_else(Found::Unusable, Found::Header),
                rank: (line.number, by, Reverse(2), Reverse(line.fields.len())),
            };
        }
    }
    // The nearest line has most of the columns, then most text.
    let has = |line: &Line| {
        let has_flag = || flag.only(line, Header).is_some();
        [
            order.only(line, Header).is_some(),
            line.flag_without_column(options).is_some() || has_flag(),
        ]
    };
    let count = |has: [bool; 2]| has.into_iter().filter(|&has| has).count();
    let nearest = lines.0.iter().min_by_key(|line| {
        let filled = line.fields.iter().filter(|field| !field.is_empty()).count();
        (Reverse(count(has(line))), Reverse(filled))
    });
    let Some(line) = nearest else {
        return Search {
            found: Found::Missing(Fault::Empty),
            rank: (u64::MAX, [Letter; 2], Reverse(0), Reverse(0)),
        };
    };
    let has = has(line);
    let columns = [
        (Field::PurchaseNo, options.order_column.clone()),
        (Field::FlagName, options.flag_column.clone()),
    ];
    let absent = columns.into_iter().zip(has).filter(|(_, has)| !has);
    Search {
        found: Found::Missing(Fault::MissingColumn {
            absent: absent.map(|(column, _)| column).collect(),
            line: line.number,
            headers: line.fields.clone(),
            is_text,
        }),
        rank: (
            u64::MAX,
            [Letter; 2],
            Reverse(count(has)),
            Reverse(line.fields.len()),
        ),
    }
}

impl Line {
    fn own(&self) -> OwnColumns {
        OwnColumns::of(&self.fields)
    }

    /// A flag for all rows comes before a column that is named, that before `sent_flag`, and that
    /// before the usual columns.
    fn flag_without_column(&self, options: &SheetOptions) -> Option<FlagSource> {
        if let Some(flag) = &options.flag {
            return Some(FlagSource::Given(flag.clone()));
        }
        let sent_flag = self.own().sent_flag.map(FlagSource::SentFlag);
        sent_flag.filter(|_| options.flag_column.is_none())
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
            skipped,
            fields: self.fields.clone(),
            own: self.own(),
            order,
            flag,
        })
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

    /// The one column of the line's own that matches, or the error that there are several.
    fn only(&self, line: &Line, by: MatchBy) -> Option<Result<usize, Fault>> {
        let columns = self.matches(&line.fields[..line.own().count], by);
        match columns[..] {
            [] => None,
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

    fn matches(&self, fields: &[String], by: MatchBy) -> Vec<usize> {
        if by == MatchBy::Letter {
            let has_text = |at: &usize| fields.get(*at).is_some_and(|cell| !cell.is_empty());
            return self.letter.filter(has_text).into_iter().collect();
        }
        let all = |matches: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let columns = 0..fields.len();
            columns.filter(|&at| matches(&fields[at])).collect()
        };
        let exact = all(&|field| Some(field) == self.given);
        if exact.len() == 1 {
            return exact;
        }
        all(&|field| self.names.contains(&folded(field)))
    }
}
