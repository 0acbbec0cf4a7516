//! Tables of web pages, as ERPs export them under the name `.xls`.

use encoding_rs::{BIG5, GB18030};

use super::encodings::{encoded, utf_16};
use super::*;
use crate::language::say;

const HEAD: &str = "<html><head><meta http-equiv=Content-Type content=\"text/html; charset=";
const TABLE: &str = "<table border=1><tr><th>采购单号</th><th>标记</th><th>备注</th></tr>\r\n\
    <tr><td>CG1</td><td>加急</td><td>a &amp; b&lt;c</td></tr>\
    <tr><td> CG2 <td>已质检<td><b>x</b>\n y</tr></TABLE>";

/// A page of one table with these rows below a header.
fn page(rows: &str) -> String {
    format!("<table><tr><td>purchase_no<td>flag_name<td>note</tr>{rows}</table>")
}

#[test]
fn a_page_is_read_in_its_encoding() {
    let page = |charset: &str| format!("{HEAD}{charset}\"></head><body>{TABLE}</body></html>");
    for (bytes, encoding) in [
        (page("utf-8").into_bytes(), "UTF-8"),
        (encoded(&page("gb2312"), GB18030), "GB18030"),
        (encoded(TABLE, GB18030), "GB18030"),
        // It says one encoding and is another.
        (page("gb2312").into_bytes(), "UTF-8"),
        (encoded(&page("utf-8"), GB18030), "GB18030"),
        ([b"\xFF\xFE", &utf_16(TABLE, true)[..]].concat(), "UTF-16LE"),
    ] {
        let sheet = open(&bytes);
        let layout = sheet.layout();
        assert_eq!(layout.format.to_string(), "HTML table");
        assert_eq!((layout.encoding, layout.delimiter), (Some(encoding), None));
        assert_eq!((layout.worksheet.as_deref(), layout.header_line), (None, 1));
        assert_eq!(layout.warnings, []);
        for _ in 0..2 {
            assert_eq!(told(&sheet), ["2 CG1 加急", "3 CG2 已质检"]);
        }
        let rows = rows(&sheet).unwrap();
        assert_eq!(cells(&rows[0])[2], "a & b<c");
        assert_eq!(cells(&rows[1]), ["CG2", "已质检", "x y"]);
    }
    let declared =
        "<meta charset=big5><table><tr><td>purchase_no<td>flag_name<tr><td>CG1<td>採購</table>";
    let sheet = open(encoded(declared, BIG5));
    assert_eq!(told(&sheet), ["2 CG1 採購"]);
    assert_eq!(sheet.layout().warnings, []);
}

fn rows_of(sheet: &Sheet) -> Vec<Vec<String>> {
    let rows = rows(sheet).unwrap();
    let owned = |row: &Row| cells(row).into_iter().map(str::to_owned).collect();
    rows.iter().map(owned).collect()
}

#[test]
fn cells_that_span_keep_the_others_in_place() {
    let rows = "<tr><td rowspan=2>CG1<td>aa<td rowspan=3>n</tr><tr><td>bb</tr>\
        <tr><td>CG2<td rowspan=2>cc</tr><tr><td>CG3<td>x</tr>\
        <tr><td>CG4<td colspan=2>dd</tr><tr><td colspan=2>CG5<td>y";
    let sheet = open(page(rows));
    let told = told(&sheet);
    assert_eq!(
        told[..5],
        ["2 CG1 aa", "3 CG1 bb", "4 CG2 cc", "5 CG3 cc", "6 CG4 dd"]
    );
    has(&told[5], "7 ! flag_name is empty");
    assert_eq!(rows_of(&sheet)[2], ["CG2", "cc", ""]);
    let merged = (say!("warning-merged-cells", count = 2), false);
    assert_eq!(sheet.layout().warnings, [merged]);
}

#[test]
fn a_header_of_two_rows_is_no_row_and_one_over_two_columns_is_refused() {
    let tall = "<table><tr><td rowspan=2>采购单号<td rowspan=2>标记<td colspan=2>数量\
        <tr><td>订<td>到<tr><td>CG1<td>aa<td>1<td>2</table>";
    let sheet = open(tall);
    assert_eq!(told(&sheet), ["3 CG1 aa"]);
    assert_eq!(sheet.layout().warnings, []);
    let wide = "<table><tr><td colspan=2>采购单号<td>标记<tr><td>CG1<td>1<td>aa</table>";
    let said = refused(wide.as_bytes());
    assert!(
        said.contains("line 1: \"采购单号\" is merged over the columns A to B; say which"),
        "{said}"
    );
    let options = with(|it| it.order_column = Some("A".to_owned()));
    assert_eq!(read(wide, &options), ["2 CG1 aa"]);
}

