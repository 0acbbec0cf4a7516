//! Correcting: a run over the results with the given rows in place, where the last row of each order
//! decides and rows with success need no call.

mod past;
mod prove;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::error::FileError;
use super::outcome::Status;
use super::row_check::{Issuer, RowCheck};
use crate::language::say;
use crate::sheet::{Appended, Part, Row, Sheet, SheetError};
pub use past::{LastWord, NotUpdated, PastResults, are_all_in, is_edited, last_word, written_with};
use prove::{Proof, Prover, Sent};

/// What a file that is given back comes to.
#[derive(Debug)]
pub struct Correction {
    /// The sheet's own columns in the results: those that they had, then those that the given file
    /// has more.
    pub columns: Vec<String>,
    /// Where a row has the cells of these.
    pub cells: Vec<usize>,
    /// Whether the file was of outcomes, which results have, and not of readings.
    pub is_of_outcomes: bool,
    /// Why the results that the rows come from are not updated.
    pub not_updated: Option<NotUpdated>,
    /// Rows of the results before.
    pub known: u64,
    /// Rows that a person has added.
    pub added: u64,
    /// Rows that a spreadsheet has changed, and that are put right.
    pub put_right: u64,
}

impl Correction {
    pub fn is_update(&self) -> bool {
        self.not_updated.is_none()
    }

    /// What people should know of the rows beside what becomes of them.
    pub fn notes(&self) -> Vec<String> {
        let (added, put_right) = (self.added, self.put_right);
        let added = (added > 0).then(|| say!("event-rows-added", rows = added));
        let put_right = (put_right > 0).then(|| say!("event-rows-put-right", rows = put_right));
        added.into_iter().chain(put_right).collect()
    }
}

/// Puts the rows of a file that is given back in the place of those that they come from: the sheet
/// then holds all rows of the results. `issuer` is that of the run; none where nothing is sent.
///
/// # Errors
///
/// If the file is of another account, or its flags were exchanged.
pub fn correct(
    sheet: &mut Sheet,
    past: Result<PastResults, NotUpdated>,
    issuer: Option<&Issuer>,
) -> Result<Correction, FileError> {
    let mut given = read_rows(sheet)?;
    let not_updated = past.as_ref().err().copied();
    let past = past.unwrap_or_default();
    let (columns, cells) = past.columns_with(sheet.columns());
    let mut all = past.rows_for(sheet.columns());
    // Both files may have been sorted.
    let line = |row: &Row| row.origin().and_then(|it| it.line).unwrap_or(u64::MAX);
    all.sort_by_key(line);
    let known = all.len() as u64;

    let mut prover = Prover::new(sheet, all.iter().chain(&given));
    if let Some(issuer) = issuer {
        prover.check_issuer(&given, issuer)?;
    }
    let places = Places::of(&mut all, &prover);
    // What is hidden in the sheet is not given back: to send it, the sheet itself is run.
    given.retain_mut(|row| {
        let check = RowCheck::beside(row).filter(|it| it.is_left_out && !it.is_meant);
        if check.is_some() {
            row.leave_out();
        }
        check.is_none_or(|it| !places.by_origin.contains_key(&it.origin))
    });
    let known_row = |origin| places.by_origin.get(&origin).map(|&at| &all[at]);
    let proofs = given.iter().map(|row| prover.proof(row, known_row));
    let proofs: Vec<Proof> = proofs.collect();
    let claimants = claimants(&proofs);
    let mut copies = HashSet::new();
    let mut others = Vec::new();
    for (at, (mut row, proof)) in given.into_iter().zip(proofs).enumerate() {
        let origin = proof.origin();
        let is_claimant = origin.is_some_and(|origin| claimants[&origin] == at);
        let its = origin.filter(|_| is_claimant);
        let its = its.and_then(|origin| places.by_origin.get(&origin).copied());
        if row.is_left_out() && its.is_some() {
            row.part = Part::Kept;
            others.push(row);
            continue;
        }
        let sent = prover.sent(&row);
        // One that a person has added may have been sent before.
        let added = places.added.get(&sent).filter(|_| !is_claimant).copied();
        let is_settled = |at: usize| all[at].part.is_settled();
        let added = added.filter(|&at| is_settled(at) || !is_claimed(&all[at], &claimants));
        let is_unedited = its.is_some_and(|at| is_settled(at) && prover.sent(&all[at]) == sent)
            || added.is_some_and(|at| origin.is_some() || is_settled(at))
            || prover.prove(&mut row, &proof, its.map(|at| &all[at]));
        let sent = prover.sent(&row);
        if origin.is_some() && !copies.insert((origin, sent.clone())) {
            continue;
        }
        if let Some(its) = added.and_then(|at| all[at].origin()) {
            row.set_check(its.check());
        }
        if let Some(at) = its.or(added) {
            // With success and unedited the row of the results stays as it is.
            if is_settled(at) && (is_unedited || prover.sent(&all[at]) == sent) {
                all[at].settle_at(row.line());
            } else {
                row.take_place_of(&all[at]);
                all[at] = row;
            }
            continue;
        }
        if not_updated.is_none() || !is_claimant {
            let check = row.origin().map(|it| it.check().to_owned());
            row.forget_origin(check.as_deref().filter(|_| is_claimant));
        }
        others.push(row);
    }
    prover.check_exchanged()?;
    let put_right = prover.put_right;
    others.sort_by_key(line);
    let is_added = |row: &&Row| line(row) == u64::MAX && !row.is_left_out();
    let added = others.iter().filter(is_added).count() as u64;
    all.append(&mut others);
    for (position, row) in (1..).zip(&mut all) {
        row.position = position;
    }
    sheet.hold(all);
    Ok(Correction {
        columns,
        cells,
        is_of_outcomes: sheet.appended() == Some(Appended::Outcomes),
        not_updated,
        known,
        added,
        put_right,
    })
}

