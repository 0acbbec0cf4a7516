//! Damage that happens to parse: fields that fit the header by chance are no content, and rows that
//! were taken in are told.

use super::carried::Carried;
use crate::harness::Place;

/// A name; the sheet; options; the results' rows; and what is said of the invalid one.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const QUOTE: &str = "a quote (\") does not close where its field ends";
const CUT: &str = "the sheet ends in the middle of a row? if not, end it with a line break";

const CASES: &[Case] = &[
    (
        "public 1: a stray quote takes in the next row",
        "采购单号,规格,标记\nCG1001,a,加急\nCG1002,\"15寸\",aa\nCG1003,\"17寸,加急\nCG1004,\"18寸\",aa\nCG1005,c,加急\n",
        "",
        "2 ok, 3 ok, 4 invalid, 6 ok",
        "(line 4, column B, through line 5)",
    ),
    (
        "public 1: with tabs and CRLF",
        "采购单号\t规格\t标记\r\nCG1\ta\taa\r\nCG3\t\"17寸\t加急\r\nCG4\t\"18寸\"\taa\r\nCG5\tc\t加急\r\n",
        "",
        "2 ok, 3 invalid, 5 ok",
        "(line 3, column B, through line 4)",
    ),
    (
        "public 1: with semicolons, several rows taken in",
        "采购单号;规格;标记\nCG1;a;aa\nCG3;\"17寸;加急\nCG4;b;aa\nCG5;b;aa\nCG6;\"18寸\";aa\nCG7;c;加急\n",
        "",
        "2 ok, 3 invalid, 7 ok",
        "(line 3, column B, through line 6)",
    ),
    (
        "public 1: with |, in the last column and without a header",
        "CG3|加急|\"17寸\nCG4|aa|\"18寸\"\nCG5|aa|c\n",
        "--no-header --order-column A --flag-column B",
        "1 invalid, 3 ok",
        QUOTE,
    ),
    (
        "public 1: the stray quote before the order",
        "规格,采购单号,标记\n\"17寸,CG3,加急\n\"18寸\",CG4,aa\nc,CG5,aa\n",
        "",
        "2 invalid, 4 ok",
        "(line 2, column A, through line 3)",
    ),
    (
        "public 1: closed by another stray, rows fit by chance",
        "采购单号,规格,标记\nCG1003,\"17寸,加急\nCG1004,18寸\",aa\nCG1005,c,加急\n",
        "",
        "2 invalid, 4 ok",
        "(line 2, column B, through line 3)",
    ),
    (
        "public 1: text behind a quote on one line",
        "采购单号,规格,标记\nCG1,\"15\"寸,aa\nCG2,\"15 \"\"寸\"\"\" ,aa\n",
        "",
        "2 invalid, 3 ok",
        "(line 2, column B, through line 2)",
    ),
    (
        "public 1: behind a field with line breaks",
        "采购单号,备注,规格,标记\nCG1,\"a\nb\",\"15\"寸,aa\nCG2,,,aa\n",
        "",
        "2 invalid, 4 ok",
        "(line 3, column C, through line 3)",
    ),
    (
        "public 4: fields with line breaks that are well-formed",
        "采购单号,备注,标记\nCG1,\"一,\n\"\"二\"\"\n,三\",aa\nCG2,\"分两批\r\n见 CG1,CG3\",aa\n",
        "",
        "2 ok, 5 ok",
        "",
    ),
    (
        "public 48: a quote within a field",
        "采购单号,规格,标记\nCG1,16\",aa\nCG2,16\" x 9\",aa\n",
        "",
        "2 ok, 3 ok",
        "",
    ),
    (
        "cut off: fields are missing",
        "采购单号,标记,备注\nCG20260001,aa,一\nCG20260002,aa,二\nCG20260003,aa",
        "",
        "2 ok, 3 ok, 4 invalid",
        CUT,
    ),
    (
        "cut off: with tabs",
        "采购单号\t标记\t备注\nCG20260001\taa\t一\nCG20260003\taa",
        "",
        "2 ok, 3 invalid",
        CUT,
    ),
    (
        "cut off: the only row",
        "采购单号,标记,备注\nCG20260003,aa",
        "",
        "2 invalid",
        CUT,
    ),
    (
        "cut off: within the order, which is last",
        "标记;采购单号\naa;CG20260001\naa;CG20260002\naa;CG20",
        "",
        "2 ok, 3 ok, 4 invalid",
        CUT,
    ),
    (
        "cut off: within the order, one flag for all",
        "采购单号\nCG20260001\nCG20260002\nCG202600",
        "--flag aa",
        "2 ok, 3 ok, 4 invalid",
        CUT,
    ),
    (
        "cut off: without a header",
        "CG20260001,aa,一\nCG20260002,aa,二\nCG20260003,aa",
        "--no-header --order-column A --flag-column B",
        "1 ok, 2 ok, 3 invalid",
        CUT,
    ),
    (
        "not cut off: every line lacks the same fields",
        "采购单号,标记,备注\nCG1,aa\nCG2,aa\nCG3,aa",
        "",
        "2 ok, 3 ok, 4 ok",
        "",
    ),
    (
        "not cut off: orders of all lengths",
        "标记,采购单号\naa,CG1000\naa,CG999\naa,CG12\naa,CG7",
        "",
        "2 ok, 3 ok, 4 ok, 5 ok",
        "",
    ),
    (
        "not cut off: a line break ends it",
        "采购单号,标记,备注\nCG20260001,aa,一\nCG20260003,aa\n",
        "",
        "2 ok, 3 ok",
        "",
    ),
    (
        "not cut off: one row by itself",
        "CG1,aa",
        "--no-header --order-column A --flag-column B",
        "1 ok",
        "",
    ),
    (
        "public 32: the last line whole without a line break",
        "采购单号,标记\nCG20260001,加急\nCG20260002,aa",
        "",
        "2 ok, 3 ok",
        "",
    ),
];

