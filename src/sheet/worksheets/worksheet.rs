//! One worksheet, held in memory.

use super::choice::Chosen;
use super::merged::{Filled, last_line, merged_down};
use super::records::{TableRecords, count};
use super::sent::Sent;
use crate::sheet::error::Fault;
use crate::sheet::format::Format;
use crate::sheet::header::Header;
use crate::sheet::options::SheetOptions;
use crate::sheet::record::RecordReader;
use crate::sheet::text::TextEncoding;
use crate::sheet::warning::Warning;
use crate::workbook::Table;

#[derive(Debug)]
pub(in crate::sheet) struct Worksheet {
    pub(in crate::sheet) format: Format,
    /// Of a file that is text.
    pub(in crate::sheet) encoding: Option<TextEncoding>,
    /// None for the only table of a web page.
    pub(in crate::sheet) name: Option<String>,
    pub(super) header: Header,
    table: Table,
    sent: Sent,
    /// Whether rows that are hidden are left out.
    visible_only: bool,
    /// Of the columns that are sent, the rows of cells that are merged downwards.
    merged: Vec<(usize, Vec<(u64, u64)>)>,
}

impl Worksheet {
    pub(super) fn of(
        chosen: Chosen,
        format: Format,
        encoding: Option<TextEncoding>,
        options: &SheetOptions,
    ) -> Result<Worksheet, Fault> {
        let (mut header, table) = (chosen.header, chosen.table);
        header.last_line = last_line(&table.shape, &header, chosen.by_letter)?;
        Ok(Worksheet {
            format,
            encoding,
            name: chosen.name,
            merged: merged_down(&table.shape, &header),
            sent: Sent::of(&table, &header),
            header,
            table,
            visible_only: options.visible_only,
        })
    }

    pub(in crate::sheet) fn records(&self) -> Box<dyn RecordReader + Send + '_> {
        let records = TableRecords::new(&self.table, Some(self.sent));
        let records = records.leaving_out_hidden(self.visible_only);
        if self.merged.is_empty() {
            Box::new(records)
        } else {
            Box::new(Filled::new(records, &self.merged))
        }
    }

    /// How many rows are hidden, blank ones not counted.
    fn hidden_rows(&self) -> u64 {
        let shape = &self.table.shape;
        if !shape.has_hidden_rows() {
            return 0;
        }
        let is_hidden = |line| line > self.header.last_line && shape.is_hidden(line);
        count(TableRecords::new(&self.table, None), is_hidden)
    }

    pub(in crate::sheet) fn warnings(&self) -> Vec<Warning> {
        let encoding = self.encoding.and_then(|encoding| encoding.warning());
        let mut warnings: Vec<_> = encoding.into_iter().collect();
        let hidden = self.hidden_rows();
        if hidden > 0 {
            warnings.push(Warning::HiddenRows {
                count: hidden,
                left_out: self.visible_only,
            });
        }
        let merged: usize = self.merged.iter().map(|(_, merges)| merges.len()).sum();
        if merged > 0 {
            warnings.push(Warning::MergedCells {
                count: merged as u64,
            });
        }
        warnings
    }
}
