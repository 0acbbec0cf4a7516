//! Records of a sheet, whatever they are read from.

use super::error::SheetError;
use super::normalize::is_blank;
use super::problem::Problem;

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
    /// What is wrong with the cells of the order and the flag, whatever their text.
    pub(super) problems: &'r CellProblems,
}

pub(super) type CellProblems = [Option<Problem>; 2];

pub(super) static NO_PROBLEMS: CellProblems = [None, None];

impl<'r> Record<'r> {
    pub(super) fn is_blank(&self) -> bool {
        is_blank(self.text) && self.problems.iter().all(Option::is_none)
    }

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
