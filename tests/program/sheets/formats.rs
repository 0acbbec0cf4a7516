//! Sheets as people export them: no option needed, and the results say all of it.

use std::path::Path;

use rust_xlsxwriter::Workbook;
use wdt_flags::sandbox::Sandbox;

use crate::harness::{Place, finish, sandbox};

/// What is written after the sheet's own columns.
const APPENDED: &str = "line,status,code,message,attempts,finished_at,row_check";

/// Runs the sheet and returns the whole results file, but for the times and the last column.
fn results(place: &Place, erp: &Sandbox, sheet: &str, options: &[&str], code: i32) -> String {
    let args = [&[sheet, "-o", "r.csv", "--failures", "f.csv"], options].concat();
    finish(&mut place.run(erp, args)).expect(code);
    let text = place.read("r.csv");
    let (header, rows) = text
        .strip_prefix('\u{feff}')
        .and_then(|text| text.split_once('\n'))
        .expect("a byte order mark and a header");
    let own = header.strip_suffix(APPENDED).expect("the appended columns");
    let rows: Vec<_> = rows
        .lines()
        .map(|row| row.rsplitn(3, ',').last().unwrap_or(row))
        .collect();
    format!("{own}\n{}\n", rows.join("\n"))
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(to_bytes)
        .collect()
}

#[test]
fn text_in_every_encoding_and_dress_gives_the_same_results() {
    let erp = sandbox();
    let expected = "采购单号,标记名称,备注,\n\
                    CG1,加急,a,2,ok,0,,1\n\
                    CG2,已质检,,3,ok,0,,1\n";
    let plain = "采购单号,标记名称,备注\nCG1,加急,a\nCG2,已质检,\n";
    let tabs = plain.replace(',', "\t");
    let sheets: [(&str, Vec<u8>); 11] = [
        ("utf-8.csv", plain.into()),
        ("bom.csv", format!("\u{feff}{plain}").into()),
        ("crlf.csv", plain.replace('\n', "\r\n").into()),
        ("unended.csv", plain.trim_end().into()),
        ("quoted.csv", plain.replace("CG1", "\"CG1\"").into()),
        ("gbk.csv", gb18030(plain)),
        ("semicolons.txt", plain.replace(',', ";").into()),
        ("bars.txt", plain.replace(',', "|").into()),
        ("unicode.txt", utf_16(&tabs, u16::to_le_bytes)),
        ("big-endian.txt", utf_16(&tabs, u16::to_be_bytes)),
        // As many ERPs export "Excel".
        ("export.xls", gb18030(&tabs)),
    ];
    for (name, bytes) in sheets {
        let place = Place::new();
        place.write(name, bytes);
        assert_eq!(results(&place, &erp, name, &[], 0), expected, "{name}");
    }
}

#[test]
fn workbooks_give_their_displayed_text_and_row_numbers() {
    let erp = sandbox();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    for name in ["orders.xls", "orders.ods"] {
        let place = Place::new();
        std::fs::copy(fixtures.join(name), place.path(name)).expect("copied");
        assert_eq!(
            results(&place, &erp, name, &[], 0),
            "采购单号,标记名称,备注,\n\
             CG1001,加急,a,3,ok,0,,1\n\
             CG1002,已质检,,4,ok,0,,1\n\
             20220413001,aa,3.5,5,ok,0,,1\n",
            "{name}"
        );
    }
}

