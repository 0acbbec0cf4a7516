//! Names that results and failures get.

use std::fs;

use crate::harness::{Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG404,aa\n";

#[test]
fn of_a_sheet_whose_own_name_is_as_long_as_names_can_be() {
    let (place, erp) = (Place::new(), sandbox());
    let names = ["甲", "乙"].map(|end| format!("{}{end}.csv", "采购单".repeat(27)));
    for name in &names {
        place.write(name, SHEET);
        finish(&mut place.run(&erp, [name])).expect(1);
    }
    let ending = |ending: &str| {
        let mut files = place.files();
        files.retain(|name| name.ends_with(ending));
        files
    };
    assert_eq!(
        [ending(".results.csv").len(), ending(".failures.csv").len()],
        [2, 2]
    );
    assert_eq!(place.files().len(), 6, "{:?}", place.files());

    // Given back, stopped, continued and kept as any other.
    let failures = ending(".failures.csv").remove(0);
    let corrected = place.read(&failures).replace("CG404", "CG2");
    place.write(&failures, corrected);
    let run = finish(&mut place.run(&erp, [&failures])).expect(0);
    assert!(!run.stderr.contains("not updated"), "{run:#?}");
    let statuses = ending(".results.csv")
        .iter()
        .map(|it| place.table(it).count("ok"))
        .sum::<usize>();
    assert_eq!(statuses, 3);
    place.write(
        &names[1],
        "purchase_no,flag_name\nCG404,aa\nCG1,aa\nCG2,aa\n",
    );
    let stopped = finish(&mut place.run(&erp, [&names[1], "-j1", "--max-failures=1"]));
    stopped.expect(3);
    assert_eq!(ending(".partial").len(), 1);
    let run = finish(&mut place.run(&erp, [&names[1]])).expect(1);
    assert!(run.stderr.contains("taken over"), "{run:#?}");
    finish(&mut place.run(&erp, [names[1].as_str(), "--keep", "1"])).expect(1);
    assert_eq!(place.files().len(), 8, "{:?}", place.files());
}

#[test]
fn of_such_a_sheet_in_a_run_against_the_stand_in() {
    let place = Place::new();
    let name = format!("{}.csv", "x".repeat(251));
    place.write(&name, SHEET);
    let run = |sheet: &str| finish(place.program().args(["run", sheet, "--sandbox"])).expect(1);
    run(&name);
    let mut files = place.files();
    files.retain(|name| name.contains(".sandbox."));
    assert_eq!(files.len(), 2, "{files:?}");
    let again = run(&files[0]);
    assert!(!again.stderr.contains("not updated"), "{again:#?}");
    assert_eq!(place.files().len(), 3, "{:?}", place.files());
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
