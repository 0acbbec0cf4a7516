//! What a worksheet says of its rows and cells beside what is in them.

/// Rows are counted from 1, columns from 0.
#[derive(Debug, Default)]
pub struct Shape {
    /// First and last of the rows that are not shown, in ascending order.
    hidden: Vec<(u64, u64)>,
    merged: Vec<Merge>,
}

/// Cells that are shown as one, with the value of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// First and last.
    pub rows: (u64, u64),
    pub columns: (usize, usize),
}

impl Shape {
    pub fn has_hidden_rows(&self) -> bool {
        !self.hidden.is_empty()
    }

    pub fn is_hidden(&self, row: u64) -> bool {
        let after = self.hidden.partition_point(|(first, _)| *first <= row);
        let before = after.checked_sub(1).map(|at| self.hidden[at]);
        before.is_some_and(|(_, last)| row <= last)
    }

    /// The merge that the cell belongs to.
    pub fn merge_at(&self, row: u64, column: usize) -> Option<Merge> {
        let within = |(first, last), at| first <= at && at <= last;
        let mut merged = self.merged.iter().copied();
        merged.find(|it| within_rows(it, row) && within(it.columns, column))
    }

    /// The rows of the column's cells that are merged downwards below the row, in ascending order.
    pub fn merged_down(&self, column: usize, below: u64) -> Vec<(u64, u64)> {
        let merged = self.merged.iter();
        let merged = merged.filter(|it| it.columns == (column, column) && it.rows.0 > below);
        let mut rows: Vec<_> = merged.map(|it| it.rows).collect();
        rows.sort_unstable();
        rows
    }

    pub(super) fn hide(&mut self, first: u64, last: u64) {
        match self.hidden.last_mut() {
            Some((_, before)) if *before + 1 == first => *before = last,
            _ => self.hidden.push((first, last)),
        }
    }

    /// Brings hidden rows into order, in which they need not be told.
    pub(super) fn sort(&mut self) {
        self.hidden.sort_unstable();
    }

    pub(super) fn merge(&mut self, rows: (u64, u64), columns: (usize, usize)) {
        if rows.0 < rows.1 || columns.0 < columns.1 {
            self.merged.push(Merge { rows, columns });
        }
    }
}

fn within_rows(merge: &Merge, row: u64) -> bool {
    merge.rows.0 <= row && row <= merge.rows.1
}
