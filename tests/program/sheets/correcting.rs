//! A failures file put right and given back updates the results it comes from.

use std::fs;

use wdt_flags::sandbox::Sandbox;

use super::{HEADER, SHEET, first_run};
use crate::harness::{Connection, Place, ScriptedServer, sandbox, save_workbook, start};

/// What the results say once CG404 of [`SHEET`] is CG3.
const CORRECTED: &str = "2,CG1,ok\n3,CG3,ok\n4,,invalid\n5,CG4,rejected\n";
const FILES: [&str; 3] = ["x.csv", "x.failures.csv", "x.results.csv"];

#[track_caller]
fn results_are(place: &Place, expected: &str) {
    let results = place.table("x.results.csv");
    let found = results.text(["line", "purchase_no", "status"]);
    assert_eq!(found, expected, "{}", place.read("x.results.csv"));
}

/// Gives the failures back with these edits, and rows after their own.
#[track_caller]
fn correct(case: &(Place, Sandbox), edits: &[(&str, &str)], more: &str, code: i32, results: &str) {
    let (place, erp) = case;
    place.edit("x.failures.csv", edits);
    let text = place.read("x.failures.csv");
    place.write("x.failures.csv", text + more);
    let run = place.runs(erp, "x.failures.csv", code);
    run.says_nothing_of("not updated");
    results_are(place, results);
}

#[test]
fn rows_are_replaced_where_they_stand_until_no_failures_are_left() {
    let case = first_run(SHEET);
    let (place, erp) = &case;
    let before = place.read("x.results.csv");
    let failures = place.table("x.failures.csv");
    let left = "2,CG1,ok\n3,CG404,rejected\n4,,invalid\n5,CG4,rejected\n";
    correct(&case, &[], "", 1, left);
    let again = place.table("x.failures.csv");
    let lasting = ["purchase_no", "flag_name", "备注", "line", "status"];
    assert_eq!(again.select(lasting), failures.select(lasting));
    correct(&case, &[("CG404", "CG3")], "", 1, CORRECTED);
    assert_eq!(place.table("x.failures.csv").column("line"), ["4", "5"]);
    let calls = erp.stats().calls;
    let last = "2,CG1,ok\n3,CG3,ok\n4,CG5,ok\n5,CG4,ok\n";
    let edits = [("没有", "aa"), ("\n,aa", "\nCG5,aa")];
    correct(&case, &edits, "", 0, last);
    assert_eq!(erp.stats().calls, calls + 2, "only what had failed is sent");
    correct(&case, &[], "", 0, last);
    assert_eq!(erp.stats().calls, calls + 2);
    let first = |text: &str| text.lines().nth(1).map(str::to_owned);
    let after = place.read("x.results.csv");
    assert_eq!(first(&after), first(&before), "byte for byte");
    let notes = place.table("x.results.csv");
    assert_eq!(notes.column("备注"), ["一", "二", "三", "四"]);
    let left = place.table("x.failures.csv");
    assert_eq!((left.header, left.rows.len()), (failures.header, 0));
    assert_eq!(place.files(), FILES);
}

#[test]
fn rows_may_be_deleted_sorted_and_given_any_line() {
    let case = first_run(SHEET);
    let text = case.0.read("x.failures.csv");
    let [header, order404, _, flag] = text.lines().collect::<Vec<_>>()[..] else {
        panic!("{text}");
    };
    let rows = format!("{header}\n{flag}\n{order404}\n");
    case.0.write("x.failures.csv", rows);
    let edits = [
        ("没有,四,5", "aa,四,3"),
        ("CG404,加急,二,3", "CG3,加急,二,"),
    ];
    let last = "2,CG1,ok\n3,CG3,ok\n4,,invalid\n5,CG4,ok\n";
    correct(&case, &edits, "", 0, last);
}

