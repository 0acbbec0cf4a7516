//! What the checks of rows say of them.

use std::collections::HashMap;

use compact_str::CompactString;

use crate::files::error::FileError;
use crate::files::outcome::Status;
use crate::files::row_check::{
    Fit, Issuer, RowCheck, flag_part, is_cut, is_meant, order_part, sent, sources,
};
use crate::language::say;
use crate::sheet::{FEW_DIGITS, Problem, Row, Say, Sheet, strip_wrapping};
use crate::text::quoted;

/// Rows whose flags were exchanged are taken for sorted by themselves from this many on.
const SORTED: usize = 3;
/// And if so many of so many flags are the same as before.
const SORTED_PART: (usize, usize) = (3, 4);

/// Order and flags of a row, as they would be sent.
pub type Sent = [CompactString; 3];

/// It is still the number that was in doubt when it was first read.
const DOUBTFUL: Say = |column| say!("problem-doubtful", column = column);
/// The same of a flag.
const DOUBTFUL_FLAG: Say = |column| say!("problem-doubtful-flag", column = column);
/// A spreadsheet has cut digits of the order.
const CUT: Say = |column| say!("problem-cut", column = column);
/// The order is another row's, as where a column was sorted by itself.
const MOVED: Say = |column| say!("problem-moved", column = column);
/// The flag was changed in another column than the one that is sent.
const IN_VAIN: Say = |column| say!("problem-flag-column", column = column);

/// Whether a number stands where one with zeros before it stood, as a spreadsheet leaves what a person
/// has entered.
fn has_lost_zeros(order: &str, was: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let had_zeros = was.starts_with('0') && is_number(was);
    had_zeros && is_number(order) && order.len() < was.len()
}

pub struct Prover<'s> {
    sheet: &'s Sheet,
    /// The orders that checks are of, and where each comes from if that is one place.
    orders: HashMap<u64, Option<u64>>,
    /// Of the rows whose flag was edited: as it is, and as it was.
    edited: [Vec<u64>; 2],
    pub put_right: u64,
}

/// What the check of a row says of its order.
pub struct Proof {
    check: Option<RowCheck>,
    is_meant: bool,
    fit: Fit,
}

impl Proof {
    pub fn origin(&self) -> Option<u64> {
        self.check.as_ref().map(|check| check.origin)
    }

    pub fn fits(&self) -> bool {
        matches!(self.fit, Fit::Intact | Fit::PutRight(_))
    }
}

impl<'s> Prover<'s> {
    pub fn new<'r>(sheet: &'s Sheet, rows: impl Iterator<Item = &'r Row>) -> Prover<'s> {
        let checks = rows.filter_map(RowCheck::beside);
        let mut orders = HashMap::new();
        for check in checks {
            let origin = orders.entry(check.order).or_insert(Some(check.origin));
            if *origin != Some(check.origin) {
                *origin = None;
            }
        }
        Prover {
            sheet,
            orders,
            edited: [Vec::new(), Vec::new()],
            put_right: 0,
        }
    }

    /// An error if a row is of another account. What the stand-in is given is no more than a trial.
    pub fn check_issuer(&self, rows: &[Row], issuer: &Issuer) -> Result<(), FileError> {
        if issuer.is_demo() {
            return Ok(());
        }
        let checks = rows.iter().filter_map(RowCheck::beside);
        let Some(other) = checks.map(|it| it.issuer).find(|it| it != issuer) else {
            return Ok(());
        };
        let path = self.sheet.name();
        Err(FileError::Refused(if other.is_demo() {
            say!("files-given-of-stand-in", path = path)
        } else {
            say!("files-given-of-other-account", path = path)
        }))
    }

    pub fn sent(&self, row: &Row) -> Sent {
        sent(row, self.sheet).map(CompactString::from)
    }

