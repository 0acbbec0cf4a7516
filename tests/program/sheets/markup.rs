//! Tables in markup under the name `.xls`, as ERPs export them.

use crate::harness::{Place, sandbox};

#[test]
fn a_web_page_is_carried_in_and_its_failures_given_back() {
    let (place, erp) = (Place::new(), sandbox());
    let page = "<html><head><meta charset=gb2312></head><body><table border=1>\
        <tr><th>采购单号</th><th>标记</th></tr><tr><td>CG1<td>加急<tr><td>CG404<td>已质检\
        <tr><td x:num=2204>2,204<td>加急</table></body></html>";
    place.write("x.xls", encoding_rs::GB18030.encode(page).0);
    place.runs(&erp, "x.xls", 1);
    let results = place.table("x.results.csv");
    assert_eq!(
        results.text(["采购单号", "标记", "line", "status"]),
        "CG1,加急,2,ok\nCG404,已质检,3,rejected\n2,204,加急,4,invalid\n"
    );
    place.edit("x.failures.csv", &[("CG404", "CG5"), ("\"2,204\"", "CG6")]);
    place.runs(&erp, "x.failures.csv", 0);
    assert_eq!(erp.flags()["CG5"], "已质检");
    assert_eq!(place.statuses("x.results.csv"), ["ok"; 3]);
}

#[test]
fn an_xml_spreadsheet_is_checked_and_its_warnings_said() {
    let place = Place::new();
    let text = |text: &str| format!("<Cell><Data ss:Type=\"String\">{text}</Data></Cell>");
    let rows = format!(
        "<Row>{}{}</Row><Row ss:Hidden=\"1\"><Cell ss:MergeDown=\"1\"><Data ss:Type=\"Number\">\
         2204130001</Data></Cell>{}</Row><Row><Cell ss:Index=\"2\"><Data>bb</Data></Cell></Row>",
        text("采购单号"),
        text("标记"),
        text("aa")
    );
    let spreadsheet = format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
         <Worksheet ss:Name=\"Sheet1\"><Table>{rows}</Table></Worksheet></Workbook>"
    );
    place.write("x.xls", spreadsheet);
    let said = place.checks("x.xls", 0);
    said.prints("read as XML spreadsheet, UTF-8, worksheet \"Sheet1\", header on line 1\n");
    said.prints("2 rows, 0 invalid; 1 distinct order");
    said.says("warning: 1 order or flag cell is merged over rows");
    said.says("warning: 1 row is hidden, by a filter perhaps");
}