#[test]
fn rows_that_are_added_stand_at_the_end_and_are_corrected_there() {
    let case = first_run(SHEET);
    let and = |added: &str| format!("{CORRECTED}{added}");
    // A line that stands there twice is told apart.
    let text = case.0.read("x.failures.csv");
    let twice = text.lines().nth(1).expect("a row").to_owned() + "\n";
    let twice = twice.replace("CG404", "CG4048");
    let added = and(",CG4048,rejected\n");
    correct(&case, &[("CG404", "CG3")], &twice, 1, &added);
    let more = "CG9,没有,新,,,,,,\nCG404,aa,新,,,,,,\n";
    let added = and(",CG5,ok\n,CG9,rejected\n,CG404,rejected\n");
    correct(&case, &[("CG4048", "CG5")], more, 1, &added);
    let added = and(",CG5,ok\n,CG9,ok\n,CG404,rejected\n");
    correct(&case, &[("CG9,没有", "CG9,aa")], "", 1, &added);
    let added = and(",CG5,ok\n,CG9,ok\n,CG8,ok\n");
    correct(&case, &[("CG404", "CG8")], "", 1, &added);
}

#[test]
fn a_correction_that_stops_and_goes_on_appends_no_row_twice() {
    let case = first_run(SHEET);
    let (place, erp) = &case;
    let text = place.read("x.failures.csv").replace("CG404", "CG3");
    let added = "CG7,aa,新,,,,,,\nCG404,aa,新,,,,,,\nCG6,aa,新,,,,,,\n";
    place.write("x.failures.csv", text + added);
    place.runs(erp, "x.failures.csv -j1 --max-failures 2", 3);
    let calls = erp.stats().calls;
    let added = format!("{CORRECTED},CG7,ok\n,CG5,ok\n,CG6,ok\n");
    correct(&case, &[("CG404", "CG5")], "", 1, &added);
    assert_eq!(erp.stats().calls, calls + 2, "CG5 and CG6");
    assert_eq!(place.files(), FILES);
}

#[test]
fn results_that_were_moved_away_for_a_while_are_updated_row_by_row() {
    let case = first_run(SHEET);
    let (place, erp) = &case;
    let [results, away] = ["x.results.csv", "away"].map(|name| place.path(name));
    fs::rename(&results, &away).expect("moved");
    let run = place.runs(erp, "x.failures.csv", 1);
    run.says("they are not there");
    assert_eq!(place.table("x.failures.results.csv").rows.len(), 3);
    fs::rename(away, results).expect("moved");
    correct(&case, &[("CG404", "CG3")], "", 1, CORRECTED);
}

/// The failures with these columns, in this order; one that they do not have is a note.
fn rearranged(place: &Place, columns: &str) -> String {
    let failures = place.table("x.failures.csv");
    let mut text = format!("{columns}\n");
    for row in &failures.rows {
        let cells = columns.split(',').map(|name| {
            let mut own = failures.header.iter();
            match own.position(|own| own.eq_ignore_ascii_case(name)) {
                Some(at) => row[at].replace("CG404", "CG3"),
                None => name.replace("note", "mine"),
            }
        });
        text += &(cells.collect::<Vec<_>>().join(",") + "\n");
    }
    text
}

#[test]
fn this_programs_columns_are_known_wherever_they_stand() {
    for columns in [
        "Line,purchase_no,Status,flag_name,备注,message,Row_Check,note,",
        "row_check,attempts,message,code,status,line,备注,flag_name,purchase_no",
    ] {
        let case = first_run(SHEET);
        let (place, _) = &case;
        place.write("x.failures.csv", rearranged(place, columns));
        correct(&case, &[], "", 1, CORRECTED);
        let [results, left] = ["x.results.csv", "x.failures.csv"].map(|name| place.table(name));
        assert_eq!(results.column("备注"), ["一", "二", "三", "四"]);
        assert_eq!(left.column("line"), ["4", "5"]);
        if columns.contains("note") {
            assert_eq!(left.column("note"), ["mine"; 2]);
            assert_eq!(results.column("note"), ["", "mine", "mine", "mine"]);
        }
    }
}

