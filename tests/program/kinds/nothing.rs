//! Words for nothing are no order and no flag; lines below the last row that name none are no rows;
//! and what an input method makes of an order is the order.

use super::carried::Carried;
use crate::harness::{Place, finish, sandbox};

const WORDS: &str = "null NULL Null nan NaN None none nil undefined \\N - -- — —— － NA N/A n/a Ｎ／Ａ \
    <NA> (null) / 同上 〃 待定";

#[test]
fn public_7_users_f6_words_for_nothing_are_neither_order_nor_flag() {
    for word in WORDS.split_whitespace() {
        let sheet = format!("采购单号,标记\nCG1,{word}\n{word},aa\nCG2,aa\n");
        let carried = Carried::of(word, sheet, "");
        assert_eq!(carried.rows(), "2 invalid, 3 invalid, 4 ok", "{word}");
        let results = carried.place.table("orders.results.csv");
        for message in &results.column("message")[..2] {
            assert!(
                message.contains("stands for an empty cell"),
                "{word}: {message}"
            );
        }
        assert_eq!(carried.erp.stats().calls, 1, "{word}");
    }
}

#[test]
fn public_7_what_is_named_by_the_user_is_a_flag() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "采购单号\nCG1\nnull\nCG2\n");
    let run = finish(&mut place.run(&erp, ["orders.csv", "--flag", "待定"])).expect(1);
    // The stand-in has no such flag.
    assert_eq!(
        place.statuses("orders.results.csv"),
        ["rejected", "invalid", "rejected"]
    );
    run.prints("1  invalid   采购单号 stands for an empty cell");
    // It is one, too, where it is given back.
    place.runs(&erp, "orders.failures.csv", 1);
    assert_eq!(
        place.statuses("orders.results.csv"),
        ["rejected", "invalid", "rejected"]
    );
    place.write(
        "c.toml",
        "[shop1]\nsid = \"a\"\napp_key = \"b\"\napp_secret = \"c:d\"\nflags = [\"待定\", \"aa\"]\n",
    );
    place.write("o.csv", "采购单号,标记\nCG1,待定\nCG2,-\n");
    let check = place.checks("o.csv --config c.toml --profile shop1", 1);
    check
        .prints("2 rows, 1 invalid")
        .prints("\"CG1\" gets \"待定\"");
}

/// A name; the sheet; options; the results' rows; how many lines are left out.
type Case = (&'static str, &'static str, &'static str, &'static str, u64);

const FEET: &[Case] = &[
    (
        "users F5: totals, notes and signatures",
        "采购单号,标记,数量\nCG1,aa,1\nCG2,aa,2\n合计,,3\n注：加急的先发,,\n审核：张三,,制单人：李四\n",
        "",
        "2 ok, 3 ok",
        3,
    ),
    (
        "users F5: beside the column of orders",
        "采购单号,标记,数量\nCG1,aa,1\n,,合计：1\n,,\n,,复核：王五\n",
        "",
        "2 ok",
        2,
    ),
    (
        "public 7: foot lines with --flag",
        "采购单号\nCG1\nCG2\n汇总\n共 57 条记录\n第 1 页 共 3 页\n(57 rows affected)\n以下空白\nEOF\n备注：无\n\
         合计\n小计：2\n---\nPage 1 of 3\n57 rows in set (0.01 sec)\n打印时间：2026-11-01",
        "--flag aa",
        "2 ok, 3 ok",
        13,
    ),
    (
        "public 7: an export's empty values",
        "采购单号,标记\nCG1,aa\nnull,\n\\N,\n-,\n",
        "",
        "2 ok",
        3,
    ),
    (
        "above a good row they are rows",
        "采购单号,标记\n小计,\n,\nCG1,aa\n合计,\n第 1 页,\nCG2,aa\n总计,\n",
        "",
        "2 invalid, 4 ok, 5 invalid, 6 invalid, 7 ok",
        1,
    ),
    (
        "an invalid row between them",
        "采购单号,标记\nCG1,aa\n合计,\n2026-11-01,\n共 1 行,\n",
        "",
        "2 ok, 4 invalid",
        2,
    ),
    (
        "with a flag they are rows",
        "采购单号,标记\nCG1,aa\n合计,aa\n,aa\n汇总,aa\n",
        "",
        "2 ok, 3 invalid, 4 invalid, 5 invalid",
        0,
    ),
    (
        "with a flag of the sheet's they are rows, though it is not sent",
        "采购单号,标记\nCG1,aa\n,加急\n合计,\n",
        "--flag aa",
        "2 ok, 3 invalid",
        1,
    ),
    (
        "what may be an order is a row",
        "采购单号,标记\nCG1,aa\n合计单,\n张三,\nCG2,\n第一页,\n",
        "",
        "2 ok, 3 invalid, 4 invalid, 5 invalid, 6 invalid",
        0,
    ),
    (
        "attack: a note that names an order is a row",
        "采购单号,标记,数量\nCG1,aa,1\n采购：CG2026005,,\n备注：张三 2026-11-30,,\n",
        "",
        "2 ok, 3 invalid",
        1,
    ),
    (
        "attack: rows that only lack what was looked up are rows, a sum is none",
        "采购单号,品名,数量,标记\nCG1,螺丝,1,aa\n,螺母,2,\n,,3,\n",
        "",
        "2 ok, 3 invalid",
        1,
    ),
    (
        "without a good row nothing is left out",
        "采购单号,标记\n,\n合计,,\n",
        "",
        "3 invalid",
        0,
    ),
];

