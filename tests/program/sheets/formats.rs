//! Sheets as people export them: no option needed, and the results say all of it.

use std::fs;
use std::path::Path;

use rust_xlsxwriter::{Format, Formula, Workbook};

use crate::harness::{Place, sandbox};

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// A file that comes with the program.
fn shipped(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read(path).expect("a file")
}

#[test]
fn text_in_every_encoding_and_dress_gives_the_same_results() {
    let erp = sandbox();
    let plain = "采购单号,标记名称,备注\nCG1,加急,a\nCG2,已质检,\n";
    let tabs = plain.replace(',', "\t");
    let unicode = std::iter::once(0xfeff).chain(tabs.encode_utf16());
    for (name, bytes) in [
        ("bom.csv", format!("\u{feff}{plain}").into()),
        ("crlf.csv", plain.trim_end().replace('\n', "\r\n").into()),
        ("gbk.csv", gb18030(&plain.replace("CG1", "\"CG1\""))),
        ("semicolons.txt", plain.replace(',', ";").into()),
        ("unicode.txt", unicode.flat_map(u16::to_le_bytes).collect()),
        // As many ERPs export "Excel".
        ("export.xls", gb18030(&tabs)),
    ] {
        let place = Place::new();
        place.write(name, bytes);
        place.runs(&erp, &format!("{name} -o r.csv"), 0);
        let results = place.table("r.csv");
        let own = results.text(["采购单号", "标记名称", "备注", "line", "status"]);
        assert_eq!(own, "CG1,加急,a,2,ok\nCG2,已质检,,3,ok\n", "{name}");
    }
}

#[test]
fn the_samples_and_workbooks_of_every_kind_are_carried_in_as_they_are() {
    let erp = sandbox();
    for (name, code, statuses) in [
        ("samples/purchase_flags.csv", 1, ""),
        ("samples/purchase_flags.xlsx", 0, ""),
        ("samples/purchase_flags_gbk.csv", 0, ""),
        ("samples/purchase_flags_unicode.txt", 0, ""),
        (
            "tests/fixtures/orders.xls",
            0,
            "CG1001,3,ok\nCG1002,4,ok\n20220413001,5,ok\n",
        ),
        (
            "tests/fixtures/orders.ods",
            0,
            "CG1001,3,ok\nCG1002,4,ok\n20220413001,5,ok\n",
        ),
    ] {
        let place = Place::new();
        let (_, file) = name.rsplit_once('/').expect("a directory");
        place.write(file, shipped(name));
        place.runs(&erp, &format!("{file} -o r.csv"), code);
        if !statuses.is_empty() {
            let results = place.table("r.csv");
            assert_eq!(
                results.text(["采购单号", "line", "status"]),
                statuses,
                "{name}"
            );
        }
    }
}

#[test]
fn a_worksheet_with_the_columns_is_taken_or_one_that_is_named_and_what_people_see_is_sent() {
    let (place, erp) = (Place::new(), sandbox());
    let mut workbook = Workbook::new();
    let hidden = workbook.add_worksheet().set_name("旧").expect("named");
    hidden
        .write_row(0, 0, ["purchase_no", "flag_name"])
        .expect("written");
    hidden.write_row(1, 0, ["OLD1", "aa"]).expect("written");
    hidden.set_hidden(true);
    let notes = workbook.add_worksheet().set_active(true);
    notes.write(0, 0, "请勿修改").expect("written");
    let orders = workbook.add_worksheet().set_name("采购单").expect("named");
    orders.write(1, 1, "十一月").expect("written");
    orders
        .write_row(3, 1, ["标记", "采购单号"])
        .expect("written");
    orders.write_row(4, 1, ["加急", "CG1"]).expect("written");
    for (row, number, format) in [
        (6, 20_220_413_001_u64, "General"),
        (7, 1_234_567_890_123_456_789, "General"),
        (8, 45_000, "\"CG\"00000000"),
        (9, 45_000, "#,##0"),
    ] {
        let format = Format::new().set_num_format(format);
        orders.write(row, 1, "aa").expect("written");
        orders
            .write_with_format(row, 2, number, &format)
            .expect("written");
    }
    orders.write(10, 1, "aa").expect("written");
    orders
        .write(10, 2, Formula::new("=\"CG\"&1"))
        .expect("written");
    workbook.save(place.path("w.xlsx")).expect("saved");

    let expected = "CG1,5,ok\n20220413001,7,ok\n1.23456789012346E+18,8,invalid\nCG00045000,9,ok\n\
                    45000,10,invalid\n0,11,invalid\n";
    place.runs(&erp, "w.xlsx", 1);
    let columns = ["采购单号", "line", "status"];
    assert_eq!(place.table("w.results.csv").text(columns), expected);
    // Nor is what is not certain sent from the failures.
    let again = place.runs(&erp, "w.failures.csv", 1);
    again.prints("3 rows: 0 ok, 3 invalid");
    assert!(!erp.flags().contains_key("OLD1"));

    for sheet in ["旧", "1"] {
        place.runs(
            &erp,
            &format!("w.xlsx --sheet {sheet} -o r.csv --failures f.csv"),
            0,
        );
        let results = place.table("r.csv");
        assert_eq!(
            results.text(["purchase_no", "line", "status"]),
            "OLD1,2,ok\n"
        );
    }
    let run = place.runs(&erp, "w.xlsx --sheet None", 2);
    run.says("旧").says("采购单");
}

