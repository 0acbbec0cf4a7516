//! Orders and flags of a failures file that a spreadsheet has changed since it was written: sent as
//! they stand, they would be others than anybody meant.

use std::collections::HashMap;
use std::path::Path;

use compact_str::CompactString;
use csv::StringRecord;

use super::damage::is_damaged;
use super::form::{Form, counterpart};
use crate::files::fs::link_target;
use crate::files::results::Existing;
use crate::sheet::{Appended, Problem, Row, Sheet, SheetError, strip_wrapping};

/// By line of the failures file.
pub type Changes = HashMap<u64, Changed>;

#[derive(Debug)]
pub struct Changed {
    pub problem: Problem,
    /// The line of the results' row.
    line: u64,
    /// What the results have in the sheet's own columns, and as its flag where that is in none.
    pub cells: StringRecord,
    pub sent_flag: Option<String>,
}

/// Order and flag that the results have for each line.
struct Before {
    sent: HashMap<u64, [CompactString; 2]>,
}

/// Compares each row of a file of this program's with the row of its line at `path`, where it was
/// written before: in the results, or among all that was read back. Nothing is found where these
/// cannot be read.
pub fn changes(path: &Path, sheet: &Sheet) -> Result<Changes, SheetError> {
    let mut changes = Changes::new();
    let existing = link_target(path).map(|path| Existing::read(&path));
    let Ok(Ok(existing)) = existing else {
        return Ok(changes);
    };
    let header = existing.records().next().and_then(Result::ok);
    let kinds = [Appended::Outcomes, Appended::Readings];
    let form = header.and_then(|header| kinds.into_iter().find_map(|it| Form::of(&header, it)));
    let Some(form) = form else {
        return Ok(changes);
    };
    let (order, flag) = sheet.own_places();
    let there = |at| counterpart(sheet.columns(), at, form.own());
    let order_there = there(order);
    let flag_there = match flag {
        Some(flag) => there(flag),
        None => form.sent_flag_at(),
    };
    let before = Before::of(&existing, &form, [order_there, flag_there]);
    let layout = sheet.layout();
    let flag_column = layout.flag_column.as_deref().unwrap_or_default();
    let mut rows = sheet.rows()?;
    let mut row = Row::default();
    while rows.read(&mut row)? {
        let line = row.origin().and_then(|it| it.line);
        let Some((line, [order_was, flag_was])) =
            line.and_then(|it| before.sent.get_key_value(&it))
        else {
            continue;
        };
        let flag_now = match flag {
            Some(flag) => row.cells().get(flag),
            // What the command line gives is meant.
            None => row.sent_flag().filter(|_| layout.given_flag.is_none()),
        };
        let sent = [
            (&*layout.order_column, order_was, row.cells().get(order)),
            (flag_column, flag_was, flag_now),
        ];
        let problem = sent.into_iter().find_map(|(column, was, now)| {
            let (was, now) = (strip_wrapping(was), strip_wrapping(now?));
            is_damaged(&was, &now).then(|| Problem::changed(column, &was, &now))
        });
        if let Some(problem) = problem {
            let changed = Changed {
                problem,
                line: *line,
                cells: StringRecord::new(),
                sent_flag: None,
            };
            changes.insert(row.line(), changed);
        }
    }
    fill(&mut changes, &existing, &form);
    Ok(changes)
}

/// Adds what the results have.
fn fill(changes: &mut Changes, existing: &Existing, form: &Form) {
    let mut by_line: HashMap<u64, Vec<&mut Changed>> = HashMap::new();
    for changed in changes.values_mut() {
        by_line.entry(changed.line).or_default().push(changed);
    }
    if by_line.is_empty() {
        return;
    }
    for record in existing.records().skip(1).flatten() {
        let line = form.line(&record).flatten();
        for changed in line
            .and_then(|line| by_line.remove(&line))
            .into_iter()
            .flatten()
        {
            changed.cells = form.own_cells(&record);
            changed.sent_flag = form.sent_flag(&record).map(str::to_owned);
        }
    }
}

impl Before {
    fn of(existing: &Existing, form: &Form, places: [Option<usize>; 2]) -> Before {
        let mut before = Before {
            sent: HashMap::new(),
        };
        for record in existing.records().skip(1).flatten() {
            let Some(Some(line)) = form.line(&record) else {
                continue;
            };
            let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
            let sent = places.map(|at| CompactString::new(cell(at)));
            // A line that is named twice is not this program's work: the first one counts.
            before.sent.entry(line).or_insert(sent);
        }
        before
    }
}
