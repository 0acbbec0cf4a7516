//! A failures file put right and given back updates the results it comes from.

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name,备注\nCG1,aa,一\nCG404,加急,二\n,aa,三\nCG4,没有,四\n";

/// A run over [`SHEET`]: line 2 is accepted, 3 to 5 are not.
fn first_run(place: &Place, erp: &Sandbox) -> String {
    place.write("x.csv", SHEET);
    finish(&mut place.run(erp, ["x.csv"])).expect(1);
    place.read("x.results.csv")
}

/// The lines of the results by the line they name.
fn line<'t>(results: &'t str, line: &str) -> &'t str {
    let is = |text: &&str| text.split(',').nth(3) == Some(line);
    results.lines().find(is).expect("a row")
}

#[test]
fn rows_are_replaced_where_they_stand_and_all_others_stay() {
    let (place, erp) = (Place::new(), sandbox());
    let before = first_run(&place, &erp);
    let failures = place.read("x.failures.csv");
    place.write("x.failures.csv", failures.replace("CG404,加急", "CG3,加急"));
    let run = finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    assert!(!run.stderr.contains("not updated"), "{run:#?}");

    let results = place.table("x.results.csv");
    assert_eq!(results.column("purchase_no"), ["CG1", "CG3", "", "CG4"]);
    assert_eq!(
        results.column("status"),
        ["ok", "ok", "invalid", "rejected"]
    );
    assert_eq!(results.column("line"), ["2", "3", "4", "5"]);
    let after = place.read("x.results.csv");
    assert_eq!(line(&after, "2"), line(&before, "2"), "byte for byte");
    let left = place.table("x.failures.csv");
    assert_eq!(left.column("line"), ["4", "5"]);
    assert_eq!(erp.flags()["CG3"], "加急");

    // The second round, over what is left.
    let failures = place.read("x.failures.csv");
    let put_right = failures
        .replace("CG4,没有", "CG4,aa")
        .replace("\n,aa", "\nCG5,aa");
    place.write("x.failures.csv", put_right);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    let results = place.table("x.results.csv");
    assert_eq!(results.column("purchase_no"), ["CG1", "CG3", "CG5", "CG4"]);
    assert_eq!(results.column("status"), ["ok"; 4]);
    assert_eq!(results.column("备注"), ["一", "二", "三", "四"]);
    assert_eq!(place.table("x.failures.csv").rows.len(), 0);
    assert_eq!(place.files(), ["x.csv", "x.failures.csv", "x.results.csv"]);
}

#[test]
fn rows_may_be_added_deleted_and_sorted() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    let failures = place.read("x.failures.csv");
    let [header, order404, empty, flag] = failures.lines().collect::<Vec<_>>()[..] else {
        panic!("{failures}");
    };
    assert!(empty.starts_with(",aa"));
    let flag = flag.replace("没有", "aa");
    let order404 = order404.replace("CG404", "CG3");
    let added = "CG9,加急,新,,,,,,";
    place.write(
        "x.failures.csv",
        format!("{header}\n{flag}\n{added}\n{order404}\n"),
    );
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    let results = place.table("x.results.csv");
    assert_eq!(
        results.column("purchase_no"),
        ["CG1", "CG3", "", "CG4", "CG9"]
    );
    assert_eq!(results.column("line"), ["2", "3", "4", "5", ""]);
    assert_eq!(
        results.column("status"),
        ["ok", "ok", "invalid", "ok", "ok"]
    );
}

