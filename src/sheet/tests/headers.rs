//! Delimiters, title lines, the header, and columns by name and letter.

use super::*;

fn none() -> SheetOptions {
    SheetOptions::default()
}

fn at_line(line: u64, options: SheetOptions) -> SheetOptions {
    SheetOptions {
        header_line: Some(line),
        ..options
    }
}

/// The sheet is refused, and what is said of it has these parts.
#[track_caller]
fn is_refused(text: &str, options: &SheetOptions, parts: &[&str]) {
    let said = refusal(text.as_bytes(), options);
    for part in parts {
        assert!(said.contains(part), "{text:?}: {part}: {said}");
    }
}

#[test]
fn the_delimiter_is_found_from_the_header() {
    for (delimiter, format) in [
        (',', "CSV"),
        ('\t', "TSV"),
        (';', "delimited text"),
        ('|', "delimited text"),
    ] {
        // The other delimiters stand in cells.
        let others = ",\t;|".replace(delimiter, "");
        let text = "备注~@采购单号@标记\nx~@CG1@aa\n";
        let text = text
            .replace('~', &others)
            .replace('@', &delimiter.to_string());
        let sheet = open(&text);
        assert_eq!(sheet.layout().delimiter, Some(delimiter));
        assert_eq!(sheet.layout().format.to_string(), format);
        assert_eq!(told(&sheet), ["2 CG1 aa"], "{delimiter:?}");
    }
}

#[test]
fn a_delimiter_given_overrules() {
    let text = "purchase_no^flag_name\nCG1^a,b\n";
    let given = |delimiter| with(|it| it.delimiter = Some(delimiter));
    is_refused(text, &none(), &["--delimiter"]);
    assert_eq!(read(text, &given('^')), ["2 CG1 a,b"]);
    for unusable in ['"', '\n', '，', 'a'] {
        is_refused(text, &given(unusable), &["cannot be a delimiter"]);
    }
}

#[test]
fn every_usual_name_is_known_in_any_dress() {
    let orders = "purchase_no~Purchase No~purchaseNo~purchase-no~PurchaseOrderNo~PO number~PO No.~采购单号\
                  ~采购单编号~ 采购订单号\u{3000}~*采购单号~采购单号（必填）~采购单号(必填)~采购单号：~【采购单号】\
                  ~[采购单号]~采购 单号~\"采购\n单号\"~采购编号~采购单~订单号~採購單號~採購單編號~採購訂單號";
    let flags = "flag_name~FLAG~ｆｌａｇ~flagName~flag-name~标记名称~标记~采购单标记~采购标记~*标记（选填）\
                 ~標記名稱~標記";
    for order in orders.split('~') {
        for flag in flags.split('~') {
            let told = told(&open(format!("x,{flag},{order}\n,aa,CG1\n")));
            assert_eq!(told.len(), 1, "{order} {flag}");
            assert!(told[0].ends_with(" CG1 aa"), "{order} {flag}: {told:?}");
        }
    }
}

#[test]
fn the_header_is_the_first_line_with_the_columns() {
    let far = format!("{}purchase_no,flag_name\nCG1,a\n", "t\n".repeat(19));
    let farther = format!("{}采购单号,标记\nCG1,aa\n", "a,b,c\n".repeat(30));
    let title = "采购单导出,,\n\n\"2024-01\n至 2024-02\",,\n采购单号,标记,备注\nCG1,aa,\n";
    for (text, options, rows) in [
        (title, none(), "6 CG1 aa"),
        (
            "sep=;\r\npurchase_no;flag_name\r\nCG1;a\r\n",
            none(),
            "3 CG1 a",
        ),
        (&far, none(), "21 CG1 a"),
        (&farther, at_line(31, none()), "32 CG1 aa"),
        // A name of last resort counts where no better one stands, on this line or another.
        (
            "订单号,采购单号,采购单,标记\nDD1,CG1,x,aa\n",
            none(),
            "2 CG1 aa",
        ),
        (
            "采购单\n采购单号,类型\nCG1,采购单\nCG2,订单号\n",
            flagged("aa"),
            "3 CG1 aa~4 CG2 aa",
        ),
        // A name that is given may be in other dress, and exactly alike is better.
        (
            "*单号（必填）,类别：\nCG1,a\n",
            columns("单号", "类别"),
            "2 CG1 a",
        ),
        ("no,flag,Flag\nCG1,a,b\n", columns("no", "Flag"), "2 CG1 b"),
        ("purchase_no,flag,标记\nCG1,a,b\n", flagged("x"), "2 CG1 x"),
        // By letter, unless a header has that name.
        (
            "月报,,\n单号,x,类别\nCG1,,a\n",
            columns("A", "c"),
            "3 CG1 a",
        ),
        ("title\n单号;标记\nCG1;a\n", columns("A", ""), "3 CG1 a"),
        ("x,flag_name,A\nCG1,a,CG2\n", columns("A", ""), "2 CG2 a"),
        (
            "单,旗\nCG1,加急\nCG2,加急\n",
            columns("A", "B"),
            "2 CG1 加急~3 CG2 加急",
        ),
        ("单,旗\n", columns("A", "B"), ""),
        ("purchase_no,旗\nA,加急\n", columns("A", "B"), "2 A 加急"),
    ] {
        assert_eq!(read(text, &options).join("~"), rows, "{text:?}");
    }
    let sheet = opened(farther.as_bytes(), &at_line(31, none())).unwrap();
    let layout = sheet.layout();
    assert_eq!((layout.header_line, layout.skipped_lines), (31, 30));
}

#[test]
fn the_same_header_again_is_that_of_another_page() {
    let told = told(&open("采购单号,标记\nCG1,aa\n*采购单号 ,标记,\nCG2,bb\n"));
    assert_eq!([&told[0], &told[2]], ["2 CG1 aa", "4 CG2 bb"]);
    assert!(told[1].contains("a repeated header"), "{told:?}");
}

