//! Orders that are given different flags: who decides, what is said, what is sent.

use super::HEADER;
use crate::harness::{Finished, Place, sandbox};

/// What the results then are, what the ERP ends with, how many calls were made, what is said.
#[track_caller]
fn carried(rows: &str, options: &str, code: i32, expected: &str, flags: &str) -> Finished {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", format!("{HEADER}{rows}"));
    let run = place.runs(&erp, &format!("x.csv{options}"), code);
    let results = place.table("x.results.csv");
    let found = results.text(["status", "attempts", "message"]);
    assert_eq!(found, expected);
    let mut held: Vec<_> = erp.flags().into_iter().collect();
    held.sort();
    let held = held
        .into_iter()
        .map(|(order, flag)| format!("{order} {flag}"));
    assert_eq!(held.collect::<Vec<_>>().join(", "), flags);
    let calls = expected.matches(",1,").count();
    assert_eq!(erp.stats().calls, calls as u64, "one call an order");
    run
}

const ROWS: &str = "CG1,aa\nCG2,aa\nCG1,加急\nCG2,aa\nCG1,aa\nCG1,无\n";

#[test]
fn by_default_the_last_row_decides_and_a_warning_counts_the_orders() {
    let results = "superseded,0,line 7 decides\nok,0,same as line 5\nsuperseded,0,line 7 decides\n\
                   ok,1,\nsuperseded,0,line 7 decides\nok,1,\n";
    let run = carried(ROWS, "", 0, results, "CG2 aa");
    run.says("warning: 1 order is given different flags; the last row of each decides");
    // A row that is invalid decides nothing.
    let run = carried(
        "CG1,aa\nCG1,加急\nCG1,\nCG1,aa,more\n CG2,aa \nCG2,aa\n",
        "",
        1,
        "superseded,0,line 3 decides\nok,1,\n\
         invalid,0,flag_name is empty\n\
         invalid,0,wrong number of fields: more than the 2 of the header; correct the rows, and \
         put quotes around a cell that contains the delimiter (3 instead of 2)\n\
         ok,0,same as line 7\nok,1,\n",
        "CG1 加急, CG2 aa",
    );
    run.says("warning: 1 order is given");
}

#[test]
fn with_on_conflict_invalid_such_orders_are_not_sent_at_all() {
    let conflict = "invalid,0,the order is given different flags; its last row is line 7\n";
    let fine = ["ok,0,same as line 5\n", "ok,1,\n"];
    let results = [conflict, fine[0], conflict, fine[1], conflict, conflict].concat();
    let run = carried(ROWS, " --on-conflict invalid", 1, &results, "CG2 aa");
    run.says("warning: 1 order is given different flags and will not be sent");
}
