//! Records of a sheet, whatever they are read from.

use super::error::SheetError;

pub(super) trait RecordReader {
    /// The next record; none at the end.
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError>;
}

/// The fields' text in one piece, and where each ends.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    pub(super) line: u64,
    pub(super) text: &'r str,
    pub(super) ends: &'r [usize],
    /// Whether the row is hidden, and such rows are not wanted.
    pub(super) left_out: bool,
}

impl<'r> Record<'r> {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, field: usize) -> Option<&'r str> {
        let end = *self.ends.get(field)?;
        let start = field.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).filter_map(move |field| self.get(field))
    }
}