#[test]
fn of_several_headers_or_columns_none_is_taken() {
    let several = "more than one line could be the header: 1, 4; say which with --header-line";
    for query in [
        "采购单号,CG9,标记,缺票",
        "采购单号:,CG9,标记:,缺票",
        "采购单号：,,标记：,",
    ] {
        let text = format!("{query}\n仓库,x\n\n采购单号,供应商,标记\nCG1,x,aa\nCG2,y,bb\n");
        is_refused(&text, &none(), &[several]);
        let options = at_line(4, none());
        assert_eq!(read(&text, &options), ["5 CG1 aa", "6 CG2 bb"]);
    }
    let several = "more than one column";
    let named = "\"采购单号\" (column A), \"Purchase_No\" (column B)";
    for (text, options, parts) in [
        (
            "采购单号,Purchase_No,标记\nCG1,CG2,a\n",
            none(),
            &[
                "line 1: more than one column could be the order column",
                named,
                "--order-column",
            ][..],
        ),
        ("订单号,采购单,标记\n1,2,a\n", none(), &[several]),
        ("采购编号,采购单号,标记\n1,2,a\n", none(), &[several]),
        (
            "purchase_no,flag,标记\nCG1,a,b\n",
            none(),
            &["--flag-column"],
        ),
        (
            "no,flag,flag\n1,2,3\n",
            columns("no", "flag"),
            &["(column B), \"flag\" (column C)"],
        ),
        (
            "单号,*单号（必填）,类别：\nCG0,CG1,a\n",
            columns("*单号", "类别"),
            &[several],
        ),
        (
            "x,y\n1,2\n",
            columns("B", "b"),
            &["column \"y\" (column B) cannot be both"],
        ),
    ] {
        is_refused(text, &options, parts);
    }
    let text = "采购单号,Purchase_No,标记\nCG1,CG2,a\n";
    for (given, order) in [("purchase_no", "CG2"), ("采购单号", "CG1"), ("B", "CG2")] {
        assert_eq!(read(text, &columns(given, "")), [format!("2 {order} a")]);
    }
}

/// What may be a row, a title or a query is no header until somebody says so.
#[test]
fn a_line_that_may_be_none_is_not_taken_for_the_header() {
    for (text, options) in [
        ("CG1,加急\nCG2,缺票\n", columns("A", "B")),
        ("CG10,加急\n2204130001,缺票\n", columns("A", "B")),
        ("CG1,加急\n", columns("A", "B")),
        ("CG1,加急\n\nPO-2,缺票,x\n", columns("A", "B")),
        ("单A,加急\nCG2,缺票\nCG3,加急\n", columns("A", "B")),
        ("A,加急\nB,缺票\n", columns("A", "B")),
        ("十一月,x\n单号,类别\nCG1,加急\n", columns("A", "B")),
        (
            "采购单号:,CG9,标记:,缺票\n单号,x,y,状态\nCG1,,,aa\n",
            none(),
        ),
        ("采购单\n单号,类型\nCG1,x\n", flagged("aa")),
    ] {
        let said = [
            "line 1 (\"",
            "not the header",
            "--no-header",
            "--header-line 1",
        ];
        is_refused(text, &options, &said);
        let rows = read(text, &at_line(1, options.clone()));
        let options = SheetOptions {
            no_header: true,
            flag: options.flag,
            ..columns("A", "B")
        };
        assert_eq!(rows.len() + 1, read(text, &options).len());
    }
    let text = "采购单号:,CG9,标记:,缺票\n单号,x,y,状态\nCG1,,,aa\n";
    assert_eq!(read(text, &columns("单号", "状态")), ["3 CG1 aa"]);
}

#[test]
fn what_is_missing_is_named_with_what_there_is() {
    assert_eq!(
        refused("采购单号,备注\nCG1,a\n"),
        "-: no flag column (flag_name, 标记); line 1 has \"采购单号\", \"备注\"; \
         name it with --flag-column (header or letter), or the header's line with --header-line, \
         the separator with --delimiter, the worksheet with --sheet; \
         or give all orders one flag with --flag NAME, or clear their flags with --clear"
    );
    let other = "no order column (purchase_no, 采购单号) \"no such\"";
    let two = "采购单号,标记\n单号,\"类\n别\"\nCG1,aa\n\n";
    for (text, options, parts) in [
        // A remark that says more than how to fill the column in makes it another one.
        (
            "采购单号（旧）,标记\nCG1,a\n",
            none(),
            &["no order column"][..],
        ),
        (
            "a,b\n1,2\n",
            columns("no such", ""),
            &[other, "no flag column", "--order-column, --flag-column"],
        ),
        ("x,flag_name,A\nCG1,a,CG2\n", columns("A", "D"), &["\"D\""]),
        ("单\nCG1\n", none(), &["--flag NAME", "--clear"]),
        ("CG1\nCG2\n", none(), &["--flag NAME", "--no-header"]),
        (&"title\n".repeat(30), none(), &["--header-line"]),
        (
            two,
            at_line(2, none()),
            &[
                "no order column",
                "line 2 has \"单号\", \"类\\n别\"",
                "--header-line",
            ],
        ),
    ] {
        is_refused(text, &options, parts);
    }
    let said = refusal(b"a,b\n1,2\n", &flagged("x"));
    assert!(!said.contains("flag column"), "{said}");
    // Within a row, blank, and below the end.
    for line in [3, 5, 9] {
        let options = at_line(line, with(|it| it.delimiter = Some(',')));
        let says = format!("-: no row begins on line {line};");
        is_refused(two, &options, &[&says]);
    }
}