#[test]
fn columns_are_chosen_by_header_or_letter() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "单据,Flag,备注,采购单号\nCG1,aa,x,CG9\n");
    for column in ["单据", "A"] {
        place.runs(&erp, &format!("x.csv --order-column {column}"), 0);
    }
    assert_eq!((erp.accepted("CG1"), erp.accepted("CG9")), (2, 0));
    place.write("two.csv", "purchase_no,采购单号,flag\nCG1,CG2,aa\n");
    let run = place.runs(&erp, "two.csv", 2);
    run.says("purchase_no")
        .says("采购单号")
        .says("--order-column");
    place.write("one.csv", "采购单号,供应商\nCG1,a\n");
    place
        .checks("one.csv", 2)
        .says("--flag NAME")
        .says("--clear");
    place.runs(&erp, "one.csv --clear", 0);
    let results = place.table("one.results.csv");
    assert_eq!(
        results.text(["采购单号", "sent_flag", "status"]),
        "CG1,无,ok\n"
    );
    assert!(erp.flags().is_empty());
}

#[test]
fn a_sheet_that_cannot_be_read_to_its_end_costs_no_call() {
    let erp = sandbox();
    let rows: String = (0..2_000).map(|n| format!("CG{n},aa\n")).collect();
    let good = format!("purchase_no,flag_name\n{rows}");
    let quote = format!("{good}\"CG3,aa\n{rows}");
    let gbk = gb18030(&good.replace("CG7,aa", "CG7,已质检"));
    let bad_byte = |text: &[u8], byte: &[u8]| [text, b"CG", byte, b",aa\n"].concat();
    let locked = shipped("tests/fixtures/locked.xlsx");
    for (line, bytes, says) in [
        ("quote.csv", quote.into(), "2002"),
        ("gbk.csv", bad_byte(&gbk, b"\x81\xff"), "2002"),
        (
            "u.csv --encoding utf-8",
            bad_byte(good.as_bytes(), b"\xe5\x8a"),
            "line 2002",
        ),
        (
            "page.xls",
            "<html><table><tr><td>purchase_no".into(),
            ".xlsx or .csv",
        ),
        (
            "login.xls",
            "<!DOCTYPE html><form><input></form>".into(),
            "perhaps one to log in",
        ),
        ("locked.xlsx", locked, "password"),
        (
            "cut.xlsx",
            b"PK\x03\x04 but nothing else".to_vec(),
            "cut.xlsx",
        ),
        ("empty.csv", Vec::new(), "empty"),
        ("other.csv", "订单,颜色\nCG1,红\n".into(), "颜色"),
    ] {
        let place = Place::new();
        let name = line.split(' ').next().expect("a name");
        place.write(name, bytes);
        let run = place.runs(&erp, line, 2);
        run.says(says);
        let lines = run.stderr.trim_end().lines().count();
        assert_eq!(lines, 1, "one message: {run:?}");
        assert_eq!(place.files(), [name], "nothing is written");
    }
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn check_says_what_it_assumed_and_found() {
    let place = Place::new();
    let text = "导出 2026-11\n采购单号;标记;备注\nCG1;aa;\nCG1;加急;\nCG2;;\n";
    place.write("x.csv", gb18030(text));
    let said = place.checks("x.csv", 1);
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
        said.prints(part);
    }
    let json = place.checks("x.csv --format json", 1).json();
    let json = &json["check"];
    for (pointer, value) in [
        ("/encoding", "\"GB18030\""),
        ("/delimiter", "\";\""),
        ("/header_line", "2"),
        ("/rows", "3"),
        ("/calls", "1"),
        ("/flags/0/flag", "\"aa\""),
        ("/findings/0/kind", "\"superseded\""),
        ("/findings/0/listed/0/last_row/line", "4"),
        ("/findings/1/kind", "\"invalid\""),
        ("/findings/1/listed/0/column", "\"标记\""),
    ] {
        let found = json.pointer(pointer).map(ToString::to_string);
        assert_eq!(found.as_deref(), Some(value), "{pointer}");
    }
    assert_eq!(place.files(), ["x.csv"], "check writes nothing");
}