    /// `known` finds the row of the results that has this origin.
    pub fn proof<'r>(&self, row: &Row, known: impl Fn(u64) -> Option<&'r Row>) -> Proof {
        let cell = row.origin().map_or("", |it| it.check());
        let check = RowCheck::parse(cell);
        let status = row.origin().map(|it| it.status());
        let was_rejected = status == Some(Status::Rejected.as_str());
        let order = |row| strip_wrapping(Row::order_cell(row, self.sheet));
        let fit = check.as_ref().map_or(Fit::Other, |check| {
            let known = known(check.origin).map(order);
            check.fit(&order(row), was_rejected, known.as_deref())
        });
        Proof {
            check,
            is_meant: is_meant(cell),
            fit,
        }
    }

    /// Puts right what a spreadsheet has done to a row of the results. Returns whether it is now as
    /// it was written: of another its status says nothing.
    pub fn restore(&self, row: &mut Row) -> bool {
        let proof = self.proof(row, |_| None);
        if let Fit::PutRight(order) = &proof.fit {
            row.set_order(self.sheet, order);
        }
        let [_, flag, own] = self.sent(row);
        let is_its_flag = |check: &RowCheck| check.flag == flag_part([&flag, &own]);
        proof.fits() && proof.check.as_ref().is_some_and(is_its_flag)
    }

    /// Puts a row right that a spreadsheet has changed, or makes it invalid where what it was is not
    /// known. Returns whether it is as it was when it was written; `its` is its row of the results.
    pub fn prove(&mut self, row: &mut Row, proof: &Proof, its: Option<&Row>) -> bool {
        let order = strip_wrapping(row.order_cell(self.sheet)).into_owned();
        if proof.is_meant {
            row.cell_problems = [None, None];
            return false;
        }
        let Some(check) = &proof.check else {
            if is_cut(&order) {
                self.refuse(row, CUT, &order);
            } else if sources(&order).any(|it| it != order && self.is_known(&it, None)) {
                self.refuse(row, MOVED, &order);
            }
            return false;
        };
        match &proof.fit {
            Fit::Intact => row.cell_problems[0] = None,
            Fit::PutRight(was) => {
                row.set_order(self.sheet, was);
                row.note = say!("note-put-right", now = quoted(&order));
                self.put_right += 1;
            }
            Fit::Cut => {
                self.refuse(row, CUT, &order);
                // Another may be meant, also when it comes back from here.
                let check = RowCheck {
                    doubts: [true, check.doubts[1]],
                    ..check.clone()
                };
                row.set_check(&check.to_string());
            }
            Fit::Other if order.is_empty() => {}
            Fit::Other if check.is_still_doubtful(&order) => self.refuse(row, DOUBTFUL, &order),
            Fit::Other if sources(&order).any(|it| self.is_known(&it, Some(check.origin))) => {
                self.refuse(row, MOVED, &order);
                // It stays so once that row has another order.
                row.set_check(&check.clone().in_doubt(&order).to_string());
            }
            Fit::Other if its.is_some_and(|its| has_lost_zeros(&order, &self.sent(its)[0])) => {
                self.refuse(row, FEW_DIGITS, &order);
            }
            Fit::Other => {}
        }
        let [_, flag, own] = &self.sent(row);
        let part = flag_part([flag, own]);
        if part == check.flag {
            if check.doubts[1] {
                let column = self.sheet.layout().flag_column.as_deref();
                let column = column.unwrap_or_default();
                let problem = Problem::misfit(column, DOUBTFUL_FLAG, flag);
                row.problem.get_or_insert(problem);
            }
            return proof.fits() && !check.doubts[1];
        }
        self.edited[0].push(part);
        self.edited[1].push(check.flag);
        // What is sent stands in a column of this program's.
        let is_in_vain = row.sent_flag().is_some()
            && match its.map(|its| self.sent(its)) {
                Some([_, flag_was, own_was]) => *flag == flag_was && *own != own_was,
                None => !own.is_empty() && own != flag,
            };
        if is_in_vain {
            let problem = Problem::misfit(self.sheet.own_flag_header(), IN_VAIN, own);
            row.problem.get_or_insert(problem);
        }
        false
    }

    fn refuse(&self, row: &mut Row, says: Say, order: &str) {
        let problem = Problem::misfit(&self.sheet.layout().order_column, says, order);
        row.problem.get_or_insert(problem);
    }

    /// Whether the order is that of another row than the one of this origin.
    fn is_known(&self, order: &str, origin: Option<u64>) -> bool {
        let its = self.orders.get(&order_part(order));
        its.is_some_and(|its| its.is_none() || *its != origin)
    }

    /// An error if the flags that were edited are the same as before, at other rows: then their
    /// column was sorted by itself.
    pub fn check_exchanged(&mut self) -> Result<(), FileError> {
        for flags in &mut self.edited {
            flags.sort_unstable();
        }
        let [now, was] = &self.edited;
        let mut left = was.clone();
        let same = now.iter().filter(|flag| {
            let at = left.binary_search(flag);
            at.is_ok_and(|at| left.remove(at) == **flag)
        });
        let same = same.count();
        // A row of them may have been corrected as well.
        if same >= SORTED && same * SORTED_PART.1 >= now.len() * SORTED_PART.0 {
            let (path, rows) = (self.sheet.name(), now.len() as u64);
            let text = say!("files-flags-exchanged", path = path, rows = rows);
            return Err(FileError::Refused(text));
        }
        Ok(())
    }
}
