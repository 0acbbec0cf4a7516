//! Results and failures as workbooks: what holds for CSV files holds for these.

use rust_xlsxwriter::Workbook;
use wdt_flags::sandbox::Sandbox;

use crate::harness::{
    Place, ScriptedServer, Table, accepted, part, refused, sandbox, save_workbook,
};

const SHEET: &str = "备注,purchase_no,flag_name\n=1+1,0012345,aa\n<&>,CG404,aa\n,CG3,没有\n\"a\nb\",1-2,+aa\n_x0041_,CG5,\n";
const XLSX: &str = "x.csv --output-format xlsx";

fn first_run() -> (Place, Sandbox) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.runs(&erp, XLSX, 1);
    (place, erp)
}

/// All but the time and the last column.
fn without_time(table: &Table) -> Vec<Vec<String>> {
    let cut = |row: &Vec<String>| row[..row.len() - 2].to_vec();
    table.rows.iter().map(cut).collect()
}

#[test]
fn they_say_what_csv_files_say_as_texts() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.runs(&erp, "x.csv", 1);
    place.runs(&erp, "x.csv -o r.xlsx --failures f.xlsx", 1);
    for (text, book) in [("x.results.csv", "r.xlsx"), ("x.failures.csv", "f.xlsx")] {
        let (text, mut book) = (place.table(text), place.table(book));
        for row in &mut book.rows {
            row[0] = row[0].replace("_x005F_", "_");
        }
        assert_eq!(book.header, text.header);
        assert_eq!(without_time(&book), without_time(&text));
    }
    let xml = part(&place.path("r.xlsx"), "xl/worksheets/sheet1.xml");
    for wanted in [
        "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"",
        "<autoFilter ref=\"A1:J6\"/>",
        "<c r=\"B2\" s=\"2\" t=\"s\">",
        "<c r=\"D2\" s=\"3\"><v>2</v></c>",
        "numberStoredAsText",
    ] {
        assert!(xml.contains(wanted), "{wanted}: {xml}");
    }
}

#[test]
fn failures_put_right_and_given_back_update_the_results() {
    const FILES: [&str; 3] = ["x.csv", "x.failures.xlsx", "x.results.xlsx"];
    let (place, erp) = first_run();
    let before = place.table("x.results.xlsx");
    assert_eq!(place.files(), FILES);

    // Saved by a spreadsheet, and the results too.
    save_workbook(&place.path("x.results.xlsx"), &before);
    let mut failures = place.table("x.failures.xlsx");
    assert_eq!(failures.column("line"), ["3", "4", "5", "7"]);
    failures.rows[0][1] = "CG7".to_owned();
    failures.rows[2][2] = "aa".to_owned();
    failures.rows[2][1] = "1月2日".to_owned();
    let added = ["new", "CG9", "aa"].map(str::to_owned);
    failures.rows.push(added.to_vec());
    save_workbook(&place.path("x.failures.xlsx"), &failures);
    let run = place.runs(&erp, "x.failures.xlsx", 1);
    run.says_nothing_of("not updated");
    assert_eq!(place.files(), FILES);
    let after = place.table("x.results.xlsx");
    assert_eq!(
        after.text(["line", "purchase_no", "status"]),
        "2,0012345,ok\n3,CG7,ok\n4,CG3,rejected\n5,1月2日,invalid\n7,CG5,invalid\n,CG9,ok\n"
    );
    assert_eq!(after.rows[0], before.rows[0]);
    let left = place.table("x.failures.xlsx");
    assert_eq!(left.column("line"), ["4", "5", "7"]);
    assert!(!erp.flags().contains_key("1月2日"));

    // Once more, as this program wrote them; and from a CSV file that a person made of them.
    place.runs(&erp, "x.failures.xlsx", 1);
    let again = place.table("x.results.xlsx");
    assert_eq!(without_time(&again), without_time(&after));
    let left = place.table("x.failures.xlsx");
    let rows = left.rows.iter().map(|row| row.join("\t") + "\n");
    let rows = rows.collect::<String>().replace("没有", "aa");
    let rows = rows.replace("a\nb", "a b");
    place.write("x.failures.csv", left.header.join("\t") + "\n" + &rows);
    place.runs(&erp, "x.failures.csv", 1);
    assert_eq!(place.statuses("x.results.xlsx")[2], "ok");
    assert_eq!(place.table("x.failures.xlsx").rows.len(), 2);
}

