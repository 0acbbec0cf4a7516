//! A worksheet's cells as they are shown; only those that hold something.

use std::borrow::Cow;
use std::sync::Arc;

use super::budget::Budget;
use super::error::{Result, too_much};

#[derive(Debug, Default)]
pub struct Table {
    /// Ascending; those without cells are left out.
    pub rows: Vec<TableRow>,
    pub cells: Vec<TableCell>,
    pub texts: Texts,
    pub shared: Arc<Texts>,
    /// Columns up to the last that is used.
    pub width: usize,
    /// Whether its rows have no more columns than they have cells, as those of a web page.
    pub is_ragged: bool,
    /// First and last of the rows that are not shown, ascending.
    pub hidden: Vec<(u32, u32)>,
    pub merged: Vec<Merge>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Counted from 1.
    pub line: u32,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct TableCell {
    /// Counted from 0.
    pub column: u32,
    pub text: u32,
    /// A text, too.
    pub note: Option<u32>,
    pub is_shared: bool,
    pub kind: Kind,
}

/// What a cell's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A whole number that is shown by its digits, perhaps with other characters around them.
    Number,
    /// A number with decimals.
    Decimals,
    /// A number of more than 15 digits, of which no more are stored.
    LongNumber,
    Date,
    Time,
    Percentage,
    Boolean,
    Error,
    /// A formula that was never calculated, or whose value is 0.
    NoValue,
    /// A formula whose value is an empty text, which may never have been calculated, too.
    EmptyText,
    /// A number in a column too narrow to show it.
    Narrow,
    /// A number, or a text, that its format shows in some other way: the note is the format.
    Formatted,
    /// What is shown of a number that is not its digits: the note is the number.
    Shown,
}

/// What a cell holds, as its format stores it.
#[derive(Clone, Debug)]
pub enum Value<'v> {
    Empty,
    Text(&'v str),
    /// A text of which nothing is shown.
    Hidden(&'v str),
    /// A text that cells share, by its number.
    Shared(u32),
    Number(f64),
    /// A number, and as which text it is shown.
    Shown(f64, &'v str),
    /// What the format itself says to be of this kind, as it is shown.
    Known(Kind, Cow<'v, str>),
}

impl Value<'_> {
    pub fn of_bool(value: bool) -> Value<'static> {
        Value::Known(Kind::Boolean, if value { "TRUE" } else { "FALSE" }.into())
    }

    /// What a formula with it lacks: programs that cannot calculate write no value, an empty one,
    /// or 0.
    pub fn lack(&self) -> Option<Kind> {
        match *self {
            Value::Text("") => Some(Kind::EmptyText),
            Value::Empty | Value::Number(0.0) | Value::Shown(0.0, _) => Some(Kind::NoValue),
            _ => None,
        }
    }
}

/// Cells that are shown as one: first and last, rows counted from 1, columns from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    pub rows: (u64, u64),
    pub columns: (usize, usize),
}

/// Texts in one piece.
#[derive(Debug, Default)]
pub struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Appends a text; its number.
    pub fn push(&mut self, text: &str, budget: &Budget) -> Result<u32> {
        budget.spend(text.len() + size_of::<u32>())?;
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).map_err(|_| too_much())?;
        self.ends.push(end);
        Ok(self.ends.len() as u32 - 1)
    }

    pub fn get(&self, at: u32) -> Option<&str> {
        let at = at as usize;
        let end = *self.ends.get(at)? as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start as usize..end)
    }
}

#[derive(Clone, Copy)]
pub struct Row<'t> {
    table: &'t Table,
    row: TableRow,
}

#[derive(Clone, Copy, Debug)]
pub struct Cell<'t> {
    /// Counted from 0.
    pub column: usize,
    pub text: &'t str,
    pub kind: Kind,
    pub note: &'t str,
}

impl<'t> Row<'t> {
    /// Counted from 1.
    pub fn line(self) -> u64 {
        self.row.line.into()
    }

    pub fn is_hidden(self) -> bool {
        let (hidden, line) = (&self.table.hidden, self.row.line);
        let after = hidden.partition_point(|(first, _)| *first <= line);
        let before = after.checked_sub(1).map(|at| hidden[at]);
        before.is_some_and(|(_, last)| line <= last)
    }

