//! Which rows are read back and sent: those that a run has left out are none of them.

use std::fs;

use rust_xlsxwriter::{Format, Workbook};
use wdt_flags::sandbox::Sandbox;

use super::{Case, WHAT, rows_are, sheet};
use crate::harness::Place;

pub const CASES: &[Case] = &[
    ("users W2: rows left out are never different", left_out),
    ("users W2: nor where the sheet is read", left_out_of_sheet),
    ("users W2: nor is what a run did not send", not_sent),
    ("users W4: corrections are the last word", last_word),
    (
        "users W4: not of a sheet that was edited since",
        edited_since,
    ),
    ("users W4: nor of another sheet, or account", of_another),
    ("users W4: what is in doubt is not asked for", in_doubt),
    ("users W4: with one flag for all", one_flag),
    (
        "attack: results in another directory are the last word too",
        in_directory,
    ),
    ("attack: so are those with rows not sent", not_sent_of_sheet),
    (
        "attack: so are those with a correction in vain",
        still_invalid,
    ),
    (
        "attack: corrections that are not read are said",
        corrections_not_read,
    ),
    ("users F13: sheet and results are one", one_pair_of_files),
    ("hidden rows: one flag for all is refused", hidden_refused),
    ("hidden rows: what is meant is said", hidden_meant),
];

/// A workbook with orders of which the third and fourth row are hidden.
fn hidden(place: &Place) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet
        .write_row(0, 0, ["采购单号", "标记"])
        .expect("written");
    for row in 1..=5 {
        let cells = [format!("HID{row}"), "加急".to_owned()];
        sheet.write_row(row, 0, cells).expect("written");
    }
    for row in [3, 4] {
        sheet.set_row_hidden(row).expect("hidden");
    }
    book.save(place.path("x.xlsx")).expect("saved");
}

const OF_HIDDEN: &str = "HID1,same\nHID2,same\nHID3,unknown\nHID4,unknown\nHID5,same\n";

fn left_out(place: &Place, erp: &Sandbox) {
    hidden(place);
    place.runs(erp, "x.xlsx --visible-only", 0);
    let calls = erp.stats().calls;
    for lang in ["en", "zh"] {
        place.verifies(erp, &format!("x.results.csv --lang {lang}"), 0);
        rows_are(place, "x.verified.csv", ["采购单号", "status"], OF_HIDDEN);
        assert!(place.table("x.different.csv").rows.is_empty());
    }
    assert!(erp.stats().calls > calls);
    // Nor does a run over the results send them, until a person says that they are meant.
    let run = place.runs(erp, "x.results.csv", 0);
    run.prints("3 rows: 3 ok");
    assert_eq!(erp.accepted("HID3"), 0);
    let text = place.read("x.results.csv").replacen("*\n", "*!\n", 1);
    place.write("x.results.csv", text);
    place.runs(erp, "x.results.csv", 0);
    assert_eq!((erp.accepted("HID3"), erp.accepted("HID4")), (1, 0));
}

fn left_out_of_sheet(place: &Place, erp: &Sandbox) {
    hidden(place);
    place.runs(erp, "x.xlsx --visible-only", 0);
    for line in ["x.xlsx", "x.xlsx --visible-only"] {
        place.verifies(erp, line, 0);
        rows_are(place, "x.verified.csv", ["采购单号", "status"], OF_HIDDEN);
    }
}

fn not_sent(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,aa\nCG3,aa\n");
    place.runs(erp, "x.csv --limit 1", 1);
    for name in ["x.results.csv", "x.failures.csv"] {
        let run = place.verifies(erp, name, 1);
        assert!(!run.stdout.contains("next"), "{run:#?}");
        assert!(place.table("x.different.csv").rows.is_empty());
    }
    // A run over the results sends them.
    place.runs(erp, "x.results.csv", 0);
    assert_eq!(erp.accepted("CG3"), 1);
}

const ROWS: &str = "REV1,加急\nREV2,加急\nREV3,bad\n";

fn correct(place: &Place, erp: &Sandbox) {
    place.runs(erp, "x.csv --limit 1", 1);
    place.edit(
        "x.failures.csv",
        &[("REV2,加急", "REV2,aa"), ("bad", "加急")],
    );
    place.runs(erp, "x.failures.csv", 0);
}

