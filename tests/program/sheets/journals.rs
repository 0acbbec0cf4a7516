//! Journals do not outlive what was recorded in them.

use std::fs;

use super::{HEADER, first_run};
use crate::harness::{Place, sandbox};

#[test]
fn that_of_a_sheet_ends_with_a_correction() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        format!("{HEADER}CG1,aa\nCG404,aa\nCG2,aa\nCG3,aa\n"),
    );
    place.runs(&erp, "x.csv -j1 --max-failures 1", 3);
    let text = place.read("x.failures.csv").replace("CG404", "CG4");
    place.write("x.failures.csv", text + "CG1,加急,,,,,,\n");
    place.runs(&erp, "x.failures.csv", 0);
    let corrected = place.read("x.results.csv");
    place.runs(&erp, "x.csv", 1);
    let files = place.files();
    let kept = files.iter().find(|name| name.starts_with("x.results.2"));
    assert_eq!(place.read(kept.expect("kept")), corrected);
    assert_eq!(erp.flags()["CG1"], "aa", "as the results say");
}

#[test]
fn nor_where_the_results_are_not_there_to_be_corrected() {
    let rows = |flag: &str| format!("{HEADER}CG1,{flag}\nCG404,aa\nCG2,aa\n");
    let (place, erp) = first_run(&rows("没有"));
    let failures = place.read("x.failures.csv");
    place.write("x.csv", rows("aa"));
    place.runs(&erp, "x.csv -j1 --max-failures 1", 3);
    fs::remove_file(place.path("x.results.csv")).expect("there");
    place.write("x.failures.csv", failures.replace("没有", "加急"));
    let run = place.runs(&erp, "x.failures.csv", 1);
    run.says("cannot be continued any more");
    assert_eq!(erp.flags()["CG1"], "加急");
    place.runs(&erp, "x.csv", 1);
    assert_eq!(place.statuses("x.results.csv")[0], "ok");
    assert_eq!(erp.flags()["CG1"], "aa", "as the results say");
}

#[test]
fn that_of_a_correction_ends_with_the_failures() {
    let sheet = |flag: &str| format!("{HEADER}CG1,{flag}\nCG2,{flag}\nCG404,aa\n");
    let (place, erp) = first_run(&sheet("没有"));
    let put_right = || {
        let text = place.read("x.failures.csv").replace("没有", "aa");
        place.write("x.failures.csv", text);
    };
    put_right();
    place.runs(&erp, "x.failures.csv -j1 --max-failures 1", 3);
    // Other nights: another flag, and then one that does not exist.
    for flag in ["加急", "没有"] {
        place.write("x.csv", sheet(flag));
        place.runs(&erp, "x.csv", 1);
    }
    put_right();
    place.runs(&erp, "x.failures.csv", 1);
    assert_eq!(erp.flags()["CG1"], "aa", "as the results say");
}
