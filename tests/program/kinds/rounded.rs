//! A guard that one counter-example switches off, or that knows one kind of file: long numbers whose
//! end was rounded away are told by how many of a column end in zeros.

use super::carried::Carried;
use crate::harness::{Place, sandbox};

/// A name; the orders; those that are invalid.
type Case = (&'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (
        "public 2: one intact number among cut ones",
        "2022072512345920000 2022072512345930000 2022072512345940000 2022072512345950000 \
         2022072512345928259",
        "2022072512345920000 2022072512345930000 2022072512345940000 2022072512345950000",
    ),
    (
        "public 2: several intact ones",
        "2022072512345920000 2022072512345930000 2022072512345928259 2022072512345928260 \
         2022072512345928261 2022072512345928262",
        "2022072512345920000 2022072512345930000",
    ),
    (
        "public 2: of 16 and 17 digits",
        "2204130001234560 2204130001234570 2204130001234580 22041300012345600 22041300012345700 \
         2204130001234591",
        "2204130001234560 2204130001234570 2204130001234580 22041300012345600 22041300012345700",
    ),
    (
        "public 2: rounded by a browser, 19 digits",
        "2022072512345928200 2022072512345931000 2022072512345940400 2022072512345928259",
        "2022072512345928200 2022072512345931000 2022072512345940400",
    ),
    (
        "public 2: rounded by a browser, 18 digits",
        "202207251234592800 202207251234593100 202207251234594400 202207251234592825",
        "202207251234592800 202207251234593100 202207251234594400",
    ),
    (
        "public 2: no more zeros than chance makes",
        "2204130001234560 2204130001234561 2204130001234562 2204130001234563 2204130001234564 \
         2204130001234565 2204130001234566 2204130001234567 2204130001234568 2204130001234570",
        "",
    ),
    (
        "public 2: one among others",
        "2022072512345920000 2022072512345928259 2022072512345928261",
        "",
    ),
    (
        "public 2: one order on several lines",
        "2204130001234560 2204130001234560 2204130001234560 2204130001234561",
        "",
    ),
    (
        "public 10: all cut, among other orders",
        "220413000123456000 220413000123457000 CG1 220413000123456",
        "220413000123456000 220413000123457000",
    ),
    (
        "public 10: of 15 digits nothing is cut",
        "220413000123000 220413000124000 220413000125000",
        "",
    ),
    (
        "public 2: prefixes are no numbers",
        "CG22041300012345000 CG22041300012346000 CG22041300012347000",
        "",
    ),
];

/// What a run over the file sends, and which of its orders are invalid.
#[track_caller]
fn invalid(name: &str, place: &Place, file: &str) -> String {
    let erp = sandbox();
    let run = crate::harness::finish(&mut place.run(&erp, [file]));
    let results = place.table(&format!(
        "{}.results.csv",
        file.split('.').next().unwrap_or(file)
    ));
    let rows = results.select(["采购单号", "status", "message"]);
    for [order, status, message] in &rows {
        let is_sent = erp.flags().contains_key(*order);
        assert_eq!(*status == "ok", is_sent, "{name}: {order}: {run:#?}");
        let says = is_sent || message.contains("cut to 15 digits, or a browser has rounded");
        assert!(says, "{name}: {message}");
    }
    let invalid = rows.iter().filter(|row| row[1] == "invalid");
    invalid.map(|row| row[0]).collect::<Vec<_>>().join(" ")
}

#[test]
fn numbers_that_were_rounded_are_told_in_every_kind_of_file() {
    for &(name, orders, expected) in CASES {
        let orders: Vec<&str> = orders.split_whitespace().collect();
        let lines = |row: &dyn Fn(&str) -> String| orders.iter().map(|it| row(it)).collect();
        let text: String = lines(&|order| format!("{order},aa\n"));
        let page: String = lines(&|order| format!("<tr><td>{order}</td><td>aa</td></tr>"));
        let place = Place::new();
        place.write("csv.csv", format!("采购单号,标记\n{text}"));
        let head = "<tr><th>采购单号</th><th>标记</th></tr>";
        place.write(
            "page.xls",
            format!("<meta charset=utf-8><table>{head}{page}</table>"),
        );
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let worksheet = workbook.add_worksheet();
        for (row, cells) in (0..).zip(std::iter::once("采购单号").chain(orders.iter().copied()))
        {
            worksheet.write(row, 0, cells).expect("written");
            let flag = if row == 0 { "标记" } else { "aa" };
            worksheet.write(row, 1, flag).expect("written");
        }
        workbook.save(place.path("book.xlsx")).expect("saved");
        for file in ["csv.csv", "page.xls", "book.xlsx"] {
            let name = format!("{name}: {file}");
            assert_eq!(invalid(&name, &place, file), expected, "{name}");
        }
    }
}