/// A workbook whose first sheet is hidden, whose second has other columns, whose third is meant.
fn workbook(place: &Place) {
    let mut workbook = Workbook::new();
    let hidden = workbook.add_worksheet();
    hidden.set_name("旧").expect("named").set_hidden(true);
    hidden
        .write_row(0, 0, ["purchase_no", "flag_name"])
        .expect("written");
    hidden.write_row(1, 0, ["OLD1", "aa"]).expect("written");
    let notes = workbook.add_worksheet();
    notes.set_name("说明").expect("named").set_active(true);
    notes.write(0, 0, "请勿修改").expect("written");
    let orders = workbook.add_worksheet();
    orders.set_name("采购单").expect("named");
    orders.write(1, 1, "十一月").expect("written");
    orders
        .write_row(3, 1, ["备注", "标记", "采购单号"])
        .expect("written");
    orders
        .write_row(4, 1, ["x", "加急", "CG1"])
        .expect("written");
    orders.write(6, 2, "aa").expect("written");
    orders.write(6, 3, 20_220_413_001_u64).expect("written");
    orders.write(7, 2, "aa").expect("written");
    orders
        .write(7, 3, 1_234_567_890_123_456_789_f64)
        .expect("written");
    workbook.save(place.path("w.xlsx")).expect("saved");
}

#[test]
fn the_visible_worksheet_with_the_columns_is_taken() {
    let (place, erp) = (Place::new(), sandbox());
    workbook(&place);
    let results = results(&place, &erp, "w.xlsx", &[], 1);
    assert!(
        results.starts_with(
            ",备注,标记,采购单号,\n,x,加急,CG1,5,ok,0,,1\n,,aa,20220413001,7,ok,0,,1\n"
        ),
        "{results}"
    );
    assert!(
        results.contains(",8,invalid,,"),
        "a number Excel has cut: {results}"
    );
    assert!(erp.flags().contains_key("20220413001") && !erp.flags().contains_key("OLD1"));
}

#[test]
fn a_worksheet_is_named_or_counted() {
    let (place, erp) = (Place::new(), sandbox());
    workbook(&place);
    for sheet in ["旧", "1"] {
        let results = results(&place, &erp, "w.xlsx", &["--sheet", sheet], 0);
        assert_eq!(results, "purchase_no,flag_name,\nOLD1,aa,2,ok,0,,1\n");
    }
    let run = finish(&mut place.run(&erp, ["w.xlsx", "--sheet", "None"])).expect(2);
    assert!(
        run.stderr.contains("旧") && run.stderr.contains("采购单"),
        "{run:?}"
    );
}

#[test]
fn columns_are_chosen_by_header_or_letter() {
    let erp = sandbox();
    let place = Place::new();
    place.write("x.csv", "单据,Flag,备注,采购单号\nCG1,aa,x,CG9\n");
    for column in ["单据", "A"] {
        let rows = results(&place, &erp, "x.csv", &["--order-column", column], 0);
        assert!(rows.ends_with("CG1,aa,x,CG9,2,ok,0,,1\n"), "{rows}");
    }
    assert_eq!((erp.accepted("CG1"), erp.accepted("CG9")), (2, 0));

    place.write("two.csv", "purchase_no,采购单号,flag\nCG1,CG2,aa\n");
    let run = finish(&mut place.run(&erp, ["two.csv"])).expect(2);
    for part in ["purchase_no", "采购单号", "--order-column"] {
        assert!(run.stderr.contains(part), "{part}: {run:?}");
    }
}

#[test]
fn one_flag_for_all_and_a_failures_file_that_needs_no_option() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,加急\nCG404,加急\n");
    finish(&mut place.run(&erp, ["x.csv", "--flag", "已质检"])).expect(1);
    let failures = place.table("x.failures.csv");
    assert_eq!(
        failures.column("flag_name"),
        ["加急"],
        "cells are never altered"
    );
    assert_eq!(failures.column("sent_flag"), ["已质检"]);

    // The order turns up under another number; nothing else is touched.
    let text = place.read("x.failures.csv").replace("CG404", "CG5");
    place.write("x.failures.csv", text);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    assert_eq!(erp.flags()["CG5"], "已质检");
    let again = place.table("x.results.csv");
    assert_eq!(again.column("status"), ["ok", "ok"]);
    assert_eq!(
        again
            .header
            .iter()
            .filter(|name| *name == "sent_flag")
            .count(),
        1
    );

    place.write("orders.csv", "采购单号\nCG1\nCG5\n");
    let rows = results(&place, &erp, "orders.csv", &["--clear"], 0);
    assert_eq!(
        rows,
        "采购单号,sent_flag,\nCG1,无,2,ok,0,,1\nCG5,无,3,ok,0,,1\n"
    );
    assert!(erp.flags().is_empty());
}

