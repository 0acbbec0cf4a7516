//! One worksheet, held in memory.

use calamine::{Data, Range};

use super::choice::Chosen;
use super::merged::{Filled, last_line, merged_down};
use super::shape::Shape;
use super::{Cells, count};
use crate::sheet::error::Fault;
use crate::sheet::header::Header;
use crate::sheet::options::SheetOptions;
use crate::sheet::record::RecordReader;
use crate::sheet::warning::Warning;

#[derive(Debug)]
pub(super) struct Worksheet {
    pub(super) name: String,
    pub(super) header: Header,
    range: Range<Data>,
    /// None where it cannot be told.
    shape: Option<Shape>,
    /// Whether rows that are hidden are left out.
    visible_only: bool,
    /// Of the columns that are sent, the rows of cells that are merged downwards.
    merged: Vec<(usize, Vec<(u64, u64)>)>,
}

impl Worksheet {
    pub(super) fn of(
        chosen: Chosen,
        shape: Option<Shape>,
        options: &SheetOptions,
    ) -> Result<Worksheet, Fault> {
        let mut header = chosen.header;
        let mut merged = Vec::new();
        if let Some(shape) = &shape {
            header.last_line = last_line(shape, &header, chosen.by_letter)?;
            merged = merged_down(shape, &header);
        } else if options.visible_only {
            return Err(Fault::UnknownHiddenRows);
        }
        Ok(Worksheet {
            name: chosen.name,
            header,
            range: chosen.range,
            shape,
            visible_only: options.visible_only,
            merged,
        })
    }

    pub(super) fn records(&self) -> Box<dyn RecordReader + Send + '_> {
        let left_out = self.shape.as_ref().filter(|_| self.visible_only);
        let cells = Cells {
            left_out,
            ..Cells::new(&self.range, Some(self.header.order))
        };
        match self.merged.is_empty() {
            true => Box::new(cells),
            false => Box::new(Filled::new(cells, &self.merged)),
        }
    }

    /// How many rows are hidden, blank ones not counted.
    fn hidden_rows(&self) -> u64 {
        let Some(shape) = self.shape.as_ref().filter(|it| it.has_hidden_rows()) else {
            return 0;
        };
        let is_hidden = |line| line > self.header.last_line && shape.is_hidden(line);
        count(Cells::new(&self.range, None), is_hidden)
    }
}

/// What should be said about worksheets that are read as one sheet.
pub(super) fn warnings<'s>(worksheets: impl Iterator<Item = &'s Worksheet>) -> Vec<Warning> {
    let worksheets: Vec<_> = worksheets.collect();
    let mut warnings = Vec::new();
    if worksheets.iter().any(|it| it.shape.is_none()) {
        warnings.push(Warning::UnknownShape);
    }
    let hidden = worksheets.iter().map(|it| it.hidden_rows()).sum();
    if hidden > 0 {
        warnings.push(Warning::HiddenRows {
            count: hidden,
            left_out: worksheets.iter().any(|it| it.visible_only),
        });
    }
    let columns = worksheets.iter().flat_map(|it| &it.merged);
    let merged: usize = columns.map(|(_, merges)| merges.len()).sum();
    if merged > 0 {
        warnings.push(Warning::MergedCells {
            count: merged as u64,
        });
    }
    warnings
}
