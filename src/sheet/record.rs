//! Records of a sheet, whatever they are read from.

use super::input::SheetError;
use super::normalize::is_blank;
use super::problem::Problem;

pub trait RecordReader {
    /// The next record; none at the end.
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError>;
}

/// The fields' text in one piece, and where each ends.
#[derive(Clone, Copy)]
pub struct Record<'r> {
    pub line: u64,
    pub text: &'r str,
    pub ends: &'r [usize],
    /// Whether the row is hidden, and such rows are not wanted.
    pub left_out: bool,
    /// What is wrong with the cells of the order and the flag, whatever their text.
    pub problems: &'r CellProblems,
}

pub type CellProblems = [Option<Problem>; 2];

pub static NO_PROBLEMS: CellProblems = [None, None];

impl<'r> Record<'r> {
    pub fn is_blank(&self) -> bool {
        is_blank(self.text) && self.problems.iter().all(Option::is_none)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, field: usize) -> Option<&'r str> {
        let end = *self.ends.get(field)?;
        let start = field.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    pub fn iter(self) -> impl Iterator<Item = &'r str> {
        (0..self.len()).filter_map(move |field| self.get(field))
    }
}
