//! Runs that give up in time, and go on where they gave up.

use std::time::Duration;

use wdt_flags::sandbox::Config;

use crate::harness::{Place, ScriptedServer, accepted, refused, sandbox, sandbox_with, sheet};

const RESULTS: &str = "x.results.csv";

#[test]
fn an_erp_that_fails_every_call_does_not_cost_a_night() {
    let place = Place::new();
    place.write("x.csv", sheet(60));
    let erp = ScriptedServer::always(refused(99, "其他错误"));
    let run = place.runs(&erp, "x.csv --retries 0", 3);
    run.ends_by_saying("25 orders in a row failed");
    let results = place.table(RESULTS);
    let failed = results.count("failed");
    assert!((25..=35).contains(&failed), "{failed}");
    assert_eq!(failed + results.count("skipped"), 60);
    let message = results.column("message")[59];
    assert!(message.starts_with("not sent: 25 orders in a row failed"));
    assert_eq!(place.table("x.failures.csv").rows.len(), 60);
    assert!(place.path("x.results.csv.partial").exists());

    let never = "x.csv --retries 0 --max-consecutive-failures 0";
    place.runs(&erp, never, 1);
    assert_eq!(place.table(RESULTS).count("failed"), 60);
}

#[test]
fn orders_put_aside_count_only_for_what_remains_failed() {
    let place = Place::new();
    place.write("x.csv", sheet(5));
    // Each order fails as often as it is tried in the first pass.
    let erp = ScriptedServer::by_order(|n, _| match n {
        1..=6 => refused(99, "其他错误"),
        _ => accepted(),
    });
    place.runs(
        &erp,
        "x.csv -j1 --retries=1 --max-consecutive-failures=4",
        0,
    );
    let results = place.table(RESULTS);
    assert_eq!(results.count("ok"), 5);
    assert_eq!(results.column("attempts"), ["3", "3", "3", "1", "1"]);
}

#[test]
fn the_same_command_continues_after_too_many_failures() {
    let (place, erp) = (Place::new(), sandbox());
    let unknown: String = (0..40).map(|n| format!("CG404-{n},aa\n")).collect();
    place.write("x.csv", sheet(60) + &unknown);
    let run = place.runs(&erp, "x.csv --max-failures 5 -j1", 3);
    run.says("5 orders were not accepted (--max-failures)");
    let results = place.table(RESULTS);
    let counts = ["ok", "rejected", "skipped"].map(|status| results.count(status));
    assert_eq!(counts, [60, 5, 35]);

    let run = place.runs(&erp, "x.csv", 1);
    run.says("65 rows taken over");
    assert_eq!(erp.stats().calls, 100, "only what was left");
    assert_eq!(place.table(RESULTS).count("rejected"), 40);
    assert!(!place.path("x.results.csv.partial").exists());
}

#[test]
fn a_deadline_ends_the_sending() {
    let erp = sandbox_with(Config {
        latency: Duration::from_millis(50),
        ..Config::default()
    });
    let place = Place::new();
    place.write("x.csv", sheet(2_000));
    let run = place.runs(&erp, "x.csv --deadline 300ms", 4);
    run.says("the deadline has passed (--deadline)");
    let results = place.table(RESULTS);
    let (ok, skipped) = (results.count("ok"), results.count("skipped"));
    assert!(ok > 0 && skipped > 0 && ok + skipped == 2_000, "{run:?}");
    assert_eq!(ok as u64, erp.stats().accepted);
}

#[test]
fn fresh_starts_over_and_keeps_the_old_journal() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\nCG2,aa\n");
    place.runs(&erp, "x.csv --max-failures 1 -j1", 3);
    place.runs(&erp, "x.csv --fresh", 1).says("--fresh");
    assert_eq!(erp.accepted("CG1"), 2, "sent again");
    let files = place.files().into_iter();
    let aside: Vec<_> = files
        .filter(|name| name.starts_with("x.results.csv.partial."))
        .collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(place.read(&aside[0]).contains("CG404"));
}