#[test]
fn what_is_damaged_is_not_sent() {
    for &(name, sheet, options, rows, said) in CASES {
        let carried = Carried::of(name, sheet, options);
        assert_eq!(carried.rows(), rows, "{name}: {:#?}", carried.run);
        let results = carried.place.table("orders.results.csv");
        let messages = results.column("message").join("\n");
        assert!(messages.contains(said), "{name}: {messages}");
        let code = i32::from(rows.contains("invalid"));
        assert_eq!(carried.run.status.code(), Some(code), "{name}");
        if code == 0 {
            continue;
        }
        // Given back as it is, it stays invalid; nothing that was taken in is lost.
        let calls = carried.erp.stats().calls;
        let line = format!("orders.failures.csv {options}").replace("--no-header", "");
        let line = line.trim_end().replace("  ", " ");
        let line = line.replace(" --flag aa", "");
        carried.place.runs(&carried.erp, &line, 1);
        assert_eq!(carried.erp.stats().calls, calls, "{name}");
        assert_eq!(carried.rows(), rows, "{name}");
        let left = carried.place.table("orders.failures.csv");
        let cells: String = left.rows.concat().concat();
        let orders = sheet
            .split(['\n', '\t', ',', ';', '|'])
            .filter(|it| it.starts_with("CG"));
        for order in orders {
            let is_sent = carried.erp.flags().contains_key(order);
            assert!(is_sent || cells.contains(order), "{name}: {order}: {cells}");
        }
    }
}

#[test]
fn a_quote_that_is_not_closed_above_the_rows_refuses_the_sheet() {
    for (name, sheet) in [
        (
            "the header takes in a row",
            "采购单号,标记,\"备注\nCG1,加急,\"x\"\nCG2,aa,y\n",
        ),
        (
            "a title takes in the header of a page",
            "\"采购单\n采购单号,标记\nCG1,\"x\"\n采购单号,标记\nCG2,aa\n",
        ),
        (
            "a row that never ends",
            "采购单号,规格,标记\nCG1,\"17寸,aa\nCG2,b,aa\n",
        ),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet);
        let run = place.checks("orders.csv", 2);
        assert!(run.stderr.contains("column"), "{name}: {run:#?}");
        assert!(run.stderr.contains("the quote (\")"), "{name}: {run:#?}");
    }
}

/// A row that has taken in others says which, not that it can be deleted.
#[test]
fn a_row_that_took_in_others_is_not_decided_by_a_later_one() {
    let sheet = "采购单号,规格,标记\nCG3,\"17寸,加急\nCG4,\"18寸\",aa\nCG3,c,aa\n";
    let carried = Carried::of("decided", sheet, "");
    assert_eq!(carried.rows(), "2 invalid, 4 ok");
    let results = carried.place.table("orders.results.csv");
    assert!(
        !results.column("message")[0].contains("line 4"),
        "{results:?}"
    );
}
