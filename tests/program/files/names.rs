//! Names that results and failures get.

use std::path::Path;

use crate::harness::{Place, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG404,aa\n";

#[test]
fn a_name_too_long_for_the_files_of_a_run_is_said_before_the_first_call() {
    let (place, erp) = (Place::new(), sandbox());
    let long = |length: usize| format!("{}.csv", "x".repeat(length - 4));
    for (length, code) in [(255, 3), (225, 3), (210, 1)] {
        let name = long(length);
        place.write(&name, SHEET);
        let run = place.runs(&erp, &name, code);
        let is_said = run.stderr.contains("name shorter files");
        assert_eq!(is_said, code == 3, "{run:#?}");
        assert_eq!(erp.stats().calls > 0, code == 1, "{length}");
    }
    let line = format!("{} -o r.csv --failures f.csv", long(255));
    place.runs(&erp, &line, 1);
}

#[test]
fn two_sheets_of_one_name_do_not_share_results() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    place.write("x.txt", SHEET.replace("CG1", "CG2"));
    place
        .runs(&erp, "x.csv", 1)
        .says_nothing_of("stands beside");
    let second = place.runs(&erp, "x.txt", 1);
    second.says("`x.csv` stands beside `x.txt`, whose results go to `x.txt.results.csv`");
    let order = |name: &str| place.table(name).column("purchase_no")[0].to_owned();
    assert_eq!(order("x.results.csv"), "CG1");
    assert_eq!(order("x.txt.results.csv"), "CG2");
    let failures = place.runs(&erp, "x.txt.failures.csv", 1);
    failures.says_nothing_of("not updated");

    // Alone, or where the names are given, as ever.
    let named = place.runs(&erp, "x.txt --results r.csv --failures f.csv", 1);
    named.says_nothing_of("stands beside");
    std::fs::remove_file(place.path("x.csv")).expect("there");
    place.runs(&erp, "x.txt", 1);
    assert_eq!(order("x.results.csv"), "CG2");
}

#[test]
fn files_go_beside_the_sheet_or_where_they_are_told_to() {
    let (place, erp) = (Place::new(), sandbox());
    std::fs::create_dir(place.path("in")).expect("created");
    place.write("in/四月.csv", "purchase_no,flag_name\nCG1,aa\n");
    let run = place.runs(&erp, "in/四月.csv", 0);
    assert_eq!(place.table("in/四月.results.csv").count("ok"), 1);
    assert!(place.table("in/四月.failures.csv").rows.is_empty());
    let results = Path::new("in").join("四月.results.csv");
    run.prints(&results.to_string_lossy());
    place.runs(&erp, "in/四月.csv -o all.csv --failures bad.csv", 0);
    assert_eq!(place.files(), ["all.csv", "bad.csv", "in"]);
}

#[test]
fn names_that_cannot_be_are_refused() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    let run = place.runs(&erp, "x.csv --results out.csv --failures OUT.csv", 2);
    run.says("`OUT.csv` twice");
    for (option, name, directory) in [
        ("-o", "nodir/out.csv", "nodir"),
        ("--failures", "no/dir/out.xlsx", "no/dir"),
        ("-o", "x.csv/out.csv", "x.csv"),
    ] {
        let line = format!("x.csv {option} {name}");
        let says = format!("`{name}` cannot be written: there is no directory `{directory}`");
        place.runs(&erp, &line, 2).says(&says);
        place.verifies(&erp, &line, 2).says(&says);
    }
    #[cfg(target_os = "linux")]
    for option in ["--results", "--failures"] {
        let run = place.runs(&erp, &format!("x.csv {option} /proc/r.csv"), 3);
        run.says("/proc/r.csv");
    }
    assert_eq!(place.files(), ["x.csv"]);
    assert_eq!(erp.stats().calls, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_sheet_may_have_a_name_that_is_not_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use crate::harness::finish;

    let (place, erp) = (Place::new(), sandbox());
    // "四月" as an older Windows would have named it.
    let named = |ending: &str| [&b"\xcb\xc4\xd4\xc2"[..], ending.as_bytes()].concat();
    let path = |name: &[u8]| place.path(".").join(OsStr::from_bytes(name));
    std::fs::write(path(&named(".csv")), "purchase_no,flag_name\nCG1,aa\n").expect("written");
    finish(&mut place.run(&erp, [OsStr::from_bytes(&named(".csv"))])).expect(0);
    assert!(path(&named(".results.csv")).is_file());
    assert!(path(&named(".failures.csv")).is_file());
}
