//! One of a sheet's first lines, which may be its header.

use super::normalize::is_blank;
use super::options::SheetOptions;
use super::own::OwnColumns;
use super::record::Record;
use crate::erp::field::Field;
use crate::language::say;
use crate::text::{all, quoted};
use crate::workbook::letter;

/// One line that may be the header.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) fields: Vec<String>,
    pub(super) own: OwnColumns,
}

impl Line {
    pub(super) fn of(record: Record<'_>, options: &SheetOptions) -> Line {
        let fields: Vec<_> = record.iter().map(str::to_owned).collect();
        Line {
            number: record.line,
            own: OwnColumns::of(&fields, options.is_named_ours),
            fields,
        }
    }

    pub(super) fn own_fields(&self) -> impl Iterator<Item = (usize, &String)> {
        self.own.kept.iter().map(|&at| (at, &self.fields[at]))
    }

    pub(super) fn filled(&self) -> impl Iterator<Item = (usize, &String)> {
        let fields = (0..).zip(&self.fields);
        fields.filter(|(_, field)| !is_blank(field))
    }

    /// A column as messages name it: header and letter.
    pub(super) fn titled(&self, at: usize) -> String {
        say!(
            "sheet-titled-column",
            header = quoted(&self.fields[at]),
            letter = letter(at)
        )
    }

    pub(super) fn ambiguous(&self, field: Field, columns: &[usize]) -> String {
        let columns: Vec<String> = columns.iter().map(|&at| self.titled(at)).collect();
        say!(
            "sheet-ambiguous-column",
            line = self.number,
            column = field.title(),
            columns = all(&columns),
            option = field.option()
        )
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
