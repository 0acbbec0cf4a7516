//! The results that a file comes from, as an earlier run has left them.

use std::collections::{HashMap, HashSet};
use std::iter;
use std::path::Path;

use jiff::Timestamp;

use super::prove::{Prover, Sent};
use super::read_rows;
use crate::files::error::FileError;
use crate::files::history::{PRECISION, modified};
use crate::files::names::of_other_format;
use crate::files::outcome::Status;
use crate::files::results::open_table;
use crate::files::row_check::{Issuer, RowCheck, origin_part, sent};
use crate::language::say;
use crate::sheet::{Appended, Row, Sheet};

/// Why the results that a file comes from are not updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUpdated {
    #[error("{}", say!("results-missing"))]
    Missing,
    /// They are not as this program writes them.
    #[error("{}", say!("results-of-other-form"))]
    OtherForm,
    #[error("{}", say!("results-with-other-columns"))]
    OtherColumns,
    #[error("{}", say!("results-of-other-account"))]
    OtherAccount,
}

/// Read once.
#[derive(Debug, Default)]
pub struct PastResults {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl PastResults {
    /// The results at `path`, as far as the rows of `sheet` can be theirs.
    ///
    /// # Errors
    ///
    /// If they are there and cannot be read.
    pub fn read(
        path: &Path,
        sheet: &Sheet,
        issuer: Option<&Issuer>,
    ) -> Result<Result<PastResults, NotUpdated>, FileError> {
        let results = match open_table(path)? {
            None => return Ok(Err(NotUpdated::Missing)),
            Some(Ok(table)) if table.appended() == Some(Appended::Outcomes) => table,
            Some(_) => return Ok(Err(NotUpdated::OtherForm)),
        };
        let (order, flag) = sheet.own_places();
        let is_there = |at| counterpart(sheet.columns(), at, results.columns()).is_some();
        let are_there = is_there(order) && flag.is_none_or(is_there);
        if !are_there || results.keeps_sent_flags() != sheet.has_sent_flag() {
            return Ok(Err(NotUpdated::OtherColumns));
        }
        let past = PastResults {
            columns: results.columns().to_vec(),
            rows: read_rows(&results)?,
        };
        let mut checks = past.rows.iter().filter_map(RowCheck::beside);
        let is_others = |it: RowCheck| issuer.is_some_and(|issuer| it.issuer != *issuer);
        if checks.any(is_others) {
            return Ok(Err(NotUpdated::OtherAccount));
        }
        Ok(Ok(past))
    }

    /// All columns, and where the rows of [`PastResults::rows_for`] have their cells: `given` are
    /// those of the file that is given back.
    pub fn columns_with(&self, given: &[String]) -> (Vec<String>, Vec<usize>) {
        let mut beyond = given.len()..;
        let mut columns = self.columns.clone();
        let mut cells: Vec<usize> = (0..columns.len())
            .filter_map(|at| counterpart(&self.columns, at, given).or_else(|| beyond.next()))
            .collect();
        for (at, name) in given.iter().enumerate() {
            if !cells.contains(&at) {
                cells.push(at);
                columns.push(name.clone());
            }
        }
        (columns, cells)
    }

