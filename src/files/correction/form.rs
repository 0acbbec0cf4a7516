//! The columns of results, as their header has them.

use csv::StringRecord;

use crate::files::results::ResultsColumns;
use crate::sheet::{Appended, EXTRA_FIELDS, SENT_FLAG};

#[derive(Debug)]
pub struct Form {
    header: Vec<String>,
    appended: Appended,
    /// How many of the columns are the sheet's own.
    own: usize,
    pub sent_flag: bool,
    extra_fields: bool,
}

impl Form {
    /// `None` unless the columns are those that this program writes, with these at the end.
    pub fn of(header: &StringRecord, appended: Appended) -> Option<Form> {
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        let mut own = header.len().checked_sub(appended.columns().len())?;
        if header[own..] != *appended.columns() {
            return None;
        }
        let mut cut = |name: &str| {
            let has = own.checked_sub(1).is_some_and(|last| header[last] == name);
            own -= usize::from(has);
            has
        };
        let extra_fields = cut(EXTRA_FIELDS);
        let sent_flag = cut(SENT_FLAG);
        Some(Form {
            appended,
            own,
            sent_flag,
            extra_fields,
            header,
        })
    }

    /// The sheet's own columns.
    pub fn own(&self) -> &[String] {
        &self.header[..self.own]
    }

    pub fn columns(&self) -> ResultsColumns<'_> {
        ResultsColumns {
            own: self.own(),
            sent_flag: self.sent_flag,
            extra_fields: self.extra_fields,
            appended: self.appended,
        }
    }

    pub fn own_cells(&self, record: &StringRecord) -> StringRecord {
        record.iter().take(self.own).collect()
    }

    pub fn sent_flag_at(&self) -> Option<usize> {
        self.sent_flag.then_some(self.own)
    }

    pub fn sent_flag<'r>(&self, record: &'r StringRecord) -> Option<&'r str> {
        Some(record.get(self.sent_flag_at()?).unwrap_or_default())
    }

    /// Whether a record has as many cells as the header.
    pub fn has_shape(&self, record: &StringRecord) -> bool {
        record.len() == self.header.len()
    }

    pub fn status<'r>(&self, record: &'r StringRecord) -> &'r str {
        record.get(self.line_at() + 1).unwrap_or_default()
    }

    pub fn finished_at<'r>(&self, record: &'r StringRecord) -> &'r str {
        record.get(self.header.len() - 1).unwrap_or_default()
    }

    fn line_at(&self) -> usize {
        self.header.len() - self.appended.columns().len()
    }

    /// The line of a record, `Some(None)` if a person has added it; `None` if that cannot be read.
    pub fn line(&self, record: &StringRecord) -> Option<Option<u64>> {
        let at = self.line_at();
        let line = match record.get(at)? {
            "" => return Some(None),
            line => line.parse().ok()?,
        };
        Some(Some(line))
    }
}

/// Where the column stands among others that has its name, or of several of that name its place
/// among these.
pub fn counterpart(columns: &[String], at: usize, others: &[String]) -> Option<usize> {
    let name = columns.get(at)?;
    let nth = columns[..at].iter().filter(|it| *it == name).count();
    let same = (0..).zip(others).filter(|(_, it)| *it == name);
    same.map(|(at, _)| at).nth(nth)
}