#[test]
fn lines_below_the_last_row_are_no_rows() {
    for &(name, sheet, options, rows, left_out) in FEET {
        let carried = Carried::of(name, sheet, options);
        assert_eq!(carried.rows(), rows, "{name}: {:#?}", carried.run);
        let code = i32::from(rows.contains("invalid"));
        assert_eq!(carried.run.status.code(), Some(code), "{name}");
        let given_back = carried.place.table("orders.failures.csv").rows.len();
        assert_eq!(given_back, rows.matches("invalid").count(), "{name}");
        let check = |more: &str| {
            let line = format!("orders.csv {options} {more}");
            let line: Vec<&str> = line.split_whitespace().collect();
            carried.place.checks(&line.join(" "), code)
        };
        let found = &check("--format json").json()["check"];
        assert_eq!(found["foot_lines"], left_out, "{name}");
        assert_eq!(found["rows"], rows.split(", ").count(), "{name}");
        let said = match left_out {
            1 => "1 line below the last row left out",
            _ => &format!("{left_out} lines below the last row left out"),
        };
        for told in [check("").stdout, carried.run.stdout.clone()] {
            assert_eq!(told.contains(said), left_out > 0, "{name}: {told}");
        }
    }
}

#[test]
fn users_f5_the_foot_of_a_workbook_and_of_a_page_is_none_either() {
    let (place, erp) = (Place::new(), sandbox());
    let rows = [
        ["采购单号", "标记"],
        ["CG1", "aa"],
        ["合计", ""],
        ["制表：张三", ""],
    ];
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let worksheet = workbook.add_worksheet();
    let mut page = String::from("<meta charset=utf-8><table>");
    for (row, [order, flag]) in (0..).zip(rows) {
        worksheet.write_row(row, 0, [order, flag]).expect("written");
        page.push_str(&format!("<tr><td>{order}</td><td>{flag}</td></tr>"));
    }
    workbook.save(place.path("book.xlsx")).expect("saved");
    place.write("page.xls", page + "</table>");
    for file in ["book", "page"] {
        let extension = if file == "book" { "xlsx" } else { "xls" };
        let run = place.runs(&erp, &format!("{file}.{extension}"), 0);
        run.prints("2 lines below the last row left out");
        assert_eq!(
            place.statuses(&format!("{file}.results.csv")),
            ["ok"],
            "{file}"
        );
    }
}