#[test]
fn a_flag_that_was_sent_is_sent_again_unless_a_flag_column_is_named() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG404,加急\n");
    place.runs(&erp, "x.csv --flag 已质检", 1);
    let failures = place.table("x.failures.csv");
    let flags = failures.text(["flag_name", "sent_flag"]);
    assert_eq!(flags, "加急,已质检\n", "cells are never altered");
    let columns = "sent_flag,purchase_no,flag_name,line,status,row_check,attempts";
    place.write("x.failures.csv", rearranged(&place, columns));
    for (options, flag) in [("", "已质检"), (" --flag-column flag_name", "加急")] {
        place.write("y.csv", place.read("x.failures.csv"));
        place.runs(&erp, &format!("y.csv{options}"), 0);
        assert_eq!(erp.flags()["CG3"], flag);
    }
    place.runs(&erp, "x.failures.csv", 0);
    let results = place.table("x.results.csv");
    let names = results.header.iter();
    assert_eq!(names.filter(|name| *name == "sent_flag").count(), 1);
    place.runs(&erp, "x.csv --flag aa --flag-column B", 2);
}

#[test]
fn saved_in_another_form_it_is_the_same_failures_file() {
    let (place, erp) = first_run(SHEET);
    let text = place.read("x.failures.csv").replace("CG404", "CG3");
    let text = text.trim_start_matches('\u{feff}').replace(',', "\t");
    let text = text.replace('\n', "\r\n");
    let gbk = encoding_rs::GB18030.encode(&text).0.into_owned();
    place.write("x.failures.csv", gbk);
    place.runs(&erp, "x.failures.csv", 1);
    results_are(&place, CORRECTED);

    let mut left = place.table("x.failures.csv");
    left.rows[1][1] = "aa".to_owned();
    save_workbook(&place.path("x.failures.xlsx"), &left);
    place.runs(&erp, "x.failures.xlsx", 1);
    results_are(&place, "2,CG1,ok\n3,CG3,ok\n4,,invalid\n5,CG4,ok\n");
    assert_eq!(place.table("x.failures.xlsx").column("line"), ["4"]);
}

#[test]
fn with_both_names_given_the_results_are_updated_too() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.runs(&erp, "x.csv --results r.csv --failures f.csv", 1);
    place.edit("f.csv", &[("CG404", "CG3")]);
    place.runs(&erp, "f.csv --results r.csv --failures f.csv", 1);
    let statuses = ["ok", "ok", "invalid", "rejected"];
    assert_eq!(place.statuses("r.csv"), statuses);
    assert_eq!(place.table("f.csv").column("line"), ["4", "5"]);
}

#[test]
fn results_that_do_not_belong_are_left_alone_and_it_is_said_why() {
    for (from, to, why) in [
        ("flag_name", "flag", "other columns"),
        (",row_check", ",checks", "not as wdt-flags writes them"),
        ("", "aaaaaa", "of another account"),
    ] {
        let (place, erp) = first_run(SHEET);
        let text = place.read("x.results.csv");
        let issuer = text.rsplit(',').next().map(|check| check[..6].to_owned());
        let from = Some(from.to_owned()).filter(|from| !from.is_empty());
        let text = text.replace(&from.or(issuer).expect("a check"), to);
        place.write("x.results.csv", &text);
        place.runs(&erp, "x.failures.csv", 1).says(why);
        assert_eq!(place.read("x.results.csv"), text);
        assert_eq!(place.table("x.failures.results.csv").rows.len(), 3);
    }
    let (place, erp) = first_run(SHEET);
    fs::remove_file(place.path("x.results.csv")).expect("there");
    fs::create_dir(place.path("x.results.csv")).expect("created");
    let run = place.runs(&erp, "x.failures.csv", 2);
    run.says("is not a regular file");
    assert_eq!(erp.stats().calls, 3, "none but those of the first run");
}

#[test]
fn messages_name_the_line_here_and_the_line_of_the_sheet() {
    let (place, erp) = first_run(SHEET);
    let check = place.checks("x.failures.csv", 1);
    check.prints("line 3 (line 4 of the sheet)");
    let run = place.runs(&erp, "x.failures.csv -vv", 1);
    run.says("line 2 (line 3 of the sheet), order CG404: rejected");
}