#[test]
fn a_sheet_that_cannot_be_read_to_its_end_costs_no_call() {
    let erp = sandbox();
    let rows: String = (0..2_000).map(|n| format!("CG{n},aa\n")).collect();
    let good = format!("purchase_no,flag_name\n{rows}");
    let mut bad_byte = good.clone().into_bytes();
    bad_byte.extend(b"CG\xe5\x8a,aa\n");
    let mut gbk = gb18030(&good.replace("CG7,aa", "CG7,已质检"));
    gbk.extend(b"CG\x81\xff,aa\n");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let locked = std::fs::read(fixtures.join("locked.xlsx")).expect("a fixture");
    let sheets: [(&str, Vec<u8>, &str); 7] = [
        (
            "quote.csv",
            format!("{good}\"CG3,aa\n{rows}").into(),
            "2002",
        ),
        ("gbk.csv", gbk, "2002"),
        (
            "page.xls",
            "<html><table><tr><td>purchase_no".into(),
            ".xlsx or .csv",
        ),
        ("locked.xlsx", locked, "password"),
        (
            "cut.xlsx",
            b"PK\x03\x04 but nothing else".to_vec(),
            "cut.xlsx",
        ),
        ("empty.csv", Vec::new(), "empty"),
        ("other.csv", "订单,颜色\nCG1,红\n".into(), "颜色"),
    ];
    for (name, bytes, said) in sheets {
        let place = Place::new();
        place.write(name, bytes);
        let run = finish(&mut place.run(&erp, [name])).expect(2);
        assert!(run.stderr.contains(said), "{said}: {run:?}");
        assert_eq!(
            run.stderr.trim_end().lines().count(),
            1,
            "one message: {run:?}"
        );
        assert_eq!(place.files(), [name], "nothing is written");
    }
    let place = Place::new();
    place.write("stray.csv", bad_byte);
    let run = finish(&mut place.run(&erp, ["stray.csv", "--encoding", "utf-8"])).expect(2);
    assert!(run.stderr.contains("line 2002"), "{run:?}");
    assert_eq!(erp.stats().calls, 0);
}

/// An archive of empty files with these names, as a ZIP program writes it.
fn archive(names: &[&str]) -> Vec<u8> {
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let offset = (files.len() as u32).to_le_bytes();
        let length = (name.len() as u16).to_le_bytes();
        files.extend(b"PK\x03\x04\x0a\0");
        files.extend([0; 20]);
        files.extend([&length[..], &[0; 2], name.as_bytes()].concat());
        directory.extend(b"PK\x01\x02\x0a\0\x0a\0");
        directory.extend([0; 20]);
        directory.extend([&length[..], &[0; 12], &offset, name.as_bytes()].concat());
    }
    let count = (names.len() as u16).to_le_bytes();
    let (size, offset) = (directory.len() as u32, files.len() as u32);
    files.extend(directory);
    files.extend(b"PK\x05\x06\0\0\0\0");
    files.extend([count, count].concat());
    files.extend([size.to_le_bytes(), offset.to_le_bytes()].concat());
    files.extend([0; 2]);
    files
}

