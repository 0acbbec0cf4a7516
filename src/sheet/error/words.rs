//! The words for what is wrong with a workbook or its worksheets.

use std::fmt;

use super::Fault;
use crate::language::say;
use crate::text::{self, first, first_of, quoted};
use crate::workbook::letter;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Fault::Text(text) | Fault::Missing(text) => return f.write_str(text),
            Fault::Read(error) => say!("sheet-not-read", why = error.to_string()),
            Fault::Empty => say!("sheet-empty"),
            Fault::UnknownWorksheet {
                asked,
                worksheets,
                count,
            } => say!(
                "sheet-unknown-worksheet",
                asked = quoted(asked),
                worksheets = first_of(worksheets, *count)
            ),
            Fault::SeveralWorksheets {
                found,
                are_named: true,
            } => say!("sheet-several-worksheets", worksheets = with_rows(found)),
            Fault::SeveralWorksheets {
                found,
                are_named: false,
            } => say!("sheet-several-tables", tables = with_rows(found)),
            Fault::HiddenWorksheets(found) => {
                say!("sheet-hidden-worksheets", worksheets = with_rows(found))
            }
            Fault::UnreadableWorksheet { name, damage } => say!(
                "sheet-unreadable-worksheet",
                worksheet = quoted(name),
                damage = damage
            ),
            Fault::MergedHeader {
                line,
                header,
                field,
                columns: (from, to),
            } => say!(
                "sheet-merged-header",
                line = line,
                header = quoted(header),
                from = letter(*from),
                to = letter(*to),
                column = field.title(),
                option = field.option()
            ),
        })
    }
}

/// Titles of worksheets with how many rows each has.
fn with_rows(worksheets: &[(String, u64)]) -> String {
    let titles = worksheets.iter().map(|(title, rows)| {
        let rows = text::rows(*rows);
        say!("sheet-with-rows", title = title, rows = rows)
    });
    first(&titles.collect::<Vec<_>>())
}
