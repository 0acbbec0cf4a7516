//! Whatever is done to failures and results between the rounds of correcting, every row stands in
//! the results once.

use std::fs;

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Connection, Finished, Place, ScriptedServer, finish, sandbox, start};

const SHEET: &str = "purchase_no,flag_name,备注\nCG1,aa,一\nCG404,加急,二\n,aa,三\nCG4,没有,四\n";

/// A run over [`SHEET`]: line 2 is accepted, 3 to 5 are not.
fn first_run() -> (Place, Sandbox) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    (place, erp)
}

/// Replaces text in a file.
#[track_caller]
fn edit(place: &Place, name: &str, edits: &[(&str, &str)]) {
    let mut text = place.read(name);
    for (from, to) in edits {
        assert!(text.contains(from), "{from} in {text}");
        text = text.replacen(from, to, 1);
    }
    place.write(name, text);
}

fn correct(place: &Place, erp: &Sandbox, more: &[&str], code: i32) -> Finished {
    finish(&mut place.run(erp, [&["x.failures.csv"], more].concat())).expect(code)
}

#[track_caller]
fn results(place: &Place, expected: &[[&str; 3]]) {
    let results = place.table("x.results.csv");
    assert_eq!(
        results.select(["line", "purchase_no", "status"]),
        expected,
        "{}",
        place.read("x.results.csv")
    );
}

const LAST: [&str; 3] = ["5", "CG4", "rejected"];
const CORRECTED: [[&str; 3]; 4] = [
    ["2", "CG1", "ok"],
    ["3", "CG3", "ok"],
    ["4", "", "invalid"],
    LAST,
];

#[test]
fn rows_of_one_line_twice_are_told_apart() {
    let (place, erp) = first_run();
    let text = place.read("x.failures.csv");
    let row = text.lines().nth(1).expect("a row").to_owned();
    let (one, other) = (row.replace("CG404", "CG3"), row.replace("CG404", "CG4048"));
    place.write(
        "x.failures.csv",
        text.replace(&row, &format!("{one}\n{other}")),
    );
    correct(&place, &erp, &[], 1);
    let added = ["", "CG4048", "rejected"];
    results(&place, &[&CORRECTED[..], &[added]].concat());
    edit(&place, "x.failures.csv", &[("CG4048", "CG5")]);
    correct(&place, &erp, &[], 1);
    results(&place, &[&CORRECTED[..], &[["", "CG5", "ok"]]].concat());
}

#[test]
fn rows_that_were_added_are_corrected_where_they_stand() {
    let (place, erp) = first_run();
    let text = place.read("x.failures.csv").replace("CG404", "CG3");
    place.write(
        "x.failures.csv",
        format!("{text}CG9,没有,新,,,,,,\nCG404,aa,新,,,,,,\n"),
    );
    correct(&place, &erp, &[], 1);
    let added = |nine, four| [&CORRECTED[..], &[nine, four]].concat();
    results(
        &place,
        &added(["", "CG9", "rejected"], ["", "CG404", "rejected"]),
    );
    edit(&place, "x.failures.csv", &[("CG9,没有", "CG9,aa")]);
    correct(&place, &erp, &[], 1);
    results(&place, &added(["", "CG9", "ok"], ["", "CG404", "rejected"]));
    edit(&place, "x.failures.csv", &[("CG404,aa", "CG8,aa")]);
    correct(&place, &erp, &[], 1);
    results(&place, &added(["", "CG9", "ok"], ["", "CG8", "ok"]));
}

#[test]
fn a_correction_that_stops_and_goes_on_appends_no_row_twice() {
    let (place, erp) = first_run();
    let text = place.read("x.failures.csv").replace("CG404", "CG3");
    place.write(
        "x.failures.csv",
        format!("{text}CG7,aa,新,,,,,,\nCG404,aa,新,,,,,,\nCG6,aa,新,,,,,,\n"),
    );
    correct(&place, &erp, &["-j1", "--max-failures", "2"], 3);
    let calls = erp.stats().calls;
    edit(&place, "x.failures.csv", &[("CG404", "CG5")]);
    correct(&place, &erp, &["-j1"], 1);
    assert_eq!(erp.stats().calls, calls + 2, "CG5 and CG6");
    let added = [["", "CG7", "ok"], ["", "CG5", "ok"], ["", "CG6", "ok"]];
    results(&place, &[&CORRECTED[..], &added].concat());
    assert_eq!(place.files(), ["x.csv", "x.failures.csv", "x.results.csv"]);
}