#[test]
fn those_of_the_run_before_are_kept_in_the_other_format_too() {
    for (first, ending) in [(XLSX, ".xlsx"), ("x.csv", ".csv")] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("x.csv", SHEET);
        place.runs(&erp, first, 1);
        let run = place.runs(&erp, XLSX, 1);
        assert_eq!(run.stdout.matches("kept  ").count(), 2, "{run:#?}");
        let files = place.files();
        let kept = files.iter().filter(|name| name.contains(".2"));
        let kept: Vec<_> = kept.collect();
        assert!(kept.iter().all(|name| name.ends_with(ending)), "{kept:?}");
        assert_eq!((kept.len(), files.len()), (2, 5), "{files:?}");
        assert_eq!(place.table(kept[1]).rows.len(), 5);
    }
    // A sheet of such a name is no file of an earlier run.
    let (place, erp) = first_run();
    place.runs(&erp, "x.results.xlsx -o x.results.csv --failures f.csv", 1);
    assert_eq!(place.table("x.results.xlsx").rows.len(), 5);
}

#[test]
fn a_run_that_was_stopped_is_continued() {
    let place = Place::new();
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG2,aa\nCG3,aa\n");
    let erp = ScriptedServer::per_call(|n, _| {
        Some(match n {
            2 => refused(6, "ip限制"),
            _ => accepted(),
        })
    });
    let line = format!("{XLSX} -j1");
    place.runs(&erp, &line, 3);
    assert!(place.path("x.results.csv.partial").is_file());
    let statuses = ["ok", "skipped", "skipped"];
    assert_eq!(place.statuses("x.results.xlsx"), statuses);
    place.runs(&erp, &line, 0);
    assert_eq!(erp.orders(), ["CG1", "CG2", "CG2", "CG3"]);
    assert_eq!(place.statuses("x.results.xlsx"), ["ok"; 3]);
    assert!(!place.path("x.results.csv.partial").exists());
}

#[test]
fn a_profile_may_say_so_and_a_name_that_is_given_counts_too() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG404,aa\n");
    place.write("c.toml", "[default]\noutput_format = \"xlsx\"\n");
    place.runs(&erp, "x.csv --config c.toml", 1);
    assert!(place.path("x.results.xlsx").is_file());
    place.runs(&erp, "x.csv --config c.toml --output-format csv", 1);
    assert!(place.path("x.failures.csv").is_file());
    place.runs(&erp, "x.csv -o r.xlsx", 1);
    assert_eq!(place.table("x.failures.xlsx").rows.len(), 1);

    place.write("c.toml", "[default]\noutput_format = \"xls\"\n");
    let run = place.runs(&erp, "x.csv --config c.toml", 2);
    run.says("write csv or xlsx");
    let run = place.runs(&erp, "x.csv -o r.xls", 2);
    run.says("ending in .csv or .xlsx");
}

#[test]
fn a_workbook_of_somebody_elses_is_never_overwritten() {
    let ours = "purchase_no,flag_name,line,status,code,message,attempts,finished_at,row_check";
    let foreign = |headers: &[&str]| {
        let mut workbook = Workbook::new();
        for header in headers {
            let worksheet = workbook.add_worksheet();
            let cells = header.split(',');
            worksheet.write_row(0, 0, cells).expect("written");
        }
        workbook.save_to_buffer().expect("saved")
    };
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\n");
    let (not_ours, further) = ("was not written by wdt-flags", "has further worksheets");
    let [mine, headless] = [foreign(&["purchase_no,flag_name"]), foreign(&[&ours[22..]])];
    let more = foreign(&[ours, "mine"]);
    for (line, name, content, says) in [
        (XLSX, "x.results.xlsx", &mine, not_ours),
        (XLSX, "x.failures.xlsx", &headless, not_ours),
        (XLSX, "x.results.xlsx", &more, further),
        (
            XLSX,
            "x.failures.xlsx",
            &b"purchase_no,flag_name".to_vec(),
            not_ours,
        ),
        (XLSX, "x.results.xlsx", &b"PK\x03\x04".to_vec(), not_ours),
        // Nor is a failures file to which a person has added a worksheet.
        (
            "x.failures.xlsx --output-format xlsx",
            "x.failures.xlsx",
            &more,
            further,
        ),
    ] {
        place.write(name, content);
        place.runs(&erp, line, 2).says(says);
        assert_eq!(&std::fs::read(place.path(name)).expect("there"), content);
        std::fs::remove_file(place.path(name)).expect("removed");
    }
    assert_eq!(erp.stats().calls, 0);
    // An empty one, and one of ours, are.
    place.write("x.results.xlsx", "");
    for _ in 0..2 {
        place.runs(&erp, XLSX, 0);
    }
}