/// The failures with these columns, in this order; one that they do not have is a note.
fn rearranged(place: &Place, columns: &[&str]) -> String {
    let failures = place.table("x.failures.csv");
    let mut text = format!("{}\n", columns.join(","));
    for row in &failures.rows {
        let cells = columns.iter().map(|name| {
            let at = failures
                .header
                .iter()
                .position(|it| it == &name.to_lowercase());
            match (at, *name) {
                (Some(at), _) => row[at].replace("CG404", "CG3"),
                (None, "") => String::new(),
                (None, _) => "my note".to_owned(),
            }
        });
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

#[test]
fn this_programs_columns_are_known_wherever_they_stand() {
    for columns in [
        "purchase_no,flag_name,备注,line,status,code,message,attempts,finished_at,row_check,note",
        "purchase_no,flag_name,备注,line,status,code,message,attempts,finished_at,row_check,,",
        "Line,purchase_no,Status,flag_name,备注,message,Row_Check",
        "row_check,attempts,message,code,status,line,备注,flag_name,purchase_no",
        "purchase_no,flag_name,line,status,row_check",
    ] {
        let (place, erp) = (Place::new(), sandbox());
        first_run(&place, &erp);
        let columns: Vec<&str> = columns.split(',').collect();
        place.write("x.failures.csv", rearranged(&place, &columns));
        let check = finish(place.program().args(["check", "x.failures.csv"])).expect(1);
        assert!(check.stdout.contains("3 rows, 1 invalid"), "{check:#?}");
        let run = finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
        assert!(!run.stderr.contains("not updated"), "{columns:?}: {run:#?}");
        let results = place.table("x.results.csv");
        let statuses = ["ok", "ok", "invalid", "rejected"];
        assert_eq!(results.column("status"), statuses, "{columns:?}");
        assert_eq!(results.column("purchase_no")[1], "CG3", "{columns:?}");
        let left = place.table("x.failures.csv");
        assert_eq!(left.column("line"), ["4", "5"], "{columns:?}");
        assert_eq!(
            results.column("备注"),
            ["一", "二", "三", "四"],
            "{columns:?}"
        );
        if columns.contains(&"note") {
            assert_eq!(left.column("note"), ["my note"; 2]);
            assert_eq!(
                results.column("note"),
                ["", "my note", "my note", "my note"]
            );
        }
    }
}

#[test]
fn a_flag_that_was_sent_is_sent_again_wherever_its_column_stands() {
    for columns in [
        "purchase_no,flag_name,sent_flag,line,status,code,message,attempts,row_check,",
        "sent_flag,purchase_no,flag_name,line,status,row_check,attempts",
    ] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("x.csv", "purchase_no,flag_name\nCG404,加急\n");
        finish(&mut place.run(&erp, ["x.csv", "--flag", "已质检"])).expect(1);
        let columns: Vec<&str> = columns.split(',').collect();
        let text = rearranged(&place, &columns);
        place.write("y.csv", text);
        let run = finish(&mut place.run(&erp, ["y.csv"])).expect(0);
        assert_eq!(erp.flags()["CG3"], "已质检", "{columns:?}: {run:#?}");
    }
}

#[test]
fn saved_in_another_form_it_is_the_same_failures_file() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    let text = place.read("x.failures.csv").replace("CG404", "CG3");
    let text = text.trim_start_matches('\u{feff}').replace(',', "\t");
    let gbk = encoding_rs::GB18030.encode(&text).0.into_owned();
    place.write("x.failures.csv", gbk);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    let results = place.table("x.results.csv");
    assert_eq!(
        results.column("status"),
        ["ok", "ok", "invalid", "rejected"]
    );

    let left = place.table("x.failures.csv");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let worksheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(std::iter::once(&left.header).chain(&left.rows)) {
        for (column, cell) in (0..).zip(cells) {
            let cell = cell.replace("没有", "aa");
            worksheet.write_string(row, column, cell).expect("written");
        }
    }
    workbook.save(place.path("x.failures.xlsx")).expect("saved");
    finish(&mut place.run(&erp, ["x.failures.xlsx"])).expect(1);
    let results = place.table("x.results.csv");
    assert_eq!(results.column("status"), ["ok", "ok", "invalid", "ok"]);
    assert_eq!(place.table("x.failures.csv").column("line"), ["4"]);
}

#[test]
fn with_both_names_given_the_results_are_updated_too() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    let names = ["--results", "r.csv", "--failures", "f.csv"];
    finish(&mut place.run(&erp, [&["x.csv"], &names[..]].concat())).expect(1);
    let text = place.read("f.csv").replace("CG404", "CG3");
    place.write("f.csv", text);
    finish(&mut place.run(&erp, [&["f.csv"], &names[..]].concat())).expect(1);
    let statuses = ["ok", "ok", "invalid", "rejected"];
    assert_eq!(place.table("r.csv").column("status"), statuses);
    assert_eq!(place.table("f.csv").column("line"), ["4", "5"]);
}

#[test]
fn results_that_do_not_belong_are_left_alone_and_it_is_said_why() {
    let other_columns = |text: &str| text.replacen("flag_name", "flag", 1);
    let no_checks = |text: &str| text.replacen(",row_check", ",checks", 1);
    let another_account = |text: &str| {
        let mine = text.rsplit(',').next().expect("a check");
        text.replace(&mine[..6], "aaaaaa")
    };
    let nothing = |_: &str| String::new();
    for (edit, why) in [
        (&other_columns as &dyn Fn(&str) -> String, "other columns"),
        (&no_checks, "not as wdt-flags writes them"),
        (&another_account, "of another account"),
        (&nothing, "they are not there"),
    ] {
        let (place, erp) = (Place::new(), sandbox());
        let text = edit(&first_run(&place, &erp));
        place.write("x.results.csv", &text);
        let run = finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
        assert!(run.stderr.contains(why), "{why}: {run:#?}");
        assert_eq!(place.read("x.results.csv"), text);
        assert_eq!(place.table("x.failures.results.csv").rows.len(), 3);
    }
}

#[test]
fn messages_name_the_line_here_and_the_line_of_the_sheet() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    let check = finish(place.program().args(["check", "x.failures.csv"])).expect(1);
    assert!(
        check.stdout.contains("line 3 (line 4 of the sheet)"),
        "{check:#?}"
    );
    let run = finish(&mut place.run(&erp, ["x.failures.csv", "-vv"])).expect(1);
    assert!(
        run.stderr
            .contains("line 2 (line 3 of the sheet), order CG404: rejected"),
        "{run:#?}"
    );
}

#[test]
fn of_a_sorted_failures_file_the_row_decides_that_is_last_in_the_sheet() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG2,aa\nCG1,zz\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let failures = place.read("x.failures.csv").replace("CG1,zz", "CG1,加急");
    let [header, earlier, later] = failures.lines().collect::<Vec<_>>()[..] else {
        panic!("{failures}");
    };
    place.write("x.failures.csv", format!("{header}\n{later}\n{earlier}\n"));
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    assert_eq!(erp.flags()["CG1"], "加急");
    let results = place.table("x.results.csv");
    assert_eq!(results.column("status"), ["superseded", "ok", "ok"]);
}