#[test]
fn archives_that_are_no_workbooks_are_named_for_what_they_are() {
    let types = "[Content_Types].xml";
    for (name, names, what) in [
        (
            "orders.docx",
            [types, "word/document.xml"],
            "is no sheet but Word",
        ),
        (
            "orders.xlsx",
            [types, "word/document.xml"],
            "is no sheet but Word",
        ),
        (
            "orders.pptx",
            [types, "ppt/presentation.xml"],
            "is no sheet but PowerPoint",
        ),
        (
            "orders.zip",
            ["orders.csv", "more.csv"],
            "is no sheet but ZIP",
        ),
        (
            "orders.xlsx",
            [types, "xl/workbook.xml"],
            "is not a sheet that can be read",
        ),
    ] {
        let place = Place::new();
        place.write(name, archive(&names));
        let mut command = place.program();
        let run = finish(command.args(["check", name])).expect(2);
        assert!(run.stderr.contains(what), "{run:?}");
    }
}

#[test]
fn a_sheet_that_has_only_orders_is_told_about_flag_and_clear() {
    let place = Place::new();
    place.write("orders.csv", "采购单号,供应商\nCG1,a\n");
    let mut command = place.program();
    let run = finish(command.args(["check", "orders.csv"])).expect(2);
    for option in ["--flag NAME", "--clear"] {
        assert!(run.stderr.contains(option), "{run:?}");
    }
}

#[test]
fn a_sheet_without_rows_is_fine() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\n,\n\n");
    let run = finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    assert!(run.stdout.starts_with("0 rows"), "{run:?}");
    assert_eq!(place.table("x.results.csv").rows.len(), 0);
}

#[test]
fn check_says_what_it_assumed_and_found() {
    let place = Place::new();
    let text = "导出 2026-11\n采购单号;标记;备注\nCG1;aa;\nCG1;加急;\nCG2;;\n";
    place.write("x.csv", gb18030(text));
    let check = |options: &[&str], code| {
        let mut command = place.program();
        finish(command.arg("check").arg("x.csv").args(options))
            .expect(code)
            .stdout
    };
    let said = check(&[], 1);
    for part in [
        "GB18030",
        "separated by `;`",
        "header on line 2 (1 title line skipped)",
        "column \"采购单号\"",
        "column \"标记\"",
        "3 rows, 1 invalid; 1 distinct order",
        "a run now makes 1 call at 55/min: about 1.1 s",
        "line 3  CG1  gives aa, but line 4 decides",
        "line 5  CG2",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&check(&["--format", "json"], 1)).expect("JSON");
    assert_eq!(json["encoding"], "GB18030");
    assert_eq!(json["delimiter"], ";");
    assert_eq!(json["header_line"], 2);
    assert_eq!(json["rows"], 3);
    assert_eq!(json["calls"], 1);
    assert_eq!(json["flags"][0]["flag"], "aa");
    assert_eq!(json["findings"][0]["kind"], "superseded");
    assert_eq!(json["findings"][0]["listed"][0]["last_row"]["line"], 4);
    assert_eq!(json["findings"][1]["kind"], "invalid");
    assert_eq!(json["findings"][1]["listed"][0]["column"], "标记");
    assert_eq!(place.files(), ["x.csv"], "check writes nothing");
}

#[test]
fn the_samples_are_carried_in_as_they_are() {
    let erp = sandbox();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for (name, code) in [
        ("purchase_flags.csv", 1),
        ("purchase_flags.xlsx", 0),
        ("purchase_flags_gbk.csv", 0),
        ("purchase_flags_unicode.txt", 0),
    ] {
        let place = Place::new();
        std::fs::copy(samples.join(name), place.path(name)).expect("copied");
        finish(&mut place.run(&erp, [name])).expect(code);
    }
}