#[test]
fn of_a_sorted_failures_file_the_row_decides_that_is_last_in_the_sheet() {
    let (place, erp) = first_run(&format!("{HEADER}CG1,aa\nCG2,aa\nCG1,zz\n"));
    let failures = place.read("x.failures.csv").replace("CG1,zz", "CG1,加急");
    let [header, earlier, later] = failures.lines().collect::<Vec<_>>()[..] else {
        panic!("{failures}");
    };
    place.write("x.failures.csv", format!("{header}\n{later}\n{earlier}\n"));
    place.runs(&erp, "x.failures.csv", 0);
    assert_eq!(erp.flags()["CG1"], "加急");
    results_are(&place, "2,CG1,superseded\n3,CG2,ok\n4,CG1,ok\n");
}

#[test]
fn failures_of_an_earlier_night_do_not_overwrite_later_results() {
    let (place, erp) = first_run(SHEET);
    let old = place.read("x.failures.csv").replace("CG404", "CG3");
    place.write(
        "x.csv",
        "purchase_no,flag_name,备注\nCG11,aa,一\nCG12,加急,二\nCG13,aa,三\n",
    );
    place.runs(&erp, "x.csv", 0);
    place.write("x.failures.csv", old);
    let run = place.runs(&erp, "x.failures.csv", 1);
    run.says("added by a person or of another run: 3");
    let later = "2,CG11,ok\n3,CG12,ok\n4,CG13,ok\n";
    results_are(
        &place,
        &format!("{later},CG3,ok\n,,invalid\n,CG4,rejected\n"),
    );
}

#[test]
fn own_columns_named_as_this_programs_and_quoted_line_breaks_stay() {
    let (place, erp) = (Place::new(), sandbox());
    let rows = "CG1,aa,\"a\nb\",x\nCG404,加急,\"c\r\n,9,\"\"ok\",y\nCG404,bb,7,\"z\n\"\n";
    place.write(
        "x.csv",
        format!("purchase_no,flag_name,line,status\n{rows}"),
    );
    place.runs(&erp, "x.csv --flag 已质检", 1);
    let edits = [("CG404,加急", "CG3,加急"), ("CG404,bb", "CG5,bb")];
    place.edit("x.failures.csv", &edits);
    let run = place.runs(&erp, "x.failures.csv", 0);
    run.says_nothing_of("not updated");
    let after = place.table("x.results.csv").rows.into_iter();
    let after: Vec<_> = after
        .map(|row| [0, 2, 6].map(|at| row[at].clone()))
        .collect();
    let expected = [
        ["CG1", "a\nb", "ok"],
        ["CG3", "c\r\n,9,\"ok", "ok"],
        ["CG5", "7", "ok"],
    ];
    assert_eq!(after, expected);
    assert_eq!(erp.flags()["CG3"], "已质检");
}

/// Only the sheet knows what belongs there.
#[test]
fn failures_stay_until_the_results_are_in_their_place() {
    let (place, _) = first_run(SHEET);
    fs::remove_file(place.path("x.results.csv")).expect("there");
    let before = place.read("x.failures.csv");
    let (server, gate) = ScriptedServer::gated(Connection::accept);
    let run = start(&mut place.run(&server, ["x.failures.csv"]));
    server.wait_for_calls(1);
    let results = place.path("x.failures.results.csv");
    fs::create_dir(&results).expect("created");
    gate.open();
    run.finish().expect(3).says("cannot be replaced");
    assert_eq!(place.read("x.failures.csv"), before);
    fs::remove_dir(&results).expect("empty");
    place.runs(&server, "x.failures.csv", 1);
    assert_eq!(server.orders().len(), 2, "no call is made again");
    let statuses = ["ok", "invalid", "ok"];
    assert_eq!(place.statuses("x.failures.results.csv"), statuses);
    assert_eq!(place.table("x.failures.csv").column("line"), ["4"]);
}
