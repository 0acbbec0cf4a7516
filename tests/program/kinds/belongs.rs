//! What belongs together is known by what its rows prove: which rows are whose, which results are the
//! last word, which files of earlier runs are kept and which have had their day.

mod given;
mod interrupted;
mod kept;
mod read_back;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Place, sandbox};

/// A name, and what is done in a place of its own, with a stand-in of its own.
type Case = (&'static str, fn(&Place, &Sandbox));

/// So many go on at once.
const AT_ONCE: usize = 6;

#[test]
fn what_belongs_together() {
    let all = [
        given::CASES,
        interrupted::CASES,
        kept::CASES,
        read_back::CASES,
    ]
    .concat();
    let run = |&(name, case): &Case| {
        let run = AssertUnwindSafe(|| case(&Place::new(), &sandbox()));
        catch_unwind(run).is_err().then_some(name)
    };
    let failed = thread::scope(|scope| {
        let some: Vec<_> = (0..AT_ONCE)
            .map(|nth| all.iter().skip(nth).step_by(AT_ONCE))
            .map(|some| scope.spawn(move || some.filter_map(run).collect::<Vec<_>>()))
            .collect();
        let failed = some.into_iter().map(|it| it.join().expect("caught"));
        failed.collect::<Vec<_>>().concat()
    });
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Replaces texts in what is at the place, the first of each.
fn sheet(place: &Place, rows: &str) {
    place.write("x.csv", format!("purchase_no,flag_name\n{rows}"));
}

/// Some columns of a file, each row in a line.
#[track_caller]
fn rows_are<const N: usize>(place: &Place, name: &str, columns: [&str; N], rows: &str) {
    assert_eq!(place.table(name).text(columns), rows, "{name}");
}

const WHAT: [&str; 3] = ["purchase_no", "flag_name", "status"];