#[test]
fn query_conditions_above_the_header_cost_no_call() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "采购单号:,CG9,标记:,aa\n导出时间:,2024-01-05,,\n\n采购单号,仓库,标记\nCG1,a,加急\n合计,,加急\n",
    );
    let mut check = place.program();
    check.args(["check", "x.csv"]);
    for mut command in [place.run(&erp, ["x.csv"]), check] {
        let run = finish(&mut command).expect(2);
        for part in ["could be the header: 1, 4;", "--header-line"] {
            assert!(run.stderr.contains(part), "{part}: {run:?}");
        }
    }
    assert_eq!(erp.stats().calls, 0);
    finish(&mut place.run(&erp, ["x.csv", "--header-line", "4"])).expect(1);
    assert_eq!(erp.flags().len(), 1);
    assert_eq!(erp.flags()["CG1"], "加急");
    let failures = place.table("x.failures.csv");
    assert_eq!(failures.column("line"), ["6"]);
    assert!(failures.column("message")[0].contains("a total line"));
    // The failures have their header on their first line.
    let text = place.read("x.failures.csv").replace("合计", "CG2");
    place.write("x.failures.csv", text);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    assert_eq!(erp.flags()["CG2"], "加急");
}

#[test]
fn the_header_of_a_worksheet_is_named_by_its_row() {
    let (place, erp) = (Place::new(), sandbox());
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(2, 1, "采购单号").expect("written");
    for row in 3..30 {
        sheet.write(row, 1, "说明").expect("written");
    }
    sheet
        .write_row(40, 1, ["采购单号", "标记"])
        .expect("written");
    sheet.write_row(41, 1, ["CG1", "加急"]).expect("written");
    workbook.save(place.path("w.xlsx")).expect("saved");
    let run = finish(&mut place.run(&erp, ["w.xlsx"])).expect(2);
    assert!(
        run.stderr.contains("the header's line with --header-line"),
        "{run:?}"
    );
    finish(&mut place.run(&erp, ["w.xlsx", "--header-line", "41"])).expect(0);
    assert_eq!(erp.flags()["CG1"], "加急");
    assert_eq!(place.table("w.results.csv").column("line"), ["42"]);
    let run = finish(&mut place.run(&erp, ["w.xlsx", "--header-line", "3"])).expect(2);
    assert!(run.stderr.contains("line 3 has"), "{run:?}");
}

#[test]
fn a_sheet_without_a_header_loses_no_row() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "1,CG1,aa\n2,CG2,加急\n");
    let columns = ["--order-column", "B", "--flag-column", "C"];
    let args = [&["x.csv"], &columns[..]].concat();
    let run = finish(&mut place.run(&erp, args.clone())).expect(2);
    assert!(
        run.stderr
            .contains("line 1 (\"CG1\" (column B)) may be a row"),
        "{run:#?}"
    );
    for option in ["--no-header", "--header-line 1"] {
        assert!(run.stderr.contains(option), "{run:#?}");
    }
    assert_eq!(erp.stats().calls, 0);

    let args = [args, vec!["--no-header"]].concat();
    finish(&mut place.run(&erp, args)).expect(0);
    assert_eq!(erp.flags().len(), 2);
    let results = place.table("x.results.csv");
    assert_eq!(results.header[..4], ["A", "B", "C", "line"]);
    assert_eq!(results.column("line"), ["1", "2"]);
    let run = finish(&mut place.run(&erp, ["x.csv", "--no-header"])).expect(2);
    assert!(run.stderr.contains("--order-column"), "{run:#?}");
}

#[test]
fn an_encoding_in_doubt_is_said_before_anything_is_sent() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", gb18030("purchase_no,flag_name\nCG1,加急\n"));
    let said = "warning: read as GB18030, but its few characters could as well be Big5";
    let check = |options: &[&str]| {
        let mut command = place.program();
        finish(command.args(["check", "x.csv"]).args(options)).expect(0)
    };
    assert!(check(&[]).stderr.starts_with(said));
    let json: serde_json::Value =
        serde_json::from_str(&check(&["--format", "json"]).stdout).expect("JSON");
    let warning = json["warnings"][0].as_str().expect("a warning");
    assert!(warning.ends_with("give --encoding big5"), "{warning}");
    assert_eq!(check(&["--encoding", "gbk"]).stderr, "");
    let run = finish(&mut place.run(&erp, ["x.csv"])).expect(0);
    assert!(run.stderr.starts_with(said), "{run:?}");
}
