//! A table's rows as records of text.

use crate::erp::field::Field;
use crate::language::say;
use crate::sheet::header::Header;
use crate::sheet::input::SheetError;
use crate::sheet::misfit::{
    AMOUNT, BOOLEAN, DATE, FEW_DIGITS, FORMATTED, FORMULA_ERROR, NARROW, NO_VALUE, PERCENTAGE,
    SCIENTIFIC, TIME,
};
use crate::sheet::normalize::is_blank;
use crate::sheet::problem::{CellProblems, NO_PROBLEMS, Problem, Record, RecordReader};
use crate::text::{one_line, quoted};
use crate::workbook::{Cell, Kind, Row, Table};

/// What is known of the orders as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// How many digits the orders have that are texts, where that is certain enough.
    pub digits: Option<usize>,
    /// Whether there are orders at all: then a row of nothing but formulas that came to nothing is
    /// blank, as people see it. Else they were never calculated.
    pub has_orders: bool,
}

/// Goes through a worksheet's rows that are not empty.
pub struct TableRecords<'s> {
    rows: Box<dyn Iterator<Item = Row<'s>> + Send + 's>,
    /// How many fields a record has at least.
    width: usize,
    sent: Option<(Sent, &'s Header)>,
    /// Whether hidden rows are left out.
    visible_only: bool,
    text: String,
    ends: Vec<usize>,
    problems: CellProblems,
}

impl<'s> TableRecords<'s> {
    /// `sent` is what the worksheet sends, where its header is known.
    pub fn new(
        table: &'s Table,
        sent: Option<(Sent, &'s Header)>,
        visible_only: bool,
    ) -> TableRecords<'s> {
        let width = if table.is_ragged { 0 } else { table.width };
        TableRecords {
            rows: Box::new(table.rows()),
            width: sent.map_or(width, |(_, header)| width.max(header.fields.len())),
            sent,
            visible_only,
            text: String::new(),
            ends: Vec::new(),
            problems: NO_PROBLEMS.clone(),
        }
    }
}

fn shows_nothing(row: Row<'_>) -> bool {
    let mut cells = row.cells();
    cells.all(|cell| matches!(cell.kind, Kind::Text | Kind::EmptyText) && is_blank(cell.text))
}

fn problems(row: Row<'_>, sent: Sent, header: &Header) -> CellProblems {
    if sent.has_orders && shows_nothing(row) {
        return NO_PROBLEMS.clone();
    }
    let order = Some((header.order, Field::PurchaseNo, sent.digits));
    let flag = header.flag.column();
    let flag = flag.map(|flag| (flag, Field::FlagName, None));
    [order, flag].map(|column| {
        let (at, field, digits) = column?;
        problem(row.cell(at)?, &header.fields[at], field, digits)
    })
}

impl RecordReader for TableRecords<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let Some(row) = self.rows.next() else {
            return Ok(None);
        };
        if let Some((sent, header)) = self.sent {
            self.problems = problems(row, sent, header);
        }
        self.text.clear();
        self.ends.clear();
        for cell in row.cells() {
            // Blank columns are kept, so that letters mean the same columns here and in results.
            self.ends.resize(cell.column, self.text.len());
            self.text.push_str(cell.text);
            self.ends.push(self.text.len());
        }
        let width = self.width.max(self.ends.len());
        self.ends.resize(width, self.text.len());
        Ok(Some(Record {
            line: row.line(),
            text: &self.text,
            ends: &self.ends,
            left_out: self.visible_only && row.is_hidden(),
            problems: &self.problems,
            open_quote: None,
            is_unended: false,
        }))
    }
}

/// Characters of a number and a format that a message shows.
const MAX_SHOWN: usize = 40;

/// What is wrong with a cell of the column, which is to be sent as the field. `digits` is how many
/// its orders have that are texts, where that is certain enough.
fn problem(cell: Cell<'_>, column: &str, field: Field, digits: Option<usize>) -> Option<Problem> {
    let Cell {
        text, kind, note, ..
    } = cell;
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let says = match kind {
        Kind::Number if are_digits && digits.is_some_and(|digits| text.len() < digits) => {
            FEW_DIGITS
        }
        Kind::Text | Kind::Number => return None,
        Kind::Decimals if field == Field::FlagName => return None,
        // Which of its last zeros belong to the order, nobody can tell.
        Kind::Decimals => AMOUNT,
        Kind::LongNumber => SCIENTIFIC,
        Kind::Date => DATE,
        Kind::Time => TIME,
        Kind::Percentage => PERCENTAGE,
        Kind::Boolean => BOOLEAN,
        Kind::Error => FORMULA_ERROR,
        Kind::NoValue | Kind::EmptyText => NO_VALUE,
        Kind::Narrow => NARROW,
        Kind::Formatted | Kind::Shown => FORMATTED,
    };
    let [text, note] = [text, note].map(|it| one_line(it, MAX_SHOWN));
    let detail = match kind {
        Kind::NoValue | Kind::EmptyText | Kind::Narrow => None,
        Kind::Formatted => Some(say!("misfit-format", "code", stored = text, code = note)),
        Kind::Shown => Some(say!("misfit-format", "detail", stored = note, shown = text)),
        _ if note.is_empty() => Some(quoted(&text)),
        _ => Some(quoted(&note)),
    };
    Some(Problem::of(column, says, detail))
}
