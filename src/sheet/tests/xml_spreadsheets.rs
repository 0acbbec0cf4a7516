//! XML spreadsheets, as Excel 2003 and many ERPs write them.

use encoding_rs::GB18030;

use super::encodings::encoded;
use super::*;
use crate::language::say;

const START: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
    <?mso-application progid=\"Excel.Sheet\"?>\r\n\
    <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
    xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
    <Styles><Style ss:ID=\"Default\"><NumberFormat/></Style>\
    </Styles>";

fn cell(text: &str) -> String {
    format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>")
}

fn row(cells: [&str; 2]) -> String {
    format!("<Row>{}</Row>", cells.map(cell).concat())
}

fn worksheet(name: &str, rows: &str) -> String {
    format!(
        "<Worksheet ss:Name=\"{name}\"><Table>{}{rows}</Table></Worksheet>",
        row(["采购单号", "标记"])
    )
}

fn workbook(rows: &str) -> String {
    format!("{START}{}</Workbook>", worksheet("订单", rows))
}

#[test]
fn a_workbook_is_read_in_its_encoding() {
    let text = workbook(&(row(["CG1", "加急"]) + &row([" CG&#50;", "a&amp;b"])));
    let gbk = text.replace("UTF-8", "gb2312");
    for (bytes, encoding) in [
        (text.clone().into_bytes(), "UTF-8"),
        (
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            "UTF-8 with BOM",
        ),
        (encoded(&gbk, GB18030), "GB18030"),
        (
            text.replace("<", "<ss:")
                .replace("<ss:/", "</ss:")
                .replace("<ss:?", "<?")
                .into_bytes(),
            "UTF-8",
        ),
    ] {
        let sheet = open(&bytes);
        let layout = sheet.layout();
        assert_eq!(layout.format.to_string(), "XML spreadsheet");
        assert_eq!(layout.encoding, Some(encoding));
        assert_eq!(layout.worksheet.as_deref(), Some("订单"));
        assert_eq!(layout.warnings, []);
        for _ in 0..2 {
            assert_eq!(told(&sheet), ["2 CG1 加急", "3 CG2 a&b"]);
        }
    }
}

#[test]
fn rows_and_cells_stand_where_their_index_says() {
    let rows = "<Row ss:Index=\"5\"><Cell ss:Index=\"2\"><Data ss:Type=\"String\">aa</Data></Cell></Row>\
        <Row ss:Span=\"2\"/>\
        <Row><Cell><Data ss:Type=\"String\">CG1</Data></Cell><Cell ss:Index=\"2\"><Data ss:Type=\"String\">bb</Data></Cell>\
        <Cell ss:Index=\"4\"><Data ss:Type=\"String\">x</Data></Cell></Row>";
    let sheet = open(workbook(rows));
    let told = told(&sheet);
    has(&told[0], "5 ! 采购单号 is empty");
    assert_eq!(told[1], "9 CG1 bb");
    assert_eq!(
        cells(&super::rows(&sheet).unwrap()[1]),
        ["CG1", "bb", "", "x"]
    );
}

#[test]
fn merged_cells_are_filled_down_and_hidden_rows_counted() {
    let merged = format!(
        "<Row ss:Hidden=\"1\"><Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">CG1</Data></Cell>{}</Row>\
         <Row><Cell ss:Index=\"2\"><Data ss:Type=\"String\">bb</Data></Cell></Row>",
        cell("aa")
    );
    let sheet = open(workbook(&(merged + &row(["CG2", "cc"]))));
    assert_eq!(told(&sheet), ["2 CG1 aa", "3 CG1 bb", "4 CG2 cc"]);
    let warnings = &sheet.layout().warnings;
    assert_eq!(warnings.len(), 2);
    assert_eq!(warnings[0], (say!("warning-hidden-rows", count = 1), true));
    assert_eq!(
        warnings[1],
        (say!("warning-merged-cells", count = 1), false)
    );
}

/// XML that says no encoding is UTF-8, be its letters those of another one as well.
#[test]
fn a_workbook_that_does_not_say_its_encoding_is_utf_8() {
    let silent = |text: String| text.replace(" encoding=\"UTF-8\"", "");
    for order in ["PO¶1", "CG·1", "A°1", "é1", "§1"] {
        let english = silent(workbook(&row([order, "aa"])))
            .replace("采购单号", "purchase_no")
            .replace("标记", "flag_name")
            .replace("订单", "Sheet1");
        let sheet = open(&english);
        assert_eq!(told(&sheet), [format!("2 {order} aa")]);
        assert_eq!(sheet.layout().warnings, []);
    }
    let gbk = encoded(&silent(workbook(&row(["CG1", "加急"]))), GB18030);
    assert_eq!(told(&open(&gbk)), ["2 CG1 加急"]);
}
