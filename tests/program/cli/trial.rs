//! Trying before it is done for real: `--dry-run` sends nothing, `--limit` the first orders only.

use crate::harness::{Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG2,aa\nCG1,aa\n,aa\nCG3,aa\nCG404,aa\n";

#[test]
fn a_dry_run_does_what_check_does() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let mut check = place.program();
    let args = ["check", "orders.csv", "--rate", "unlimited", "-j4"];
    let checked = finish(check.args(args)).expect(1);
    for option in ["-n", "--dry-run", "--simulate"] {
        let run = finish(&mut place.run(&erp, ["orders.csv", option])).expect(1);
        assert_eq!(run.stdout, checked.stdout);
        assert_eq!(run.stderr, checked.stderr);
        // It needs no account.
        let mut command = place.program();
        finish(command.args(["run", "orders.csv", option])).expect(1);
    }
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["orders.csv"]);
}

#[test]
fn a_limit_sends_the_first_orders_and_skips_the_rest() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let run = place.runs(&erp, "orders.csv --limit 2", 1);
    run.prints("3 ok, 1 invalid, 2 skipped");
    assert_eq!(erp.stats().calls, 2);
    let (_, next) = run.stdout.split_once("\nnext ").expect("what comes next");
    let whole = format!(
        "send all: wdt-flags run {}",
        place.path("orders.csv").display()
    );
    assert!(next.contains(&whole), "{next}");
    assert!(!next.contains("--limit"), "{next}");
    let results = place.table("orders.results.csv");
    let statuses = "ok ok ok invalid skipped skipped";
    assert_eq!(results.column("status").join(" "), statuses);
    assert_eq!(results.column("message")[4], "not sent: --limit 2");
    // The rest goes in from the failures.
    place.runs(&erp, "orders.failures.csv", 1);
    assert_eq!(erp.stats().calls, 4);
    assert!(erp.flags().contains_key("CG3"));

    let run = place.runs(&erp, "orders.csv --limit 9", 1);
    assert!(!run.stdout.contains("skipped"), "{run:?}");
    place.runs(&erp, "orders.csv --limit 0", 2);
}

#[test]
fn a_limit_counts_orders_that_an_interrupted_run_has_settled() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", crate::harness::sheet(6));
    let dead = place.run_at("1/h", &erp, ["orders.csv"]);
    let mut run = crate::harness::start(&mut { dead });
    run.until("a recorded row", || !place.recorded().is_empty());
    run.kill();
    assert_eq!(erp.stats().calls, 1);
    place.runs(&erp, "orders.csv --limit 3", 1);
    assert_eq!(erp.stats().calls, 3, "of three orders one was known");
    assert_eq!(place.table("orders.results.csv").count("ok"), 3);
}
