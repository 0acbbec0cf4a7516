//! `report`, and `--report` of what has just been done.

use std::process::Command;

use wdt_flags::sandbox::Config;

use crate::harness::{Place, finish, order, sandbox, sandbox_with, sheet};

/// Asserts that a page is whole, small and without scripts, and that checkers of HTML know it.
#[track_caller]
fn check_page(place: &Place, name: &str, words: &[&str]) {
    let page = place.read(name);
    for word in words.iter().chain(&["</html>", "Content-Security-Policy"]) {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains("<script") && page.len() < 300_000, "{page}");
    match Command::new("tidy")
        .args(["-e", "-q"])
        .arg(place.path(name))
        .output()
    {
        Ok(tidy) => {
            let found = String::from_utf8_lossy(&tidy.stderr).into_owned();
            assert!(tidy.status.success() && found.is_empty(), "{found}: {page}");
        }
        Err(_) => eprintln!("skipped: there is no tidy to check {name} with"),
    }
}

#[test]
fn pages_of_every_outcome_pass_a_checker_in_both_languages() {
    let erp = sandbox();
    let header = "purchase_no,flag_name\n";
    let refused = format!("{header}404,加急\n{},加急\n{},无\n", order(1), order(1));
    for (language, well, look) in [
        ("en", "nothing to do", "needs a look"),
        ("zh", "都不需要处理", "需要处理"),
    ] {
        let place = Place::new();
        for (name, text, code, words) in [
            ("well", sheet(3), 0, well),
            ("refused", refused.clone(), 1, look),
        ] {
            place.write(&format!("{name}.csv"), text);
            for (command, file) in [("run", "results"), ("verify", "verified")] {
                let line = format!("{name}.csv --lang {language} --report {name}.html");
                let mut program = match command {
                    "run" => place.run(&erp, line.split(' ')),
                    _ => place.verify(&erp, line.split(' ')),
                };
                finish(&mut program).expect(code);
                check_page(&place, &format!("{name}.html"), &[words]);
                let line = format!("report {name}.{file}.csv --lang {language}");
                finish(place.program().args(line.split(' '))).expect(0);
                check_page(&place, &format!("{name}.{file}.html"), &[words]);
            }
        }
        let line = format!(
            "run well.csv --sandbox --output-format xlsx --report s.html --lang {language}"
        );
        finish(place.program().args(line.split(' '))).expect(0);
        check_page(&place, "s.html", &["--sandbox"]);
        let line = format!("report well.sandbox.results.xlsx -o - --lang {language}");
        let printed = finish(place.program().args(line.split(' '))).expect(0);
        assert!(printed.stdout.contains("--sandbox"), "{printed:#?}");
    }
}

#[test]
fn a_run_without_results_says_so_on_the_page_of_the_run_before() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    place.runs(&erp, "orders.csv --report page.html", 0);
    check_page(&place, "page.html", &["3 rows, nothing to do"]);
    assert!(!place.read("page.html").contains("role=\"alert\""));
    place.write("orders.csv", "nothing,of,use\n1,2,3\n");
    place.runs(&erp, "orders.csv --report page.html", 2);
    let words = [
        "role=\"alert\"",
        "of an earlier run",
        "3 rows, nothing to do",
    ];
    check_page(&place, "page.html", &words);
    place.runs(&erp, "other.csv --report page.html", 2);
    let page = place.read("page.html");
    assert!(
        page.contains("role=\"alert\"") && !page.contains("3 rows"),
        "{page}"
    );
    check_page(&place, "page.html", &["other.csv"]);
}

#[test]
fn a_run_that_stops_says_why_on_the_page_of_its_results() {
    let (place, erp) = (Place::new(), sandbox_with(Config::default()));
    place.write(
        "orders.csv",
        format!("purchase_no,flag_name\n4041,a\n4042,a\n{}", &sheet(2)[22..]),
    );
    let line = "orders.csv --max-failures 1 -j1 --report page.html";
    place.runs(&erp, line, 3);
    check_page(
        &place,
        "page.html",
        &["role=\"alert\"", "--max-failures", "skipped"],
    );
    assert!(!place.read("page.html").contains("of an earlier run"));
}

#[test]
fn what_cannot_be_drawn_is_a_warning_and_no_other_file_is_replaced() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(2));
    let run = place.runs(&erp, "orders.csv --report orders.csv", 0);
    run.says("--report");
    assert_eq!(place.read("orders.csv"), sheet(2));
    let report = |args: &str| finish(place.program().args(args.split(' ')));
    for no_results in ["report orders.csv", "report none.csv", "report ."] {
        report(no_results).expect(2);
    }
    report("report orders.results.csv -o orders.csv").expect(2);
    assert_eq!(place.read("orders.csv"), sheet(2));
}
