//! A file of results, failures or outcomes, read back.

use std::fs;
use std::path::Path;

use super::workbook;

/// Taken apart strictly: every row has as many fields as the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read(path: &Path) -> Self {
        if path.extension().is_some_and(|it| it == "xlsx") {
            return workbook::read(path);
        }
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut csv = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let cells = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect();
        Table {
            header: cells(csv.headers().expect("a header")),
            rows: csv
                .records()
                .map(|row| cells(&row.expect("a whole row")))
                .collect(),
        }
    }

    /// The cells of one column.
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<&str> {
        let at = self.header.iter().position(|column| column == name);
        let at = at.unwrap_or_else(|| panic!("no column {name} in {:?}", self.header));
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// The cells of some columns, row by row.
    #[track_caller]
    pub fn select<const N: usize>(&self, names: [&str; N]) -> Vec<[&str; N]> {
        let columns = names.map(|name| self.column(name));
        (0..self.rows.len())
            .map(|row| std::array::from_fn(|column| columns[column][row]))
            .collect()
    }

    /// The cells of some columns, each row in a line, between commas.
    #[track_caller]
    pub fn text<const N: usize>(&self, names: [&str; N]) -> String {
        let rows = self.select(names).into_iter();
        rows.map(|row| row.join(",") + "\n").collect()
    }

    /// How many rows have this status.
    pub fn count(&self, status: &str) -> usize {
        let statuses = self.column("status").into_iter();
        statuses.filter(|found| *found == status).count()
    }
}
