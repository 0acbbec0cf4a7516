//! Tables in markup under the name `.xls`, as ERPs export them.

use crate::harness::{Place, finish, sandbox};

fn page(rows: &str) -> Vec<u8> {
    let text = format!(
        "<html><head><meta charset=gb2312></head><body><table border=1>\
         <tr><th>采购单号</th><th>标记</th></tr>{rows}</table></body></html>"
    );
    encoding_rs::GB18030.encode(&text).0.into_owned()
}

fn spreadsheet(rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"Sheet1\"><Table>\
         <Row><Cell><Data ss:Type=\"String\">采购单号</Data></Cell><Cell><Data ss:Type=\"String\">标记</Data></Cell></Row>\
         {rows}</Table></Worksheet></Workbook>"
    )
}

#[test]
fn a_web_page_is_carried_in_and_its_failures_given_back() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "orders.xls",
        page("<tr><td>CG1<td>加急<tr><td>CG404<td>已质检<tr><td x:num=2204>2,204<td>加急"),
    );
    finish(&mut place.run(&erp, ["orders.xls"])).expect(1);
    let results = place.table("orders.results.csv");
    assert_eq!(results.header[..3], ["采购单号", "标记", "line"]);
    assert_eq!(results.column("line"), ["2", "3", "4"]);
    assert_eq!(results.column("status"), ["ok", "rejected", "invalid"]);
    assert_eq!(results.column("采购单号")[2], "2,204");
    assert_eq!(erp.flags().len(), 1);

    finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(1);
    let text = place.read("orders.failures.csv");
    assert!(text.contains("\"2,204\""), "{text}");
    let corrected = text.replace("CG404", "CG5").replace("\"2,204\"", "CG6");
    place.write("orders.failures.csv", corrected);
    finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(0);
    assert_eq!(erp.flags()["CG5"], "已质检");
    assert_eq!(
        place.table("orders.results.csv").column("status"),
        ["ok"; 3]
    );
}

#[test]
fn an_xml_spreadsheet_is_checked_and_its_warnings_said() {
    let place = Place::new();
    let rows = "<Row ss:Hidden=\"1\"><Cell ss:MergeDown=\"1\"><Data ss:Type=\"Number\">2204130001</Data></Cell>\
        <Cell><Data ss:Type=\"String\">aa</Data></Cell></Row>\
        <Row><Cell ss:Index=\"2\"><Data ss:Type=\"String\">bb</Data></Cell></Row>";
    place.write("x.xls", spreadsheet(rows));
    let check = |options: &[&str]| {
        let mut command = place.program();
        finish(command.args(["check", "x.xls"]).args(options)).expect(0)
    };
    let said = check(&[]);
    assert!(
        said.stdout.starts_with(
            "read as XML spreadsheet, UTF-8, worksheet \"Sheet1\", header on line 1\n"
        ),
        "{said:?}"
    );
    for part in [
        "warning: 1 order or flag cell is merged over rows",
        "warning: 1 row is hidden, by a filter perhaps",
    ] {
        assert!(said.stderr.contains(part), "{part}: {said:?}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&check(&["--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["format"], "XML spreadsheet");
    assert_eq!(json["distinct_orders"], 1);
    assert_eq!(json["rows"], 2);
}

#[test]
fn a_page_that_asks_to_log_in_costs_no_call() {
    let (place, erp) = (Place::new(), sandbox());
    for (name, bytes, said) in [
        (
            "login.xls",
            "<!DOCTYPE html><title>登录</title><form><input></form>",
            "perhaps one to log in",
        ),
        (
            "cut.xls",
            "<table><tr><td>purchase_no<td>flag_name<tr><td>CG1",
            "it was cut off",
        ),
    ] {
        place.write(name, bytes);
        let run = finish(&mut place.run(&erp, [name])).expect(2);
        assert!(run.stderr.contains(said), "{run:?}");
        assert_eq!(run.stderr.trim_end().lines().count(), 1, "{run:?}");
    }
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["cut.xls", "login.xls"]);
}
