//! A table held in memory: its cells with text, row by row.

use crate::sheet::error::{Fault, SheetError};
use crate::sheet::header::{FlagSource, Header};
use crate::sheet::normalize::is_blank;
use crate::sheet::record::{Record, RecordReader};

/// How many columns and rows a spreadsheet has at most.
pub(super) const MAX_COLUMNS: u32 = 16_384;
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// So that memory stays bounded, whatever the file.
const MAX_CELLS: usize = 15_000_000;
const MAX_TABLES: usize = 10_000;
/// Of one cell; spreadsheets take 32 KiB.
pub(super) const MAX_TEXT: usize = 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Table {
    /// A worksheet's name.
    pub(super) name: Option<String>,
    pub(super) is_hidden: bool,
    text: String,
    /// In the order of rows and columns, counted from 0.
    cells: Vec<Cell>,
    merged: Vec<Merged>,
    instead: Vec<Instead>,
    /// Rows that are not shown and have text.
    hidden: Vec<u32>,
    width: u32,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    row: u32,
    column: u32,
    /// Where its text ends; it begins where that of the cell before ends.
    end: u32,
}

/// A cell with text that spans several rows or columns.
#[derive(Clone, Copy, Debug)]
struct Merged {
    cell: u32,
    height: u32,
    width: u32,
}

/// The text of a cell where it is an order or a flag, because what is shown is not certainly meant.
#[derive(Debug)]
struct Instead {
    cell: u32,
    text: String,
    /// Only if it is an order.
    only_order: bool,
}

/// What is put into a table.
#[derive(Debug, Default)]
pub(super) struct NewCell<'a> {
    pub(super) row: u32,
    pub(super) column: u32,
    /// How many more rows and columns it spans.
    pub(super) down: u32,
    pub(super) across: u32,
    pub(super) text: &'a str,
    pub(super) sent: Sent,
}

/// How a cell's text reads where it is an order or a flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Sent {
    #[default]
    AsShown,
    As(String),
    /// So if it is an order; as shown if it is a flag.
    OrderAs(String),
}

/// An error if there are more tables than any file has that holds orders.
pub(super) fn check_count(tables: &[Table]) -> Result<(), Fault> {
    match tables.len() {
        0..=MAX_TABLES => Ok(()),
        _ => Err(Fault::BadTable("there are more than 10,000 of them")),
    }
}

impl Table {
    pub(super) fn named(name: String) -> Table {
        Table {
            name: Some(name),
            ..Table::default()
        }
    }

    pub(super) fn push(&mut self, new: NewCell<'_>) -> Result<(), Fault> {
        if is_blank(new.text) && new.sent == Sent::AsShown {
            return Ok(());
        }
        let place = (new.row, new.column);
        let is_next = self
            .cells
            .last()
            .is_none_or(|last| (last.row, last.column) < place);
        if !is_next {
            return Err(Fault::BadTable("its cells are not in order"));
        }
        if new.row >= MAX_ROWS || new.column >= MAX_COLUMNS {
            return Err(Fault::BadTable("it is larger than a worksheet can be"));
        }
        if new.text.len() > MAX_TEXT {
            return Err(Fault::BadTable("a cell holds more than 1 MiB"));
        }
        if self.cells.len() + self.merged.len() + self.instead.len() > MAX_CELLS {
            return Err(Fault::TooManyCells);
        }
        let cell = self.cells.len() as u32;
        self.text.push_str(new.text);
        let end = u32::try_from(self.text.len()).map_err(|_| Fault::TooManyCells)?;
        self.cells.push(Cell {
            row: new.row,
            column: new.column,
            end,
        });
        self.width = self.width.max(new.column + 1);
        if new.down > 0 || new.across > 0 {
            self.merged.push(Merged {
                cell,
                height: new.down + 1,
                width: new.across + 1,
            });
        }
        let (text, only_order) = match new.sent {
            Sent::AsShown => return Ok(()),
            Sent::As(text) => (text, false),
            Sent::OrderAs(text) => (text, true),
        };
        self.instead.push(Instead {
            cell,
            text,
            only_order,
        });
        Ok(())
    }

    /// The last row is not shown.
    pub(super) fn hide(&mut self, row: u32) {
        if self.cells.last().is_some_and(|last| last.row == row) {
            self.hidden.push(row);
        }
    }

    /// All rows, as they are shown.
    pub(super) fn rows(&self) -> TableRows<'_> {
        TableRows {
            table: self,
            next: 0,
            columns: [None, None],
            filled: [Fill::default(), Fill::default()],
            visible_only: false,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// All rows, the order's and the flag's cell as they are to be sent: cells that are merged
    /// over rows are filled down.
    pub(super) fn rows_below(&self, header: &Header, visible_only: bool) -> TableRows<'_> {
        TableRows {
            columns: columns(header),
            visible_only,
            ..self.rows()
        }
    }

