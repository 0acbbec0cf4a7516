//! A failures file that a spreadsheet has opened and saved: no other order is flagged for it.

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Finished, Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name,备注\n0012345,没有,一\n202604130001,没有,二\n\
    1-2,没有,三\n20260413000112345,没有,四\nCG5,没有,五\n";

/// A run over [`SHEET`], of which every row is refused.
fn first_run(place: &Place, erp: &Sandbox) {
    place.write("x.csv", SHEET);
    finish(&mut place.run(erp, ["x.csv"])).expect(1);
}

/// A file as a spreadsheet saves it.
fn saved(text: &str) -> String {
    text.replace("\n0012345,", "\n12345,")
        .replace("\n202604130001,", "\n2.02604E+11,")
        .replace("\n1-2,", "\n1月2日,")
        .replace("\n20260413000112345,", "\n20260413000112300,")
}

/// The orders that have a flag.
fn flagged(erp: &Sandbox) -> Vec<String> {
    let mut orders: Vec<_> = erp.flags().into_keys().collect();
    orders.sort();
    orders
}

#[track_caller]
fn names(run: &Finished, text: &str) {
    assert!(run.said().contains(text), "{text}: {run:#?}");
}

#[test]
fn what_a_spreadsheet_has_changed_is_put_right_or_not_sent() {
    for (results_too, results_gone) in [(false, false), (true, false), (false, true)] {
        let (place, erp) = (Place::new(), sandbox());
        first_run(&place, &erp);
        let text = saved(&place.read("x.failures.csv")).replace("没有", "aa");
        place.write("x.failures.csv", text);
        if results_too {
            let text = saved(&place.read("x.results.csv"));
            let gbk = encoding_rs::GB18030
                .encode(text.trim_start_matches('\u{feff}'))
                .0;
            place.write("x.results.csv", gbk);
        }
        if results_gone {
            std::fs::remove_file(place.path("x.results.csv")).expect("there");
        }
        let check = finish(place.program().args(["check", "x.failures.csv"])).expect(1);
        names(&check, "5 rows, 3 invalid");
        names(&check, "\"0012345\" gets \"aa\"");

        // However often it is tried.
        for round in 0..2 {
            let run = finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
            assert_eq!(flagged(&erp), ["0012345", "CG5"], "{run:#?}");
            if round == 0 {
                names(&run, "rows whose order a spreadsheet had changed: 1");
                names(
                    &run,
                    "2  invalid   purchase_no is a number of which a spreadsheet",
                );
            }
            let left = place.table("x.failures.csv");
            assert_eq!(
                left.column("purchase_no"),
                ["2.02604E+11", "1月2日", "20260413000112300"]
            );
        }
        if results_gone {
            continue;
        }
        let results = place.table("x.results.csv");
        let statuses = ["ok", "invalid", "invalid", "invalid", "ok"];
        assert_eq!(results.column("status"), statuses);
        assert_eq!(results.column("purchase_no")[0], "0012345");
        let message = "a spreadsheet had made \"12345\" of the order; put right";
        assert_eq!(results.column("message")[0], message);

        // Entered again, they are sent; so is what is meant as it stands.
        let text = place
            .read("x.failures.csv")
            .replace("2.02604E+11,", "202604130001,");
        let text: String = text
            .lines()
            .map(|row| {
                let is_meant = row.starts_with("20260413000112300");
                format!("{row}{}\n", if is_meant { "!" } else { "" })
            })
            .collect();
        place.write("x.failures.csv", text.replace("1月2日,", "CG1-2,"));
        finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
        let sent = [
            "0012345",
            "202604130001",
            "20260413000112300",
            "CG1-2",
            "CG5",
        ];
        assert_eq!(flagged(&erp), sent);
    }
}

#[test]
fn numbers_of_a_workbook_are_put_right_where_the_results_are_not_updated() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    let left = place.table("x.failures.csv");
    std::fs::remove_file(place.path("x.results.csv")).expect("there");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let worksheet = workbook.add_worksheet();
    worksheet.write_row(0, 0, &left.header).expect("written");
    for (row, cells) in (1..).zip(&left.rows) {
        worksheet.write_row(row, 0, cells).expect("written");
        worksheet.write_string(row, 1, "aa").expect("written");
        if let Ok(number) = cells[0].parse::<f64>() {
            worksheet.write_number(row, 0, number).expect("written");
        }
    }
    workbook.save(place.path("x.failures.xlsx")).expect("saved");
    let run = finish(&mut place.run(&erp, ["x.failures.xlsx"])).expect(1);
    names(&run, "they are not there");
    let sent = ["0012345", "1-2", "202604130001", "CG5"];
    assert_eq!(flagged(&erp), sent, "{run:#?}");
}

#[test]
fn an_account_is_not_given_the_rows_of_another() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    let calls = erp.stats().calls;
    let text = place.read("x.failures.csv");
    for (issuer, says) in [("aaaaaa", "another account"), ("demo", "stand-in")] {
        let mine = text.rsplit(',').next().expect("a check");
        place.write("x.failures.csv", text.replace(&mine[..6], issuer));
        names(
            &finish(&mut place.run(&erp, ["x.failures.csv"])).expect(2),
            says,
        );
    }
    assert_eq!(erp.stats().calls, calls);
    // The stand-in takes everybody's.
    place.write("x.failures.csv", text.replace("没有", "aa"));
    let trial = ["run", "x.failures.csv", "--sandbox"];
    finish(place.program().args(trial)).expect(0);
}
