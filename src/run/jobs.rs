//! The orders that calls are made for, as the sheet streams by.

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::error::RunError;
use super::event::CalledFor;
use crate::plan::{OrderId, Plan, RowRole};
use crate::sheet::{Row, Rows, Sheet, SheetError};

/// An order, with the row that decides its flag.
pub struct Job {
    pub id: OrderId,
    pub row: CalledFor,
    pub flag: String,
}

pub struct Jobs<'r> {
    sheet: &'r Sheet,
    plan: &'r Plan,
    rows: Rows<'r>,
    row: Row,
    /// By order.
    wanted: Vec<bool>,
}

impl<'r> Jobs<'r> {
    /// `wanted` says of which orders of the plan, by order.
    pub fn of(sheet: &'r Sheet, plan: &'r Plan, wanted: Vec<bool>) -> Result<Jobs<'r>, SheetError> {
        Ok(Jobs {
            sheet,
            plan,
            rows: sheet.rows()?,
            row: Row::default(),
            wanted,
        })
    }

    fn next_job(&mut self) -> Result<Option<Job>, SheetError> {
        while self.rows.read(&mut self.row)? {
            if self.row.is_left_out() {
                continue;
            }
            let line = self.row.line();
            let Ok(entry) = self.row.entry(self.sheet) else {
                continue;
            };
            let role = self.plan.role(line, &entry);
            match role.ok_or_else(|| SheetError::changed(self.sheet.name()))? {
                RowRole::Decides { id } if self.wanted[id.index()] => {
                    return Ok(Some(Job {
                        id,
                        row: CalledFor {
                            place: self.sheet.place(&self.row),
                            order: entry.order.into_owned(),
                        },
                        flag: entry.flag.into_owned(),
                    }));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Iterator for Jobs<'_> {
    type Item = Result<Job, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_job().transpose()
    }
}

/// The workers that make calls.
pub fn pool(workers: usize) -> Result<ThreadPool, RunError> {
    ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|n| format!("worker-{n}"))
        .build()
        .map_err(|error| RunError::Workers(error.to_string()))
}