    /// The last line and the last column of the cell here, if it is merged over several.
    pub(super) fn merged_at(&self, line: u64, column: usize) -> Option<(u64, usize)> {
        let mut merged = self.merged.iter();
        merged.find_map(|merged| {
            let cell = self.cells[merged.cell as usize];
            let is_it = u64::from(cell.row) + 1 == line && cell.column as usize == column;
            let ends = (
                u64::from(cell.row + merged.height),
                (cell.column + merged.width - 1) as usize,
            );
            is_it.then_some(ends)
        })
    }

    /// How many cells of orders and flags below the header are merged over rows.
    pub(super) fn merged_down(&self, header: &Header) -> u64 {
        let columns = columns(header);
        let below = |merged: &&Merged| {
            let cell = self.cells[merged.cell as usize];
            merged.is_down()
                && columns.contains(&Some(cell.column))
                && u64::from(cell.row) >= header.last_line
        };
        self.merged.iter().filter(below).count() as u64
    }

    /// How many rows below the header are not shown.
    pub(super) fn hidden_rows(&self, header: &Header) -> u64 {
        let below = |row: &&u32| u64::from(**row) >= header.last_line;
        self.hidden.iter().filter(below).count() as u64
    }

    fn is_hidden(&self, row: u32) -> bool {
        self.hidden.binary_search(&row).is_ok()
    }

    fn text_of(&self, cell: usize) -> &str {
        let start = cell
            .checked_sub(1)
            .map_or(0, |before| self.cells[before].end);
        &self.text[start as usize..self.cells[cell].end as usize]
    }

    /// What is sent for a cell in the column of orders or of flags.
    fn sent_text(&self, cell: usize, is_order: bool) -> &str {
        let found = self
            .instead
            .binary_search_by_key(&(cell as u32), |it| it.cell);
        match found.map(|at| &self.instead[at]) {
            Ok(instead) if is_order || !instead.only_order => &instead.text,
            _ => self.text_of(cell),
        }
    }
}

impl Merged {
    fn is_down(&self) -> bool {
        self.height > 1 && self.width == 1
    }
}

/// The columns of orders and of flags.
fn columns(header: &Header) -> [Option<u32>; 2] {
    let flag = match header.flag {
        FlagSource::Column(at) | FlagSource::SentFlag(at) => Some(at as u32),
        FlagSource::Given(_) => None,
    };
    [Some(header.order as u32), flag]
}

/// Goes through a table's rows that have text.
pub(super) struct TableRows<'t> {
    table: &'t Table,
    /// The cell to be read next.
    next: usize,
    columns: [Option<u32>; 2],
    filled: [Fill; 2],
    visible_only: bool,
    text: String,
    ends: Vec<usize>,
}

/// How far a merged cell is filled down.
#[derive(Clone, Copy, Default)]
struct Fill {
    /// Merged cells looked at so far.
    seen: usize,
    cell: usize,
    /// The row after the last.
    until: u32,
}

impl TableRows<'_> {
    /// The cell that fills this column of orders (0) or flags (1) in a row below its own.
    fn fill(&mut self, column: usize, row: u32) -> Option<usize> {
        let wanted = self.columns[column]?;
        let fill = &mut self.filled[column];
        while let Some(merged) = self.table.merged.get(fill.seen) {
            let cell = self.table.cells[merged.cell as usize];
            if cell.row >= row {
                break;
            }
            fill.seen += 1;
            if cell.column == wanted && merged.is_down() {
                fill.cell = merged.cell as usize;
                fill.until = cell.row + merged.height;
            }
        }
        (row < fill.until).then_some(fill.cell)
    }

    fn push(&mut self, column: u32, cell: usize) {
        self.ends.resize(column as usize, self.text.len());
        let sent = self.columns.iter().position(|&it| it == Some(column));
        self.text.push_str(match sent {
            Some(at) => self.table.sent_text(cell, at == 0),
            None => self.table.text_of(cell),
        });
        self.ends.push(self.text.len());
    }
}

impl RecordReader for TableRows<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let Some(first) = self.table.cells.get(self.next) else {
            return Ok(None);
        };
        let row = first.row;
        let start = self.next;
        let cells = &self.table.cells[start..];
        self.next += cells.iter().take_while(|cell| cell.row == row).count();
        self.text.clear();
        self.ends.clear();
        let mut fills: Vec<(u32, usize)> = (0..2)
            .filter_map(|at| Some((self.columns[at]?, self.fill(at, row)?)))
            .collect();
        fills.sort_unstable();
        let mut fills = fills.into_iter().peekable();
        for cell in start..self.next {
            let column = self.table.cells[cell].column;
            while let Some((at, from)) = fills.next_if(|(at, _)| *at <= column) {
                if at < column {
                    self.push(at, from);
                }
            }
            self.push(column, cell);
        }
        for (at, from) in fills {
            self.push(at, from);
        }
        self.ends.resize(self.table.width as usize, self.text.len());
        Ok(Some(Record {
            worksheet: 0,
            line: u64::from(row) + 1,
            text: &self.text,
            ends: &self.ends,
            left_out: self.visible_only && self.table.is_hidden(row),
        }))
    }
}
