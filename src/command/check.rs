//! `check`: what would be sent?

use std::collections::BTreeMap;

use crate::cli::CheckArgs;
use crate::command::{Failure, SOME_FAILED, open_sheet};
use crate::console::{Console, counted, print};
use crate::run::{OnConflict, Plan};

pub(super) fn check(args: CheckArgs, _console: &Console) -> Result<u8, Failure> {
    let sheet = open_sheet(args.sheet).map_err(Failure::usage)?;
    let mut flags = BTreeMap::<String, u64>::new();
    let mut problems = Vec::new();
    let plan = Plan::build(&sheet, args.on_conflict.into(), |row, entry| match entry {
        Ok(entry) => match flags.get_mut(entry.flag.as_ref()) {
            Some(count) => *count += 1,
            None => {
                flags.insert(entry.flag.clone().into_owned(), 1);
            }
        },
        Err(problem) => problems.push((row.line(), problem.to_string())),
    })
    .map_err(Failure::usage)?;
    print(format_args!(
        "{}: {}, {} invalid\n{} to be made, for {}\n",
        sheet.name(),
        counted(plan.rows(), "row", "rows"),
        plan.invalid(),
        counted(plan.calls(), "call", "calls"),
        counted(plan.orders(), "distinct order", "distinct orders"),
    ));
    for (flag, count) in flags {
        print(format_args!("{count:>8}  {flag}\n"));
    }
    if plan.conflicts() > 0 {
        let orders = counted(plan.conflicts(), "order is", "orders are");
        print(format_args!("{orders} given different flags\n"));
    }
    for (line, problem) in &problems {
        print(format_args!("line {line}: {problem}\n"));
    }
    let refused = plan.on_conflict() == OnConflict::Invalid && plan.conflicts() > 0;
    Ok(if problems.is_empty() && !refused {
        0
    } else {
        SOME_FAILED
    })
}
