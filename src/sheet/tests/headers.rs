//! Delimiters, title lines, and columns by name and letter.

use super::*;

fn columns(order: Option<&str>, flag: Option<&str>) -> SheetOptions {
    SheetOptions {
        order_column: order.map(str::to_owned),
        flag_column: flag.map(str::to_owned),
        ..SheetOptions::default()
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
        let others: String = ",\t;|"
            .chars()
            .filter(|&other| other != delimiter)
            .collect();
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
    assert!(refusal(text.as_bytes(), &SheetOptions::default()).contains("--delimiter"));
    let options = SheetOptions {
        delimiter: Some('^'),
        ..SheetOptions::default()
    };
    assert_eq!(
        told(&opened(text.as_bytes(), &options).unwrap()),
        ["2 CG1 a,b"]
    );
    for unusable in ['"', '\n', '，', 'a'] {
        let options = SheetOptions {
            delimiter: Some(unusable),
            ..SheetOptions::default()
        };
        assert!(refusal(text.as_bytes(), &options).contains("cannot be a delimiter"));
    }
}

#[test]
fn every_usual_name_is_known_in_any_dress() {
    for order in [
        "purchase_no",
        "Purchase No",
        "purchaseNo",
        "purchase-no",
        "PurchaseOrderNo",
        "PO number",
        "PO No.",
        "采购单号",
        "采购单编号",
        " 采购订单号\u{3000}",
        "*采购单号",
        "采购单号（必填）",
        "采购单号(必填)",
        "采购单号：",
        "【采购单号】",
        "[采购单号]",
        "采购 单号",
        "\"采购\n单号\"",
        "采购编号",
        "采购单",
        "订单号",
        "採購單號",
        "採購單編號",
        "採購訂單號",
    ] {
        for flag in [
            "flag_name",
            "FLAG",
            "ｆｌａｇ",
            "flagName",
            "flag-name",
            "标记名称",
            "标记",
            "采购单标记",
            "采购标记",
            "*标记（选填）",
            "標記名稱",
            "標記",
        ] {
            let sheet = open(&format!("x,{flag},{order}\n,aa,CG1\n"));
            let told = told(&sheet);
            assert_eq!(told.len(), 1, "{order} {flag}");
            assert!(told[0].ends_with(" CG1 aa"), "{order} {flag}: {told:?}");
        }
    }
}

#[test]
fn a_poorer_name_is_taken_only_where_no_better_one_stands() {
    let sheet = open("订单号,采购单号,采购单,标记\nDD1,CG1,x,aa\n");
    assert_eq!(told(&sheet), ["2 CG1 aa"]);
    let said = refusal(
        "订单号,采购单,标记\n1,2,a\n".as_bytes(),
        &SheetOptions::default(),
    );
    assert!(
        said.contains("more than one column could be the order"),
        "{said}"
    );
    let said = refusal(
        "采购编号,采购单号,标记\n1,2,a\n".as_bytes(),
        &SheetOptions::default(),
    );
    assert!(
        said.contains("more than one column could be the order"),
        "{said}"
    );
    // A remark that says more than how to fill the column in makes it another one.
    let said = refusal(
        "采购单号（旧）,标记\nCG1,a\n".as_bytes(),
        &SheetOptions::default(),
    );
    assert!(said.contains("no order column"), "{said}");
}

#[test]
fn a_name_that_is_given_may_be_in_other_dress() {
    let sheet = opened(
        "单号,*单号（必填）,类别：\nCG0,CG1,a\n".as_bytes(),
        &columns(Some("*单号"), Some("类别")),
    );
    assert!(
        sheet
            .unwrap_err()
            .to_string()
            .contains("more than one column")
    );
    let sheet = opened(
        "*单号（必填）,类别：\nCG1,a\n".as_bytes(),
        &columns(Some("单号"), Some("类别")),
    );
    assert_eq!(told(&sheet.unwrap()), ["2 CG1 a"]);
}

#[test]
fn a_sheet_of_one_column_is_told_of_one_flag_for_all() {
    for text in ["x\nCG1\n", "采购单号\nCG1\n", "CG1\nCG2\n"] {
        let said = refusal(text.as_bytes(), &SheetOptions::default());
        for option in ["--flag NAME", "--clear"] {
            assert!(said.contains(option), "{text:?}: {said}");
        }
        assert_eq!(
            said.contains("--no-header"),
            text.starts_with("CG"),
            "{said}"
        );
    }
}

#[test]
fn title_lines_are_skipped_and_told() {
    let sheet = open("采购单导出,,\n\n\"2024-01\n至 2024-02\",,\n采购单号,标记,备注\nCG1,aa,\n");
    let layout = sheet.layout();
    assert_eq!((layout.header_line, layout.skipped_lines), (5, 2));
    assert_eq!(told(&sheet), ["6 CG1 aa"]);
}

#[test]
fn the_header_is_within_twenty_lines() {
    let titled =
        |titles: usize| format!("{}purchase_no,flag_name\nCG1,a\n", "title\n".repeat(titles));
    assert_eq!(told(&open(&titled(19))), ["21 CG1 a"]);
    let said = refusal(titled(20).as_bytes(), &SheetOptions::default());
    assert!(
        said.starts_with("-: the header is on line 21, further below"),
        "{said}"
    );
    assert!(said.ends_with("--header-line 21"), "{said}");
    let said = refusal("title\n".repeat(30).as_bytes(), &SheetOptions::default());
    assert!(said.contains("in the first 20 lines"), "{said}");
}

#[test]
fn excels_separator_line_is_a_title() {
    let sheet = open("sep=;\r\npurchase_no;flag_name\r\nCG1;a\r\n");
    assert_eq!(told(&sheet), ["3 CG1 a"]);
}

#[test]
fn a_missing_column_is_named_with_what_there_is() {
    let said = refusal(
        "采购单号,备注\nCG1,a\n".as_bytes(),
        &SheetOptions::default(),
    );
    assert_eq!(
        said,
        "-: no flag column (标记), named flag_name, flag, 标记名称, 标记, 采购单标记 in the first 20 lines; \
         line 1 has \"采购单号\", \"备注\"; \
         name it with --flag-column (header or letter), or the separator with --delimiter; \
         or give all orders one flag with --flag NAME, or clear their flags with --clear"
    );
    let said = refusal(b"a,b\n1,2\n", &columns(Some("no such"), None));
    assert!(
        said.contains("no order column (采购单号) \"no such\" and no flag column"),
        "{said}"
    );
    assert!(said.contains("--order-column and --flag-column"), "{said}");
    let said = refusal(b"a,b\n1,2\n", &flagged("x"));
    assert!(
        said.contains("no order column") && !said.contains("flag column"),
        "{said}"
    );
}

#[test]
fn two_columns_for_one_role_are_both_named() {
    let text = "采购单号,Purchase_No,标记\nCG1,CG2,a\n";
    let said = refusal(text.as_bytes(), &SheetOptions::default());
    assert!(
        said.contains("line 1: more than one column could be the order column"),
        "{said}"
    );
    assert!(
        said.contains("\"采购单号\" (column A), \"Purchase_No\" (column B)"),
        "{said}"
    );
    assert!(said.contains("--order-column"), "{said}");
    for (given, order) in [("purchase_no", "CG2"), ("采购单号", "CG1"), ("B", "CG2")] {
        let sheet = opened(text.as_bytes(), &columns(Some(given), None)).unwrap();
        assert_eq!(told(&sheet), [format!("2 {order} a")], "{given}");
    }
    let two_flags = "purchase_no,flag,标记\nCG1,a,b\n";
    assert!(refusal(two_flags.as_bytes(), &SheetOptions::default()).contains("--flag-column"));
    let sheet = opened(two_flags.as_bytes(), &flagged("x")).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 x"]);
}

#[test]
fn of_headers_that_fold_alike_the_exact_one_is_meant() {
    let text = b"no,flag,Flag\nCG1,a,b\n";
    let sheet = opened(text, &columns(Some("no"), Some("Flag"))).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 b"]);
    let said = refusal(b"no,flag,flag\n1,2,3\n", &columns(Some("no"), Some("flag")));
    assert!(said.contains("(column B), \"flag\" (column C)"), "{said}");
}

#[test]
fn columns_can_be_named_by_letter() {
    let text = "月报,,\n单号,x,类别\nCG1,,a\n";
    let sheet = opened(text.as_bytes(), &columns(Some("A"), Some("c"))).unwrap();
    assert_eq!(
        (sheet.layout().header_line, sheet.layout().skipped_lines),
        (2, 1)
    );
    assert_eq!(told(&sheet), ["3 CG1 a"]);
    // A letter for one, a usual name for the other.
    let text = "title\n单号;标记\nCG1;a\n";
    let sheet = opened(text.as_bytes(), &columns(Some("A"), None)).unwrap();
    assert_eq!(told(&sheet), ["3 CG1 a"]);
    // A header of that name wins.
    let text = "x,flag_name,A\nCG1,a,CG2\n";
    let sheet = opened(text.as_bytes(), &columns(Some("A"), None)).unwrap();
    assert_eq!(told(&sheet), ["2 CG2 a"]);
    assert!(refusal(text.as_bytes(), &columns(Some("A"), Some("D"))).contains("\"D\""));
    let said = refusal(b"x,y\n1,2\n", &columns(Some("B"), Some("b")));
    assert!(
        said.contains("column \"y\" (column B) cannot be both"),
        "{said}"
    );
}