fn last_word(place: &Place, erp: &Sandbox) {
    sheet(place, ROWS);
    correct(place, erp);
    let run = place.verifies(erp, "x.csv", 0);
    run.says("`x.results.csv` is read in the sheet's place");
    let same = "REV1,加急,same\nREV2,aa,same\nREV3,加急,same\n";
    rows_are(place, "x.verified.csv", WHAT, same);
    rows_are(place, "x.verified.csv", ["line"], "2\n3\n4\n");
    // A row that a person has added counts too, and a correction is one through further nights.
    let text = place.read("x.results.csv");
    place.write("x.results.csv", text + "REV1,已付款,,,,,,,\n");
    place.runs(erp, "x.results.csv", 0);
    place.verifies(erp, "x.csv", 0);
    assert_eq!(erp.flags()["REV1"], "已付款");
    // What a new run over the sheet sends is the last word from then on.
    place.runs(erp, "x.csv", 1);
    let run = place.verifies(erp, "x.csv", 1);
    run.says_nothing_of("is read in the sheet's place");
}

fn in_doubt(place: &Place, erp: &Sandbox) {
    let mut book = Workbook::new();
    let rows = book.add_worksheet();
    let cells = [("purchase_no", "flag_name"), ("CG404", "aa"), ("", "aa")];
    for (row, (order, flag)) in (0..).zip(cells) {
        rows.write_string(row, 0, order).expect("written");
        rows.write_string(row, 1, flag).expect("written");
    }
    let date = Format::new().set_num_format("m/d/yyyy");
    rows.write_number_with_format(2, 0, 220_413, &date)
        .expect("written");
    book.save(place.path("x.xlsx")).expect("saved");
    place.runs(erp, "x.xlsx", 1);
    place.edit("x.failures.csv", &[("CG404,aa", "CG1,aa")]);
    place.runs(erp, "x.failures.csv", 1);
    let run = place.verifies(erp, "x.xlsx", 1);
    run.says("`x.results.csv` is read in the sheet's place");
    let rows = "CG1,aa,same\n2503-06-20,aa,unknown\n";
    rows_are(place, "x.verified.csv", WHAT, rows);
    rows_are(place, "x.different.csv", WHAT, "");
}

fn edited_since(place: &Place, erp: &Sandbox) {
    sheet(place, ROWS);
    correct(place, erp);
    sheet(place, "REV1,aa\nREV2,加急\nREV3,bad\n");
    let run = place.verifies(erp, "x.csv", 1);
    run.says_nothing_of("is read in the sheet's place");
    let all = "REV1,aa,different\nREV2,加急,different\nREV3,bad,different\n";
    rows_are(place, "x.verified.csv", WHAT, all);
}

const READ: &str = "is read in the sheet's place";

fn in_directory(place: &Place, erp: &Sandbox) {
    for directory in ["out", "new"] {
        fs::create_dir(place.path(directory)).expect("made");
    }
    sheet(place, ROWS);
    let shown = |path: &str| path.replace('/', std::path::MAIN_SEPARATOR_STR);
    for (run, failures, verify, results, flag) in [
        (
            "-o out/",
            "out/x.failures.csv",
            "-o out",
            "out/x.results.csv",
            "aa",
        ),
        // Elsewhere there are none, and those beside the sheet are read.
        ("", "x.failures.csv", "-o new/", "x.results.csv", "已付款"),
    ] {
        place.runs(erp, format!("x.csv {run}").trim_end(), 1);
        place.edit(failures, &[("bad", flag)]);
        place.runs(erp, failures, 0);
        let run = place.verifies(erp, &format!("x.csv {verify}"), 0);
        run.says(READ).says(&shown(results));
    }
    let same = "REV1,加急,same\nREV2,加急,same\nREV3,已付款,same\n";
    rows_are(place, "new/x.verified.csv", WHAT, same);
    // Where both are there, those of the directory count.
    let run = place.verifies(erp, "x.csv -o out/", 1);
    run.says(READ).says(&shown("out/x.results.csv"));
}

/// Sheet and results are read back alike, and the sheet's place is taken.
#[track_caller]
fn are_alike(place: &Place, erp: &Sandbox, rows: &str) {
    place.verifies(erp, "x.csv", 1).says(READ);
    rows_are(place, "x.verified.csv", WHAT, rows);
    rows_are(place, "x.different.csv", WHAT, "");
    place.verifies(erp, "x.results.csv", 1);
    rows_are(place, "x.verified.csv", WHAT, rows);
}

fn not_sent_of_sheet(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,aa\nCG3,aa\n");
    place.runs(erp, "x.csv --limit 1", 1);
    are_alike(place, erp, "CG1,aa,same\nCG2,aa,unknown\nCG3,aa,unknown\n");
    // What was sent after all is read back, by the sheet as well.
    place.runs(erp, "x.csv", 0);
    place.verifies(erp, "x.csv", 0).says_nothing_of(READ);
}