#[test]
fn the_table_with_the_columns_is_found_among_others() {
    let inner = page("<tr><td>CG1<td>aa");
    let text = format!(
        "<!-- x --><center>导出<table><tr><td>logo<td>{inner}<tr><td>foot</table><table><tr><td>z</table>"
    );
    let sheet = open(&text);
    assert_eq!(told(&sheet), ["2 CG1 aa"]);
    assert_eq!(sheet.layout().worksheet.as_deref(), Some("2"));
    assert_eq!(read(&text, &worksheet("2")), ["2 CG1 aa"]);
}

#[test]
fn several_tables_with_the_columns_are_refused_unless_one_is_asked_for() {
    let text = page("<tr><td>CG1<td>aa") + &page("<tr><td>CG2<td>bb");
    let said = refused(text.as_bytes());
    assert_eq!(
        said,
        "-: several worksheets have the columns: 1: \"purchase_no\" \"flag_name\" \"note\" (1 row), \
         2: \"purchase_no\" \"flag_name\" \"note\" (1 row); take one with --sheet NUMBER (for another, run \
         once more with its own -o FILE: the last row of an order then decides within one \
         worksheet only)"
    );
    let sheet = opened(text.as_bytes(), &worksheet("2")).unwrap();
    assert_eq!(told(&sheet), ["2 CG2 bb"]);
    let said = refusal(text.as_bytes(), &worksheet("3"));
    assert!(
        said.contains("has no worksheet \"3\"; it has 1: "),
        "{said}"
    );
    // A header that floats above the rows is a table of its own.
    let floating = page("") + &page("<tr><td>CG2<td>bb");
    assert_eq!(told(&open(&floating)), ["2 CG2 bb"]);
}

#[test]
fn pieces_of_a_page_are_read() {
    let sheet =
        open("<tr><td>purchase_no</td><td>flag_name</td></tr><tr><td>CG1</td><td>aa</td></tr>");
    assert_eq!(told(&sheet), ["2 CG1 aa"]);
    let text = page("<tr><td>CG1<td>aa").replace("</table>", "</body></html>\r\n\u{1a}");
    assert_eq!(told(&open(&text)), ["2 CG1 aa"]);
}

#[test]
fn hidden_rows_are_counted() {
    let sheet = open(page(
        "<tr style='Display: none'><td>CG1<td>aa<tr><td>CG2<td>aa<tr hidden><td><td>",
    ));
    assert_eq!(told(&sheet), ["2 CG1 aa", "3 CG2 aa"]);
    let warnings = &sheet.layout().warnings;
    assert_eq!(*warnings, [(say!("warning-hidden-rows", count = 1), true)]);
    assert!(warnings[0].0.starts_with("1 row is hidden"));
}

#[test]
fn hidden_rows_are_left_out_if_worksheet() {
    let text = page("<tr hidden><td rowspan=2>CG1<td>aa<tr><td>bb<tr><td>CG2<td>cc");
    let sheet = opened(text.as_bytes(), &visible_only()).unwrap();
    let left_out: Vec<bool> = rows(&sheet).unwrap().iter().map(Row::is_left_out).collect();
    assert_eq!(left_out, [true, false, false]);
    assert_eq!(told(&sheet)[1..], ["3 CG1 bb", "4 CG2 cc"]);
    let hidden = (say!("warning-hidden-rows-left-out", count = 1), false);
    assert!(sheet.layout().warnings.contains(&hidden));
}

#[test]
fn a_page_without_a_whole_table_is_refused() {
    let cut = page("<tr><td>CG1<td>aa").replace("</table>", "");
    for (text, says) in [
        (cut.as_str(), "ends within a table: it was cut off"),
        ("<table><tr><td>purchase_no<td>flag", "ends within a table"),
        (
            "<!DOCTYPE html><html><title>登录</title><form>用户名<input></form></html>",
            "holds no table: it is a web page, perhaps one to log in",
        ),
        ("<table></table>", "is empty: no header line"),
        (
            "<table><tr><td>单号<td>颜色</table>",
            "line 1 has \"单号\", \"颜色\"",
        ),
        ("<table><tr><td colspan=1000000>", "ends within a table"),
    ] {
        has(&refused(text.as_bytes()), says);
    }
    let bad = [&encoded(TABLE, GB18030)[..], b"\r\n<p>\xFF"].concat();
    has(&refused(&bad), "line 4 is not valid GB18030");
}