pub(super) fn read_rows(sheet: &Sheet) -> Result<Vec<Row>, SheetError> {
    let (mut all, mut row) = (Vec::new(), Row::default());
    let mut rows = sheet.rows()?;
    while rows.read(&mut row)? {
        all.push(row.clone());
    }
    Ok(all)
}

/// Where the results have rows that may be given back.
#[derive(Default)]
struct Places {
    by_origin: HashMap<u64, usize>,
    /// Those without a line, by what was sent.
    added: HashMap<Sent, usize>,
}

impl Places {
    /// Puts the rows of the results right, and says which are settled.
    fn of(all: &mut [Row], prover: &Prover<'_>) -> Places {
        let mut places = Places::default();
        for (at, row) in all.iter_mut().enumerate() {
            let is_as_written = prover.restore(row);
            let status = row.origin().and_then(|it| Status::of(it.status()));
            row.part = if is_as_written && status.is_some_and(Status::is_settled) {
                Part::KeptSettled
            } else {
                Part::Kept
            };
            if let Some(check) = RowCheck::beside(row) {
                places.by_origin.entry(check.origin).or_insert(at);
            }
            if row.origin().is_some_and(|it| it.line.is_none()) {
                places.added.entry(prover.sent(row)).or_insert(at);
            }
        }
        places
    }
}

/// Whether a row of the results is given back by its check.
fn is_claimed(row: &Row, claimants: &HashMap<u64, usize>) -> bool {
    RowCheck::beside(row).is_some_and(|it| claimants.contains_key(&it.origin))
}

/// Of the rows that say they come from the same one: the first whose order is that one's, else the
/// first. The others are copies, or were filled down.
fn claimants(proofs: &[Proof]) -> HashMap<u64, usize> {
    let mut claimants = HashMap::new();
    for (at, proof) in proofs.iter().enumerate() {
        let Some(origin) = proof.origin() else {
            continue;
        };
        let first = *claimants.entry(origin).or_insert(at);
        if !proofs[first].fits() && proof.fits() {
            claimants.insert(origin, at);
        }
    }
    claimants
}
