//! What a row is, once the plan of its sheet is known.

use crate::plan::{Plan, RowRole};
use crate::sheet::{Line, Problem, Row, Sheet, SheetError};

/// `line` is always that of the row that decides for the order.
pub enum Standing {
    /// It is hidden in the sheet, and only visible rows are wanted.
    LeftOut,
    Invalid {
        problem: Problem,
        /// Of a later row that decides for the same order.
        line: Option<Line>,
    },
    Valid(RowRole),
}

impl Standing {
    /// # Errors
    ///
    /// If the sheet has changed since it was planned.
    pub fn of(row: &Row, sheet: &Sheet, plan: &Plan) -> Result<Standing, SheetError> {
        if row.is_left_out() {
            return Ok(Standing::LeftOut);
        }
        let entry = match row.entry(sheet) {
            Ok(entry) => entry,
            Err(problem) => {
                let order = row.order(sheet);
                let line = order.and_then(|order| plan.decided_after(row.line(), &order));
                return Ok(Standing::Invalid { problem, line });
            }
        };
        let role = plan.role(row.line(), &entry);
        role.map(Standing::Valid)
            .ok_or_else(|| SheetError::changed(sheet.name()))
    }

    /// Whether the row, at this line, is the one that decides for its order.
    pub fn decides(&self, line: Line) -> bool {
        match self {
            Standing::Valid(RowRole::Decides { .. }) => true,
            Standing::Valid(RowRole::Conflict { line: last, .. }) => *last == line,
            _ => false,
        }
    }
}
