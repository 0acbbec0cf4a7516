//! The two files: workbooks, names, what stands in their place.

use super::{DIFFERENT, VERIFIED, there};
use crate::harness::{Place, ScriptedServer, finish, http, sandbox_with, save_workbook, start};
use wdt_flags::sandbox::{Config, Sandbox};

/// A stand-in where one of the orders of `orders.csv` carries its flag.
fn erp(place: &Place) -> Sandbox {
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    sandbox_with(Config {
        orders: there(&[("CG1", "aa"), ("CG2", "=1+1")], 1),
        ..Config::default()
    })
}

#[test]
fn as_workbooks_that_run_takes() {
    let place = Place::new();
    let erp = erp(&place);
    let args = ["orders.csv", "--output-format", "xlsx"];
    finish(&mut place.verify(&erp, args)).expect(1);
    let files = [
        "orders.csv",
        "orders.different.xlsx",
        "orders.verified.xlsx",
    ];
    assert_eq!(place.files(), files);
    let verified = place.table("orders.verified.xlsx");
    let found = verified.text(["purchase_no", "line", "status", "flag_now"]);
    assert_eq!(found, "CG1,2,same,aa\nCG2,3,different,=1+1\n");
    // As a person saves it.
    let different = place.table("orders.different.xlsx");
    save_workbook(&place.path("orders.different.xlsx"), &different);
    place.runs(&erp, "orders.different.xlsx", 0);
    assert_eq!((erp.accepted("CG1"), erp.accepted("CG2")), (0, 1));
    finish(&mut place.verify(&erp, args)).expect(0);
}

#[test]
fn a_flag_that_would_be_a_formula_is_defused() {
    let place = Place::new();
    let erp = erp(&place);
    place.verifies(&erp, "orders.csv --no-bom", 1);
    let different = place.read(DIFFERENT);
    assert!(different.starts_with("purchase_no,"), "{different}");
    let defused = "CG2,aa,3,different,'=1+1,";
    assert!(different.contains(defused), "{different}");
    assert!(place.read(VERIFIED).starts_with("purchase_no,"));
}

#[test]
fn an_order_that_a_spreadsheet_has_changed_is_put_right() {
    let place = Place::new();
    place.sheet(&[("0012345", "aa")]);
    let erp = sandbox_with(Config {
        orders: there(&[("0012345", "bb"), ("12345", "bb")], 1),
        ..Config::default()
    });
    place.verifies(&erp, "orders.csv", 1);
    let damaged = place.read(DIFFERENT).replace("0012345", "12345");
    place.write(DIFFERENT, damaged);
    let check = finish(place.program().args(["check", DIFFERENT])).expect(0);
    assert!(check.stdout.contains("\"0012345\" gets"), "{check:#?}");
    finish(&mut place.run(&erp, [DIFFERENT])).expect(0);
    assert_eq!((erp.accepted("12345"), erp.accepted("0012345")), (0, 1));
}

#[test]
fn under_the_names_that_are_given() {
    let place = Place::new();
    let erp = erp(&place);
    place.verifies(&erp, "orders.csv -o all.csv --failures some.xlsx", 1);
    assert_eq!(place.files(), ["all.csv", "orders.csv", "some.xlsx"]);
    // Beside a sheet of the same name.
    std::fs::copy(place.path("orders.csv"), place.path("orders.txt")).expect("copied");
    place.verifies(&erp, "orders.txt", 1);
    assert!(place.path("orders.txt.verified.csv").is_file());
}

#[test]
fn nothing_but_its_own_files_is_overwritten() {
    let place = Place::new();
    let erp = erp(&place);
    place.runs(&erp, "orders.csv", 0);
    let calls = erp.stats().calls;
    place.write("diary.csv", "dear diary\n");
    for (args, words) in [
        (["-o", "diary.csv"], "was not written by wdt-flags"),
        (["-o", "orders.results.csv"], "orders.results.csv"),
        (["--failures", "orders.failures.csv"], "orders.failures.csv"),
        (["-o", "orders.csv"], "is the sheet itself"),
        (["-o", "orders.different.csv"], "twice"),
        (["-o", "x.ods"], "CSV files or workbooks"),
    ] {
        let before = place.written(&[]);
        let run = finish(&mut place.verify(&erp, ["orders.csv"].iter().chain(&args))).expect(2);
        run.says(words);
        assert_eq!(place.written(&[]), before, "{args:?}");
    }
    let run = place.verifies(&erp, "-", 2);
    run.says("--results");
    assert_eq!(erp.stats().calls, calls);
}

#[test]
fn differences_that_a_person_has_edited_are_kept() {
    let place = Place::new();
    let erp = erp(&place);
    place.verifies(&erp, "orders.csv", 1);
    let edited = format!("{}mine,aa\n", place.read(DIFFERENT));
    place.write(DIFFERENT, &edited);
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let file = std::fs::File::options()
        .write(true)
        .open(place.path(DIFFERENT));
    file.expect("there").set_modified(later).expect("set");
    let run = place.verifies(&erp, "orders.csv", 1);
    run.says("was edited since");
    let files = place.files();
    let kept = files
        .iter()
        .find(|name| name.starts_with("orders.different.20"));
    assert_eq!(place.read(kept.expect("kept")), edited);
    assert_eq!(place.table(DIFFERENT).rows.len(), 1);
    // What nobody has edited is replaced.
    place.verifies(&erp, "orders.csv", 1);
    assert_eq!(place.files(), files);
}

#[test]
fn another_that_writes_the_same_files_is_told() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let page = http("200 OK", r#"{"status":0,"data":{"order":[]}}"#);
    let (server, gate) = ScriptedServer::gated(move |connection, _| connection.send(&page));
    let first = start(&mut place.verify(&server, ["orders.csv"]));
    server.wait_for_calls(1);
    let second = place.verifies(&server, "orders.csv", 75);
    second.says(VERIFIED);
    gate.open();
    first.finish().expect(1);
    assert_eq!(place.files(), ["orders.csv", DIFFERENT, VERIFIED]);
}
