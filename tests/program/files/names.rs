//! Names that results and failures get.

use std::fs;

use crate::harness::{Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG404,aa\n";

#[test]
fn a_name_too_long_for_the_files_of_a_run_is_said_before_the_first_call() {
    let (place, erp) = (Place::new(), sandbox());
    let long = |length: usize| format!("{}.csv", "x".repeat(length - 4));
    for (length, code) in [(255, 3), (225, 3), (210, 1)] {
        let name = long(length);
        place.write(&name, SHEET);
        let run = finish(&mut place.run(&erp, [&name])).expect(code);
        assert_eq!(
            run.stderr.contains("File name too long"),
            code == 3,
            "{run:#?}"
        );
        assert_eq!(erp.stats().calls > 0, code == 1, "{length}");
    }
    let short = ["-o", "r.csv", "--failures", "f.csv"];
    finish(&mut place.run(&erp, [&[long(255).as_str()], &short[..]].concat())).expect(1);
}

#[test]
fn two_sheets_of_one_name_do_not_share_results() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.write("x.txt", SHEET.replace("CG1", "CG2"));
    let run = |sheet: &str| finish(&mut place.run(&erp, [sheet])).expect(1);
    let first = run("x.csv");
    assert!(!first.stderr.contains("stands beside"), "{first:#?}");
    let second = run("x.txt");
    let says = "`x.csv` stands beside `x.txt`, whose results go to `x.txt.results.csv`";
    assert!(second.stderr.contains(says), "{second:#?}");
    let orders = |name: &str| place.table(name).column("purchase_no")[0].to_owned();
    assert_eq!(orders("x.results.csv"), "CG1");
    assert_eq!(orders("x.txt.results.csv"), "CG2");
    let failures = run("x.txt.failures.csv");
    assert!(!failures.stderr.contains("not updated"), "{failures:#?}");

    // Alone, or where the names are given, as ever.
    let named = ["x.txt", "--results", "r.csv", "--failures", "f.csv"];
    let named = finish(&mut place.run(&erp, named)).expect(1);
    assert!(!named.stderr.contains("stands beside"), "{named:#?}");
    fs::remove_file(place.path("x.csv")).expect("there");
    run("x.txt");
    assert_eq!(orders("x.results.csv"), "CG2");
}

#[test]
fn results_and_failures_that_differ_in_case_alone_are_refused() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    let args = ["x.csv", "--results", "out.csv", "--failures", "OUT.csv"];
    let run = finish(&mut place.run(&erp, args)).expect(2);
    assert!(run.stderr.contains("`OUT.csv` twice"), "{run:#?}");
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn names_in_a_directory_that_is_not_there_are_refused() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    for option in ["-o", "--failures"] {
        for (name, directory) in [
            ("nodir/out.csv", "nodir"),
            ("no/dir/out.xlsx", "no/dir"),
            ("x.csv/out.csv", "x.csv"),
        ] {
            let args = ["x.csv", option, name];
            let runs = [place.run(&erp, args), place.verify(&erp, args)];
            for mut run in runs {
                let run = finish(&mut run).expect(2);
                let says =
                    format!("`{name}` cannot be written: there is no directory `{directory}`");
                assert!(run.stderr.contains(&says), "{run:#?}");
            }
        }
    }
    assert_eq!(place.files(), ["x.csv"]);
    assert_eq!(erp.stats().calls, 0);
}
