//! Workbooks of which several worksheets are meant.
use rust_xlsxwriter::Workbook;

use crate::harness::{Place, finish, sandbox};

/// Both worksheets have rows on the same lines; the second decides for an order of the first.
fn save(place: &Place) {
    let mut workbook = Workbook::new();
    for (name, rows) in [
        (
            "1月",
            [["CG1", "aa"], ["CG404", "aa"], ["CG2", "aa"], ["CG3", ""]],
        ),
        (
            "2月",
            [
                ["CG4040", "aa"],
                ["CG1", "加急"],
                ["CG2", "aa"],
                ["CG5", "aa"],
            ],
        ),
    ] {
        let sheet = workbook.add_worksheet().set_name(name).expect("named");
        let header = ["purchase_no", "flag_name"];
        for (row, cells) in (0..).zip([header].into_iter().chain(rows)) {
            sheet.write_row(row, 0, cells).expect("written");
        }
    }
    workbook.save(place.path("orders.xlsx")).expect("saved");
}

const ALL: [&str; 2] = ["orders.xlsx", "--all-sheets"];

#[test]
fn without_a_word_none_is_sent() {
    let (place, erp) = (Place::new(), sandbox());
    save(&place);
    let run = finish(&mut place.run(&erp, ["orders.xlsx"])).expect(2);
    let said = "several worksheets have the columns: \"1月\" (4 rows), \"2月\" (4 rows); take one with --sheet NAME, or all of them with --all-sheets";
    assert!(run.stderr.contains(said), "{run:?}");
    for format in ["text", "json"] {
        let args = ["check", "orders.xlsx", "--format", format];
        let check = finish(place.program().args(args)).expect(2);
        assert!(check.stderr.contains(said), "{check:?}");
    }
    assert_eq!(place.files(), ["orders.xlsx"]);
    assert!(erp.flags().is_empty());
}

#[test]
fn rows_of_the_same_line_are_told_apart_by_their_worksheet() {
    let (place, erp) = (Place::new(), sandbox());
    save(&place);
    finish(&mut place.run(&erp, ALL)).expect(1);
    let results = place.table("orders.results.csv");
    assert_eq!(results.header[2..5], ["worksheet", "line", "status"]);
    assert_eq!(
        results.select(["purchase_no", "worksheet", "line", "status", "message"]),
        [
            [
                "CG1",
                "1月",
                "2",
                "superseded",
                "worksheet 2月, line 3 decides"
            ],
            ["CG404", "1月", "3", "rejected", "单据不存在"],
            ["CG2", "1月", "4", "ok", "same as worksheet 2月, line 4"],
            ["CG3", "1月", "5", "invalid", "flag_name is empty"],
            ["CG4040", "2月", "2", "rejected", "单据不存在"],
            ["CG1", "2月", "3", "ok", ""],
            ["CG2", "2月", "4", "ok", ""],
            ["CG5", "2月", "5", "ok", ""],
        ]
    );
    assert_eq!(erp.flags()["CG1"], "加急");
    assert_eq!((erp.accepted("CG1"), erp.accepted("CG2")), (1, 1));
    assert_eq!(
        place
            .table("orders.failures.csv")
            .select(["worksheet", "line"]),
        [["1月", "3"], ["1月", "5"], ["2月", "2"]]
    );

    let check = finish(place.program().args(["check"]).args(ALL)).expect(1);
    assert!(
        check
            .stdout
            .contains("worksheet 1月, line 2  CG1  gives aa, but worksheet 2月, line 3 decides")
            && check.stdout.contains("worksheet 1月, line 5  CG3")
            && check
                .stdout
                .contains("first: worksheet 2月, line 3, \"CG1\" gets \"加急\""),
        "{check:?}"
    );
    let json = finish(place.program().args(["check", "--format=json"]).args(ALL)).expect(1);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["worksheets"], serde_json::json!(["1月", "2月"]));
    assert_eq!(json["findings"][0]["listed"][0]["worksheet"], "1月");
    assert_eq!(
        json["findings"][0]["listed"][0]["last_row"]["worksheet"],
        "2月"
    );
    assert_eq!(json["findings"][0]["listed"][0]["last_row"]["line"], 3);
}

#[test]
fn failures_given_back_correct_the_row_of_their_worksheet() {
    let (place, erp) = (Place::new(), sandbox());
    save(&place);
    finish(&mut place.run(&erp, ALL)).expect(1);
    let text = place.read("orders.failures.csv");
    let (header, rows) = text.split_once('\n').expect("rows");
    // Sorted, and those of lines 3 and 2 corrected.
    let mut rows: Vec<&str> = rows.lines().rev().collect();
    rows.push("CG7,aa,,,,,,,");
    let text = format!("{header}\n{}\n", rows.join("\n"));
    let text = text.replace("CG4040", "CG8").replace("CG404", "CG9");
    place.write("orders.failures.csv", text);

    let check = finish(place.program().args(["check", "orders.failures.csv"])).expect(1);
    assert!(
        check
            .stdout
            .contains("line 3 (worksheet 1月, line 5 of the sheet)  CG3"),
        "{check:?}"
    );
    finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(1);
    assert_eq!(
        place
            .table("orders.results.csv")
            .select(["purchase_no", "worksheet", "line", "status"]),
        [
            ["CG1", "1月", "2", "superseded"],
            ["CG9", "1月", "3", "ok"],
            ["CG2", "1月", "4", "ok"],
            ["CG3", "1月", "5", "invalid"],
            ["CG8", "2月", "2", "ok"],
            ["CG1", "2月", "3", "ok"],
            ["CG2", "2月", "4", "ok"],
            ["CG5", "2月", "5", "ok"],
            ["CG7", "", "", "ok"],
        ]
    );
    assert_eq!(
        place
            .table("orders.failures.csv")
            .select(["purchase_no", "worksheet", "line"]),
        [["CG3", "1月", "5"]]
    );
}

#[test]
fn failures_of_another_worksheet_do_not_pass_for_those_of_this_one() {
    let (place, erp) = (Place::new(), sandbox());
    save(&place);
    finish(&mut place.run(&erp, ALL)).expect(1);
    let before = place.read("orders.results.csv");
    let text = place
        .read("orders.failures.csv")
        .replace(",2月,2,", ",3月,2,");
    place.write("orders.failures.csv", text);
    let run = finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(1);
    assert!(
        run.stderr.contains("they have no worksheet 3月, line 2"),
        "{run:?}"
    );
    assert_eq!(place.read("orders.results.csv"), before);
    let results = place.table("orders.failures.results.csv");
    assert_eq!(
        results.select(["worksheet", "line"]),
        [["1月", "3"], ["1月", "5"], ["3月", "2"]]
    );
}