#[test]
fn the_line_may_be_anything() {
    let (place, erp) = first_run();
    edit(
        &place,
        "x.failures.csv",
        &[
            ("没有,四,5", "没有,四,3"),
            ("CG404,加急,二,3", "CG3,加急,二,"),
        ],
    );
    correct(&place, &erp, &[], 1);
    results(&place, &CORRECTED);
}

#[test]
fn results_that_were_moved_away_for_a_while_are_updated_row_by_row() {
    let (place, erp) = first_run();
    fs::rename(place.path("x.results.csv"), place.path("away")).expect("moved");
    correct(&place, &erp, &[], 1);
    fs::rename(place.path("away"), place.path("x.results.csv")).expect("moved");
    edit(&place, "x.failures.csv", &[("CG404", "CG3")]);
    correct(&place, &erp, &[], 1);
    results(&place, &CORRECTED);
}

#[test]
fn a_journal_of_the_sheet_does_not_outlive_a_correction() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,flag_name\nCG1,aa\nCG404,aa\nCG2,aa\nCG3,aa\n",
    );
    finish(&mut place.run(&erp, ["x.csv", "-j1", "--max-failures", "1"])).expect(3);
    edit(&place, "x.failures.csv", &[("CG404", "CG4")]);
    place.write(
        "x.failures.csv",
        format!("{}CG1,加急,,,,,,\n", place.read("x.failures.csv")),
    );
    correct(&place, &erp, &[], 0);
    let corrected = place.read("x.results.csv");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let kept = place.files();
    let kept = kept.iter().find(|name| name.starts_with("x.results.2"));
    assert_eq!(place.read(kept.expect("kept")), corrected);
    assert_eq!(erp.flags()["CG1"], "aa", "as the results say");
}

#[test]
fn nor_where_the_results_are_not_there_to_be_corrected() {
    let (place, erp) = (Place::new(), sandbox());
    let rows = |flag: &str| format!("purchase_no,flag_name\nCG1,{flag}\nCG404,aa\nCG2,aa\n");
    place.write("x.csv", rows("没有"));
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let failures = place.read("x.failures.csv");
    place.write("x.csv", rows("aa"));
    finish(&mut place.run(&erp, ["x.csv", "-j1", "--max-failures", "1"])).expect(3);
    fs::remove_file(place.path("x.results.csv")).expect("there");
    place.write("x.failures.csv", failures.replace("没有", "加急"));
    let run = correct(&place, &erp, &[], 1);
    assert!(
        run.stderr.contains("cannot be continued any more"),
        "{run:#?}"
    );
    assert_eq!(erp.flags()["CG1"], "加急");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    assert_eq!(place.table("x.results.csv").column("status")[0], "ok");
    assert_eq!(erp.flags()["CG1"], "aa", "as the results say");
}

#[test]
fn a_journal_of_a_correction_does_not_outlive_the_failures() {
    let (place, erp) = (Place::new(), sandbox());
    let sheet = |flag: &str| format!("purchase_no,flag_name\nCG1,{flag}\nCG2,{flag}\nCG404,aa\n");
    place.write("x.csv", sheet("没有"));
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let text = place.read("x.failures.csv").replace("没有", "aa");
    place.write("x.failures.csv", text);
    correct(&place, &erp, &["-j1", "--max-failures", "1"], 3);
    // Other nights: another flag, and then one that does not exist.
    place.write("x.csv", sheet("加急"));
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    place.write("x.csv", sheet("没有"));
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let text = place.read("x.failures.csv").replace("没有", "aa");
    place.write("x.failures.csv", text);
    correct(&place, &erp, &[], 1);
    assert_eq!(erp.flags()["CG1"], "aa", "as the results say");
}