fn still_invalid(place: &Place, erp: &Sandbox) {
    for (rows, edit, verified) in [
        (
            "REV1,加急\nREV1,\n",
            ("REV1,,", "REV3,,"),
            "REV1,加急,same\nREV3,,unknown\n",
        ),
        (
            "REV1,加急\nREV3,bad\n",
            ("bad", ""),
            "REV1,加急,same\nREV3,,unknown\n",
        ),
    ] {
        sheet(place, rows);
        place.runs(erp, "x.csv", 1);
        // Untouched, it is as the sheet says.
        place.verifies(erp, "x.csv", 1).says_nothing_of(READ);
        place.edit("x.failures.csv", &[edit]);
        place.runs(erp, "x.failures.csv", 1);
        are_alike(place, erp, verified);
    }
}

fn corrections_not_read(place: &Place, erp: &Sandbox) {
    sheet(place, ROWS);
    correct(place, erp);
    let said = "corrected or added rows of `x.results.csv` that the sheet does not have:";
    for (rows, lacks) in [
        ("REV1,aa\nREV2,加急\nREV3,bad\n", Some(2)),
        ("REV0,aa\nREV1,加急\nREV2,aa\nREV3,bad\n", Some(1)),
        // The corrections were entered there as well.
        ("REV1,已付款\nREV2,aa\nREV3,加急\n", None),
    ] {
        sheet(place, rows);
        let run = place.verifies(erp, "x.csv", 1);
        run.says_nothing_of(READ);
        match lacks {
            Some(lacks) => run.says(&format!("{said} {lacks}")),
            None => run.says_nothing_of(said),
        };
    }
    // A row that was added and not sent yet is one of them, and the sheet stays the last word.
    sheet(place, ROWS);
    let text = place.read("x.results.csv");
    place.write("x.results.csv", text + "REV9,加急,,,,,,,\n");
    let run = place.verifies(erp, "x.csv", 1);
    run.says(&format!("{said} 3"));
    place
        .verifies(erp, "x.csv --lang zh", 1)
        .says("3 行改正或新增");
}

fn of_another(place: &Place, erp: &Sandbox) {
    sheet(place, ROWS);
    correct(place, erp);
    for rows in ["NEW1,加急\nREV2,加急\nREV3,bad\n", "REV1,加急\nREV2,加急\n"] {
        sheet(place, rows);
        let run = place.verifies(erp, "x.csv", 1);
        run.says_nothing_of("is read in the sheet's place");
    }
    sheet(place, ROWS);
    let text = place.read("x.results.csv");
    let check = text.trim_end().rsplit(',').next().expect("a check");
    place.write("x.results.csv", text.replace(&check[..6], "aaaaaa"));
    let run = place.verifies(erp, "x.csv", 1);
    run.says_nothing_of("is read in the sheet's place");
}

fn one_flag(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,x\nCG404,x\n");
    place.runs(erp, "x.csv --flag 加急", 1);
    place.edit("x.failures.csv", &[("CG404", "CG4")]);
    place.runs(erp, "x.failures.csv", 0);
    place.verifies(erp, "x.csv --flag 加急", 0);
    place.verifies(erp, "x.csv --flag aa", 1);
}

fn one_pair_of_files(place: &Place, erp: &Sandbox) {
    sheet(place, ROWS);
    correct(place, erp);
    place.verifies(erp, "x.csv", 0);
    let verified = [
        "purchase_no",
        "flag_name",
        "line",
        "status",
        "flag_now",
        "row_check",
    ];
    let by_sheet = place.table("x.verified.csv").text(verified);
    place.verifies(erp, "x.results.csv", 0);
    assert_eq!(place.table("x.verified.csv").text(verified), by_sheet);
}

fn hidden_refused(place: &Place, erp: &Sandbox) {
    hidden(place);
    for one in [
        "--flag 加急",
        "--clear",
        "--flag 加急 --dry-run",
        "--clear --limit 1",
    ] {
        let run = place.runs(erp, &format!("x.xlsx --yes {one}"), 2);
        run.says("2 rows are hidden")
            .says("--visible-only")
            .says("--include-hidden");
    }
    place
        .checks("x.xlsx --flag 加急", 2)
        .says("2 rows are hidden");
    place.verifies(erp, "x.xlsx --flag 加急", 2);
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["x.xlsx"]);
}

fn hidden_meant(place: &Place, erp: &Sandbox) {
    hidden(place);
    place.runs(erp, "x.xlsx --flag aa --visible-only", 0);
    assert_eq!((erp.accepted("HID3"), erp.accepted("HID5")), (0, 1));
    place.runs(erp, "x.xlsx --flag aa --include-hidden", 0);
    assert_eq!((erp.accepted("HID3"), erp.accepted("HID5")), (1, 2));
    // Each row with a flag of its own goes on as before.
    place
        .runs(erp, "x.xlsx", 0)
        .says("2 rows are hidden, by a filter perhaps, and sent too");
    assert_eq!(erp.accepted("HID3"), 2);
}