    pub fn cells(self) -> impl Iterator<Item = Cell<'t>> {
        let cells = self.table.cells_of(self.row).iter();
        cells.map(move |cell| self.table.shown(cell))
    }

    pub fn cell(self, column: usize) -> Option<Cell<'t>> {
        let cells = self.table.cells_of(self.row);
        let at = cells.binary_search_by_key(&column, |cell| cell.column as usize);
        at.ok().map(|at| self.table.shown(&cells[at]))
    }
}

impl Table {
    /// Rows that hold something, in ascending order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + Send {
        self.rows.iter().map(|&row| Row { table: self, row })
    }

    /// The cells that are shown as one with this one.
    pub fn merge_at(&self, line: u64, column: usize) -> Option<Merge> {
        let mut merged = self.merged.iter().copied();
        merged.find(|it| {
            (it.rows.0..=it.rows.1).contains(&line)
                && (it.columns.0..=it.columns.1).contains(&column)
        })
    }

    /// Gives cells of a column that are merged downwards, below a line, their value in each row
    /// that shows something. How many merges there are.
    pub fn fill_down(&mut self, column: usize, below: u64) -> u64 {
        let is_below = |it: &&Merge| it.columns == (column, column) && it.rows.0 > below;
        let mut merges: Vec<_> = self.merged.iter().filter(is_below).copied().collect();
        merges.sort_unstable_by_key(|it| it.rows);
        if merges.is_empty() {
            return 0;
        }
        let mut cells = Vec::with_capacity(self.cells.len());
        let (mut at, mut value) = (0, None);
        for index in 0..self.rows.len() {
            let row = self.rows[index];
            let line = u64::from(row.line);
            while merges.get(at).is_some_and(|it| it.rows.1 < line) {
                (at, value) = (at + 1, None);
            }
            let own = self.cells_of(row);
            let start = cells.len() as u32;
            match merges.get(at).filter(|it| it.rows.0 <= line) {
                Some(merge) if merge.rows.0 == line => {
                    value = own.iter().find(|it| it.column as usize == column).copied();
                    cells.extend_from_slice(own);
                }
                Some(_) if own.iter().any(|it| !self.shown(it).text.trim().is_empty()) => {
                    let place = own.partition_point(|it| (it.column as usize) < column);
                    cells.extend_from_slice(&own[..place]);
                    cells.extend(value);
                    let rest = &own[place..];
                    cells.extend(rest.iter().filter(|it| it.column as usize != column));
                }
                _ => cells.extend_from_slice(own),
            }
            let end = cells.len() as u32;
            self.rows[index] = TableRow { start, end, ..row };
        }
        self.cells = cells;
        merges.len() as u64
    }

    fn cells_of(&self, row: TableRow) -> &[TableCell] {
        let cells = self.cells.get(row.start as usize..row.end as usize);
        cells.unwrap_or_default()
    }

    fn shown(&self, cell: &TableCell) -> Cell<'_> {
        let texts = if cell.is_shared {
            &self.shared
        } else {
            &self.texts
        };
        let note = cell.note.and_then(|note| self.texts.get(note));
        Cell {
            column: cell.column as usize,
            text: texts.get(cell.text).unwrap_or_default(),
            kind: cell.kind,
            note: note.unwrap_or_default(),
        }
    }
}

/// How many columns a spreadsheet has at most (`XFD`).
pub const MAX_COLUMNS: u32 = 16_384;

/// The column that letters name, counted from 0: A, C, AA.
pub fn by_letter(letters: &str) -> Option<usize> {
    let letters = letters.trim();
    let are_letters = letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !are_letters || !(1..=3).contains(&letters.len()) {
        return None;
    }
    let digits = letters.bytes().map(|byte| byte.to_ascii_uppercase() - b'A');
    let number = digits.fold(0, |number, digit| number * 26 + usize::from(digit) + 1);
    (number <= MAX_COLUMNS as usize).then(|| number - 1)
}

/// The letters of a column counted from 0.
pub fn letter(column: usize) -> String {
    let mut letters = match column / 26 {
        0 => String::new(),
        more => letter(more - 1),
    };
    letters.push(char::from(b'A' + (column % 26) as u8));
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_columns_correspond() {
        for (letters, column) in [("A", 0), ("c", 2), ("Z", 25), ("AA", 26), ("XFD", 16_383)] {
            assert_eq!(by_letter(letters), Some(column));
            assert_eq!(letter(column), letters.to_uppercase());
        }
        for none in ["", "A1", "XFE", "AAAA", "中"] {
            assert_eq!(by_letter(none), None, "{none:?}");
        }
    }
}