#[test]
fn failures_of_an_earlier_night_do_not_overwrite_later_results() {
    let (place, erp) = first_run();
    let old = place.read("x.failures.csv").replace("CG404", "CG3");
    place.write(
        "x.csv",
        "purchase_no,flag_name,备注\nCG11,aa,一\nCG12,加急,二\nCG13,aa,三\nCG14,aa,四\n",
    );
    finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    place.write("x.failures.csv", old);
    let run = correct(&place, &erp, &[], 1);
    assert!(run.stderr.contains("a person has added: 3"), "{run:#?}");
    let ok = |line, order| [line, order, "ok"];
    results(
        &place,
        &[
            ok("2", "CG11"),
            ok("3", "CG12"),
            ok("4", "CG13"),
            ok("5", "CG14"),
            ok("", "CG3"),
            ["", "", "invalid"],
            ["", "CG4", "rejected"],
        ],
    );
}

#[test]
fn own_columns_named_as_this_programs_and_quoted_line_breaks() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,flag_name,line,status\nCG1,aa,\"a\nb\",x\nCG404,加急,\"c\r\n,9,\"\"ok\",y\nCG404,bb,7,\"z\n\"\n",
    );
    finish(&mut place.run(&erp, ["x.csv", "--flag", "已质检"])).expect(1);
    let before = place.read("x.results.csv");
    edit(
        &place,
        "x.failures.csv",
        &[("CG404,加急", "CG3,加急"), ("CG404,bb", "CG5,bb")],
    );
    let run = correct(&place, &erp, &[], 0);
    assert!(!run.stderr.contains("not updated"), "{run:#?}");
    let after = place.table("x.results.csv");
    assert_eq!(after.column("purchase_no"), ["CG1", "CG3", "CG5"]);
    let own: Vec<_> = after.rows.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(own, ["a\nb", "c\r\n,9,\"ok", "7"]);
    let status: Vec<_> = after.rows.iter().map(|row| row[6].as_str()).collect();
    assert_eq!(status, ["ok"; 3], "{before}");
    assert_eq!(erp.flags()["CG3"], "已质检");
}

#[test]
fn ragged_rows() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG2,aa,b,c\nCG3\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    edit(
        &place,
        "x.failures.csv",
        &[("\"b,c\"", ""), ("CG3,,,", "CG3,aa,,")],
    );
    let run = correct(&place, &erp, &[], 0);
    assert!(!run.stderr.contains("not updated"), "{run:#?}");
    results(
        &place,
        &[["2", "CG1", "ok"], ["3", "CG2", "ok"], ["4", "CG3", "ok"]],
    );
}

/// Only the sheet knows what belongs there.
#[test]
fn failures_stay_until_the_results_are_in_their_place() {
    let (place, _) = first_run();
    fs::remove_file(place.path("x.results.csv")).expect("there");
    let before = place.read("x.failures.csv");
    let (server, gate) = ScriptedServer::gated(Connection::accept);
    let run = start(&mut place.run(&server, ["x.failures.csv"]));
    server.wait_for_calls(1);
    let results = place.path("x.failures.results.csv");
    fs::create_dir(&results).expect("created");
    gate.open();
    let run = run.finish().expect(3);
    assert!(run.stderr.contains("cannot be replaced"), "{run:#?}");
    assert_eq!(place.read("x.failures.csv"), before);
    fs::remove_dir(&results).expect("empty");
    finish(&mut place.run(&server, ["x.failures.csv"])).expect(1);
    assert_eq!(server.orders().len(), 2, "no call is made again");
    let results = place.table("x.failures.results.csv");
    assert_eq!(results.column("status"), ["ok", "invalid", "ok"]);
    assert_eq!(place.table("x.failures.csv").column("line"), ["4"]);
}

#[test]
fn results_that_cannot_be_read_are_not_called_missing() {
    let (place, erp) = first_run();
    fs::remove_file(place.path("x.results.csv")).expect("there");
    fs::create_dir(place.path("x.results.csv")).expect("created");
    let run = correct(&place, &erp, &[], 2);
    assert!(run.stderr.contains("is not a regular file"), "{run:#?}");
    assert_eq!(erp.stats().calls, 3, "none but those of the first run");
}
