//! Cells that hold no order and no flag that somebody meant.

use super::*;

/// What is said of the row with this order, in a sheet with a flag column and in one without.
#[track_caller]
fn said(order: &str) -> String {
    let quoted = order.replace('"', "\"\"");
    let text = format!("采购单号,标记\nCG1,aa\n\"{quoted}\",aa\n");
    let with_column = told(&open(&text)).swap_remove(1);
    let text = format!("采购单号\nCG1\n\"{quoted}\"\n");
    let sheet = opened(text.as_bytes(), &flagged("aa")).unwrap();
    assert_eq!(told(&sheet)[1], with_column, "with --flag");
    with_column
}

#[test]
fn what_is_no_order_is_named() {
    for (cell, what) in [
        ("2024-01-05", "a date"),
        ("12:30:00", "a time"),
        ("TRUE", "true or false"),
        ("15%", "a percentage"),
        ("#SPILL!", "the error of a formula"),
        ("Err:502", "the error of a formula"),
        ("####", "too narrow"),
        ("2,20413E+12", "a number that Excel has cut"),
        ("2204130001.0", "a number with decimals"),
        ("2,204,130,001", "a number with decimals or separators"),
        ("CG1、CG2", "several orders"),
        ("CG1\nCG2", "several orders"),
        ("合计：12", "a total line"),
        ("注：以上加急", "a note"),
        ("制表人：张三", "a note"),
        ("采购单号", "a repeated header"),
        ("CG\u{3164}1", "an invisible character; it"),
    ] {
        let said = said(cell);
        assert!(
            said.starts_with("3 ! 采购单号 ") && said.contains(what),
            "{cell}: {said}"
        );
    }
}

#[test]
fn what_is_no_flag_is_named() {
    for (cell, what) in [
        ("2024-01-05", "a date"),
        ("12:30", "a time"),
        ("FALSE", "true or false"),
        ("15%", "a percentage"),
        ("#N/A", "the error of a formula"),
        ("加\u{ad}急", "an invisible character; it"),
    ] {
        let told = told(&open(&format!("采购单号,标记\nCG1,{cell}\n")));
        assert!(
            told[0].starts_with("2 ! 标记 ") && told[0].contains(what),
            "{told:?}"
        );
    }
}

#[test]
fn the_header_of_another_page_is_no_row() {
    let options = SheetOptions {
        order_column: Some("单 号".to_owned()),
        flag_column: Some("类别".to_owned()),
        ..SheetOptions::default()
    };
    let text = "单 号,类别\nCG1,aa\n 单 号,类别\nCG2,aa\n";
    let told = told(&opened(text.as_bytes(), &options).unwrap());
    assert!(told[1].contains("a repeated header"), "{told:?}");
    assert_eq!([&told[0], &told[2]], ["2 CG1 aa", "4 CG2 aa"]);
}

#[test]
fn long_numbers_that_all_end_in_zeros_are_cut_ones() {
    let rows = |numbers: &[&str]| {
        let rows: String = numbers.iter().map(|it| format!("{it},aa\n")).collect();
        told(&open(&format!("采购单号,标记\n{rows}")))
    };
    let told = rows(&[
        "220413000123456000",
        "CG1",
        "220413000123457000",
        "220413000000000000",
        "220413000123456",
    ]);
    for (at, line) in [(0, 2), (2, 4), (3, 5)] {
        let start = format!("{line} ! 采购单号 is a number that Excel has probably cut to 15");
        assert!(told[at].starts_with(&start), "{told:?}");
    }
    assert_eq!([&told[1], &told[4]], ["3 CG1 aa", "6 220413000123456 aa"]);
    // Of a day that has less than a thousand, nothing is left but the date.
    assert!(rows(&["202611010000000000", "CG1"])[0].contains("cut to 15"));
    // One that is whole speaks for all, one that is marked as text for itself.
    let told = rows(&["220413000123456000", "220413000123457123"]);
    assert_eq!(told[0], "2 220413000123456000 aa");
    assert_eq!(rows(&["'220413000123456000"]), ["2 220413000123456000 aa"]);
    // As long as nobody has put them right, given back or not.
    assert!(rows(&["220413000123456000"])[0].contains("cut to 15"));
}