#[test]
fn a_number_that_is_marked_as_right_is_sent() {
    for (name, cell) in [
        ("public 2: an apostrophe", "'2022072512345960000"),
        ("public 2: a formula", "\"=\"\"2022072512345960000\"\"\""),
        ("public 16: a backtick", "`2022072512345960000"),
    ] {
        let place = Place::new();
        place.write(
            "orders.csv",
            format!("采购单号,标记\n2022072512345920000,aa\n2022072512345930000,aa\n{cell},aa\n"),
        );
        let erp = sandbox();
        place.runs(&erp, "orders.csv", 1);
        let sent: Vec<_> = erp.flags().into_keys().collect();
        assert_eq!(sent, ["2022072512345960000"], "{name}");
        // The others stay invalid when they are given back, until they are put right.
        place.runs(&erp, "orders.failures.csv", 1);
        assert_eq!(erp.stats().calls, 1, "{name}");
        place.edit(
            "orders.failures.csv",
            &[("20000,", "28259,"), ("30000,", "31111,")],
        );
        place.runs(&erp, "orders.failures.csv", 0);
        assert_eq!(erp.stats().calls, 3, "{name}");
    }
}

#[test]
fn what_stands_around_a_number_does_not_hide_it() {
    for (name, around, sent) in [
        (
            "public 13: a tab behind it",
            "2022072512345928259\t",
            "2022072512345928259",
        ),
        (
            "public 13: a wide blank before it",
            "\u{2003}2022072512345928259",
            "2022072512345928259",
        ),
        (
            "public 16: a backtick",
            "`2022072512345921234",
            "2022072512345921234",
        ),
        (
            "public 16: a blank by its name",
            "&nbsp;2022072512345921234",
            "2022072512345921234",
        ),
        ("public 16: several blanks", "&emsp;&nbsp; CG1", "CG1"),
        ("public 16: no blank", "CG&nbsp1", "CG&nbsp1"),
    ] {
        let text = format!("采购单号,规格,标记\n{around},x,aa\n");
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", text);
        place.runs(&erp, "orders.csv", 0);
        let flags: Vec<_> = erp.flags().into_keys().collect();
        assert_eq!(flags, [sent], "{name}");
    }
    // Of two cut ones a tab behind each makes no intact ones.
    let text = "采购单号,标记\n2022072512345920000\t,aa\n2022072512345930000\t,aa\n";
    let carried = Carried::of("public 2: with tabs", text, "");
    assert_eq!(carried.rows(), "2 invalid, 3 invalid");
}

/// The failures of a night, saved by a spreadsheet that runs in a browser.
#[test]
fn failures_whose_orders_a_browser_has_rounded_are_not_sent() {
    for (name, was, made) in [
        ("of 19 digits", "2022072512345928259", "2022072512345928200"),
        ("of 18 digits", "202207251234592825", "202207251234592830"),
        ("by Excel", "2022072512345928259", "2022072512345920000"),
    ] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", format!("采购单号,标记\n{was},没有\nCG1,aa\n"));
        place.runs(&erp, "orders.csv", 1);
        place.edit("orders.failures.csv", &[(was, made), ("没有", "aa")]);
        place.runs(&erp, "orders.failures.csv", 1);
        assert_eq!(
            place.statuses("orders.results.csv"),
            ["invalid", "ok"],
            "{name}"
        );
        assert_eq!(erp.flags().len(), 1, "{name}");
        place.edit("orders.failures.csv", &[(made, was)]);
        place.runs(&erp, "orders.failures.csv", 0);
        assert_eq!(erp.flags()[was], "aa", "{name}");
    }
}