#[test]
fn users_f6_full_width_orders_are_sent_in_half_width_and_it_is_said() {
    let sheet = "采购单号,标记\nCG2026００５６,aa\nＣＧ２０２６００５５,加急\nＣＧ－２０２６／１,aa\nCG－3,aa\nCG4,aa\n";
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet);
    let check = place.checks("orders.csv", 0);
    check.says("3 rows have orders with full-width letters or digits");
    let run = place.runs(&erp, "orders.csv", 0);
    run.says("3 rows have orders with full-width letters or digits");
    let mut sent: Vec<_> = erp.flags().into_iter().collect();
    sent.sort();
    let sent: Vec<_> = sent
        .iter()
        .map(|(order, flag)| format!("{order} {flag}"))
        .collect();
    let expected = [
        "CG-2026/1 aa",
        "CG20260055 加急",
        "CG20260056 aa",
        "CG4 aa",
        "CG－3 aa",
    ];
    assert_eq!(sent, expected);
    // The sheet's own column is as it was, and the rows say so.
    let results = place.table("orders.results.csv");
    let rows = results.select(["采购单号", "status", "message"]);
    let note = "the order in half-width: \"CG20260056\"";
    assert_eq!(rows[0], ["CG2026００５６", "ok", note]);
    assert_eq!(rows[4], ["CG4", "ok", ""]);
    // It is one order with what stands in half-width, also where it is given back.
    let sheet = "采购单号,标记\nＣＧ４０４,aa\nCG404,加急\nＣＧ7,没有\n";
    place.write("orders.csv", sheet);
    place.runs(&erp, "orders.csv", 1);
    assert_eq!(
        place.statuses("orders.results.csv"),
        ["skipped", "rejected", "rejected"]
    );
    place.edit("orders.failures.csv", &[("ＣＧ7,没有", "ＣＧ7,aa")]);
    place.runs(&erp, "orders.failures.csv", 1);
    assert_eq!(erp.flags()["CG7"], "aa");
}

#[test]
fn users_p13_a_hidden_worksheet_is_taken_by_name_or_number_alone() {
    let (place, erp) = (Place::new(), sandbox());
    let mut workbook = rust_xlsxwriter::Workbook::new();
    for (name, order) in [("一", "CG1"), ("二", "CG2")] {
        let worksheet = workbook.add_worksheet().set_name(name).expect("a name");
        worksheet
            .write_row(0, 0, ["采购单号", "标记"])
            .expect("written");
        worksheet.write_row(1, 0, [order, "aa"]).expect("written");
        worksheet.set_hidden(name == "二");
    }
    workbook.save(place.path("orders.xlsx")).expect("saved");
    for (named, order) in [("", "CG1"), (" --sheet 二", "CG2"), (" --sheet 2", "CG2")] {
        let check = place.checks(&format!("orders.xlsx{named}"), 0);
        check.prints(&format!("line 2, \"{order}\" gets"));
    }
    place.runs(&erp, "orders.xlsx", 0);
    assert_eq!(erp.stats().calls, 1);
}

#[test]
fn users_section_6_a_colon_on_one_header_makes_no_difference() {
    for header in [
        "采购单号:,标记",
        "采购单号,标记：",
        "采购单号：,标记：",
        "采购单号：,数量,标记",
    ] {
        let place = Place::new();
        place.write("orders.csv", format!("{header}\nCG1,aa,aa\n"));
        if header.split(',').count() == 2 {
            place.write("orders.csv", format!("{header}\nCG1,aa\n"));
        }
        place.checks("orders.csv", 0).prints("\"CG1\" gets \"aa\"");
    }
}

/// Four columns of those names do not make a sheet one of this program's files.
#[test]
fn chaos_6_a_sheets_own_line_status_code_and_message_are_its_own() {
    let sheet =
        "采购单号,标记,line,status,code,message\nCG1,aa,9,x,1,a\nCG1,待质检,2,y,2,b\nCG2,aa,,,,\n";
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet);
    place.runs(&erp, "orders.csv", 0);
    assert_eq!(erp.flags()["CG1"], "待质检");
    let results = place.read("orders.results.csv");
    for row in sheet.lines() {
        assert!(results.contains(row), "{row}: {results}");
    }
    assert!(results.contains("CG1,aa,9,x,1,a,2,superseded"), "{results}");
}

#[test]
fn users_f6_several_orders_in_a_cell_are_none() {
    let sheet = "采购单号,标记\nCG20260062/CG20260063,aa\nCG20260064,aa\nCG-2026/07,aa\n";
    let carried = Carried::of("users F6: two with a stroke between", sheet, "");
    assert_eq!(carried.rows(), "2 invalid, 3 ok, 4 ok");
}
