//! What is read from sheets, and what is sent of it.

mod bombs;
mod changed;
mod conflicts;
mod correcting;
mod damaged;
mod failures;
mod formats;
mod hidden;
mod journals;
mod markup;
mod random;

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Place, sandbox};

const HEADER: &str = "purchase_no,flag_name\n";
/// Line 2 is accepted, 3 to 5 are not.
const SHEET: &str = "purchase_no,flag_name,备注\nCG1,aa,一\nCG404,加急,二\n,aa,三\nCG4,没有,四\n";

/// A place where a sheet, of which rows fail, was carried as `x.csv`.
#[track_caller]
fn first_run(sheet: &str) -> (Place, Sandbox) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", sheet);
    place.runs(&erp, "x.csv", 1);
    (place, erp)
}