    /// The rows with their cells in the places that they have in the given file; those of columns
    /// that it does not have follow.
    pub fn rows_for(self, given: &[String]) -> Vec<Row> {
        let (_, cells) = self.columns_with(given);
        let own = &cells[..self.columns.len()];
        let places = (0..cells.len()).map(|place| own.iter().position(|it| *it == place));
        let places: Vec<Option<usize>> = places.collect();
        let mut rows = self.rows;
        for row in &mut rows {
            let cell = |at: &Option<usize>| at.and_then(|at| row.cells().get(at));
            let cells = places.iter().map(|at| cell(at).unwrap_or_default());
            row.set_cells(cells.collect());
        }
        rows
    }
}

/// What is the last word on the orders of a sheet.
#[derive(Debug)]
pub enum LastWord {
    /// The rows of the results: the sheet's still are as they were read, and some were corrected,
    /// added, left out or not sent since.
    Results(Vec<Row>),
    /// Its own. The results may have so many corrected or added rows that it does not have.
    Sheet { corrected: u64 },
}

/// Whether the results at `path` are later than the sheet that they come from.
///
/// # Errors
///
/// If the results or the sheet cannot be read.
pub fn last_word(path: &Path, sheet: &Sheet, issuer: &Issuer) -> Result<LastWord, FileError> {
    let Ok(past) = PastResults::read(path, sheet, Some(issuer))? else {
        return Ok(LastWord::Sheet { corrected: 0 });
    };
    let mut rows = past.rows_for(sheet.columns());
    let line = |row: &Row| row.origin().and_then(|it| it.line);
    rows.sort_by_key(|row| line(row).unwrap_or(u64::MAX));
    let mut prover = Prover::new(sheet, rows.iter());
    let (mut checks, mut corrected) = (HashMap::new(), HashMap::<Sent, u64>::new());
    let (mut is_later, mut is_of_sheet) = (false, true);
    for (position, row) in (1..).zip(&mut rows) {
        row.position = position;
        let proof = prover.proof(row, |_| None);
        prover.prove(row, &proof, None);
        let has = |status: Status| {
            row.origin()
                .is_some_and(|it| it.status() == status.as_str())
        };
        let mut is_corrected = line(row).is_none();
        if let Some(check) = RowCheck::beside(row) {
            // A row that cannot be sent keeps the check that it had before it was corrected.
            is_corrected |= check.is_corrected || has(Status::Invalid) && !check.is_of(row, sheet);
            is_later |= check.is_left_out || has(Status::Skipped);
            if check.is_left_out {
                row.leave_out();
            }
            if line(row).is_some() {
                checks.insert(check.origin, check);
            }
        } else {
            is_of_sheet = false;
        }
        if is_corrected {
            is_later = true;
            *corrected.entry(prover.sent(row)).or_default() += 1;
        }
    }
    let mut own = Row::default();
    let mut own_rows = sheet.rows()?;
    while is_later && own_rows.read(&mut own)? {
        let [order, ..] = sent(&own, sheet);
        let origin = origin_part(Some(own.line()), own.position, &order);
        let its = checks.remove(&origin);
        is_of_sheet &= its.is_some_and(|it| it.is_corrected || it.is_of(&own, sheet));
        corrected.remove(&prover.sent(&own));
    }
    Ok(if is_later && is_of_sheet && checks.is_empty() {
        LastWord::Results(rows)
    } else {
        let corrected = corrected.into_values().sum();
        LastWord::Sheet { corrected }
    })
}

/// Whether all rows of an earlier run's results are in the sheet, each with its order and flag.
pub fn are_all_in(path: &Path, sheet: &Sheet, issuer: &Issuer) -> Result<bool, FileError> {
    let Ok(past) = PastResults::read(path, sheet, None)? else {
        return Ok(false);
    };
    let sent = |it: RowCheck| (it.order, it.flag);
    let (mut known, mut row) = (HashSet::new(), Row::default());
    let mut rows = sheet.rows()?;
    while rows.read(&mut row)? {
        known.insert(sent(RowCheck::of(&row, sheet, issuer)));
    }
    let is_in = |row| RowCheck::beside(row).is_some_and(|it| known.contains(&sent(it)));
    Ok(past.rows.iter().all(is_in))
}

/// Whether a person or a spreadsheet has changed rows of an earlier run's file since, or taken away
/// what proves them. `sheet` tells the columns.
pub fn is_edited(path: &Path, sheet: &Sheet) -> bool {
    let is_as_written = |row: &Row| RowCheck::beside(row).is_some_and(|it| it.is_of(row, sheet));
    match PastResults::read(path, sheet, None) {
        Ok(Ok(past)) => !past.rows_for(sheet.columns()).iter().all(is_as_written),
        Ok(Err(why)) => why == NotUpdated::OtherForm,
        Err(_) => true,
    }
}

/// When a file that belongs to these results was written: with them, as they or those in the other
/// format tell. Where they were saved after it, the last of their rows tells when they were written.
pub fn written_with(results: &Path, file: &Path) -> Option<Timestamp> {
    let latest = modified(file)? + PRECISION;
    let both = || iter::once(results.to_owned()).chain(of_other_format(results));
    let times = both().filter_map(|it| modified(&it));
    let with_them = times.filter(|time| *time <= latest).max();
    with_them.or_else(|| both().filter_map(|it| last_time(&it)).min())
}

/// The latest of the times in the rows of results, or of what was read back.
fn last_time(path: &Path) -> Option<Timestamp> {
    let rows = read_rows(&open_table(path).ok()??.ok()?).ok()?;
    let times = rows.iter().filter_map(|row| {
        let cells = &row.origin()?.appended;
        cells.get(cells.len().checked_sub(2)?)?.parse().ok()
    });
    times.max().or_else(|| modified(path))
}

/// Where the column stands among others that has its name, or of several of that name its place
/// among these.
fn counterpart(columns: &[String], at: usize, others: &[String]) -> Option<usize> {
    let name = columns.get(at)?;
    let nth = columns[..at].iter().filter(|it| *it == name).count();
    let same = (0..).zip(others).filter(|(_, it)| *it == name);
    same.map(|(at, _)| at).nth(nth)
}
