//! Cells that hold no order and no flag that somebody meant.

use super::*;

#[test]
fn what_is_no_order_or_no_flag_is_named() {
    for (order, flag, problem) in [
        (
            "2,20413E+12",
            "aa",
            "采购单号 is a number that Excel has cut",
        ),
        ("CG1\nCG2", "aa", "采购单号 is several orders"),
        ("采购单号", "aa", "采购单号 is a repeated header"),
        ("CG\u{3164}1", "aa", "采购单号 has an invisible character"),
        ("CG1", "12:30", "标记 is a time"),
        ("CG1", "加\u{ad}急", "标记 has an invisible character"),
    ] {
        let told = told(&open(format!("采购单号,标记\n\"{order}\",{flag}\n")));
        assert!(told[0].starts_with(&format!("2 ! {problem}")), "{told:?}");
    }
    // One flag for all rows changes nothing in what is no order.
    let sheet = opened("采购单号\n合计：12\n".as_bytes(), &flagged("aa")).unwrap();
    assert!(told(&sheet)[0].starts_with("2 ! 采购单号 is a total line"));
}

#[test]
fn the_header_of_another_page_is_no_row() {
    let options = columns("单 号", "类别");
    let text = "单 号,类别\nCG1,aa\n 单 号,类别\nCG2,aa\n";
    let told = read(text, &options);
    assert!(told[1].contains("a repeated header"), "{told:?}");
    assert_eq!([&told[0], &told[2]], ["2 CG1 aa", "4 CG2 aa"]);
}

#[test]
fn long_numbers_that_all_end_in_zeros_are_cut_ones() {
    let rows = |numbers: &[&str]| {
        let rows: String = numbers.iter().map(|it| format!("{it},aa\n")).collect();
        told(&open(format!("采购单号,标记\n{rows}")))
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
