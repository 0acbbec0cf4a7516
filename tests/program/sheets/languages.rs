//! A failures file that a run in one language has written is corrected by one in another.

use std::path::Path;

use crate::harness::{Place, Table, finish, sandbox, save_workbook};

/// The second row will be put right, the third is a number that is shown otherwise, and a
/// spreadsheet will take the zeros of the fourth.
const SHEET: &str = "<html><head><meta charset=utf-8></head><body><table>\
    <tr><th>采购单号<th>标记<tr><td>CG1<td>加急<tr><td>CG404<td>已质检\
    <tr><td x:num=2204>2,204<td>加急<tr><td x:str>0012345<td>没有<tr><td>CG1<td>加急\
    </table></body></html>";

fn save(path: &Path, table: &Table) {
    if path.extension().is_some_and(|it| it == "xlsx") {
        return save_workbook(path, table);
    }
    let mut csv = csv::Writer::from_path(path).expect("a file");
    for record in std::iter::once(&table.header).chain(&table.rows) {
        csv.write_record(record).expect("written");
    }
    csv.flush().expect("written");
}

/// Puts right what is wrong with the orders in a failures file.
fn replace(place: &Place, name: &str, replacements: &[[&str; 2]]) {
    let mut table = place.table(name);
    for cell in table.rows.iter_mut().flatten() {
        if let Some([_, new]) = replacements.iter().find(|[old, _]| cell == old) {
            *cell = (*new).to_owned();
        }
    }
    save(&place.path(name), &table);
}

/// The table without some columns.
fn without(mut table: Table, columns: &[&str]) -> Table {
    let kept: Vec<bool> = (table.header.iter())
        .map(|name| !columns.contains(&&**name))
        .collect();
    for row in table.rows.iter_mut().chain([&mut table.header]) {
        let mut kept = kept.iter();
        row.retain(|_| *kept.next().expect("a column"));
    }
    table
}

/// Results and failures after a first run in one language and a correction in another.
fn corrected(first: &str, second: &str, format: &str) -> [Table; 2] {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.xls", SHEET);
    let [results, failures] = ["results", "failures"].map(|kind| format!("orders.{kind}.{format}"));
    let run = |sheet: &str, language: &str| {
        let mut command = place.run(&erp, [sheet, "--output-format", format]);
        finish(command.env("WDT_LANG", language))
    };
    run("orders.xls", first).expect(1);
    let number = "#FORMAT! 2204 | 2,204";
    assert_eq!(place.table(&failures).column("采购单号")[1], number);

    replace(&place, &failures, &[["CG404", "CG5"], ["0012345", "12345"]]);
    run(&failures, second).expect(1);
    assert_eq!(erp.flags()["CG5"], "已质检");
    let tables = [&results, &failures].map(|name| place.table(name));
    let expected = ["ok", "ok", "invalid", "invalid", "ok"];
    assert_eq!(tables[0].column("status"), expected);
    assert_eq!(tables[1].column("line"), ["4", "5"]);

    let left = [[number, "CG6"], ["12345", "0012345"], ["没有", "aa"]];
    replace(&place, &failures, &left);
    run(&failures, first).expect(0);
    assert_eq!(place.table(&results).column("status"), ["ok"; 5]);
    assert_eq!(erp.flags()["0012345"], "aa");
    assert_eq!(place.files(), [&failures, &results, "orders.xls"]);
    tables
}

#[test]
fn a_correction_in_another_language_is_the_same_as_in_one() {
    for [first, second] in [["zh", "en"], ["en", "zh"]] {
        for format in ["csv", "xlsx"] {
            let [results, failures] = corrected(first, second, format);
            let [same_results, same_failures] = corrected(second, second, format);
            // What the first run alone has said stays in its language.
            let untold = |table| without(table, &["message", "finished_at"]);
            assert_eq!(untold(results), untold(same_results), "{first} {format}");
            let untimed = |table| without(table, &["finished_at"]);
            assert_eq!(
                untimed(failures),
                untimed(same_failures),
                "{first} {format}"
            );
        }
    }
}