#[test]
fn query_conditions_above_the_header_cost_no_call() {
    let (place, erp) = (Place::new(), sandbox());
    let above = "采购单号:,CG9,标记:,aa\n导出时间:,2024-01-05,,\n\n";
    let sheet = format!("{above}采购单号,仓库,标记\nCG1,a,加急\n合计,,加急\n");
    place.write("x.csv", sheet);
    for run in [place.runs(&erp, "x.csv", 2), place.checks("x.csv", 2)] {
        run.says("could be the header: 1, 4;").says("--header-line");
    }
    assert_eq!(erp.stats().calls, 0);
    place.runs(&erp, "x.csv --header-line 4", 1);
    assert_eq!(erp.flags(), [("CG1".to_owned(), "加急".to_owned())].into());
    assert_eq!(place.table("x.failures.csv").column("line"), ["6"]);
    // The failures have their header on their first line.
    place.edit("x.failures.csv", &[("合计", "CG2")]);
    place.runs(&erp, "x.failures.csv", 0);
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
    let rows = [["采购单号", "标记"], ["CG1", "加急"]];
    sheet.write_row_matrix(40, 1, rows).expect("written");
    workbook.save(place.path("w.xlsx")).expect("saved");
    let run = place.runs(&erp, "w.xlsx", 2);
    run.says("the header's line with --header-line");
    place.runs(&erp, "w.xlsx --header-line 41", 0);
    assert_eq!(erp.flags()["CG1"], "加急");
    assert_eq!(place.table("w.results.csv").column("line"), ["42"]);
    let run = place.runs(&erp, "w.xlsx --header-line 3", 2);
    run.says("line 3 has");
}

#[test]
fn a_sheet_without_a_header_loses_no_row() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "1,CG1,aa\n2,CG2,加急\n");
    let line = "x.csv --order-column B --flag-column C";
    let run = place.runs(&erp, line, 2);
    run.says("line 1 (\"CG1\" (column B)) may be a row");
    run.says("--no-header").says("--header-line 1");
    assert_eq!(erp.stats().calls, 0);
    place.runs(&erp, &format!("{line} --no-header"), 0);
    let results = place.table("x.results.csv");
    let rows = results.text(["A", "B", "C", "line", "status"]);
    assert_eq!(rows, "1,CG1,aa,1,ok\n2,CG2,加急,2,ok\n");
    let run = place.runs(&erp, "x.csv --no-header", 2);
    run.says("--order-column");
}

#[test]
fn an_encoding_in_doubt_is_said_before_anything_is_sent() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", gb18030("purchase_no,flag_name\nCG1,加急\n"));
    let said = "read as GB18030, but its few characters could as well be Big5";
    for run in [place.checks("x.csv", 0), place.runs(&erp, "x.csv", 0)] {
        assert!(
            run.stderr.starts_with(&format!("warning: {said}")),
            "{run:?}"
        );
    }
    let json = place.checks("x.csv --format json", 0);
    json.prints(said).prints("give --encoding big5\"");
    assert_eq!(place.checks("x.csv --encoding gbk", 0).stderr, "");
}
