//! Runs that give up in time, and go on where they gave up.

use wdt_flags::sandbox::Config;

use crate::harness::{Place, ScriptedServer, finish, refused, sandbox, sandbox_with, sheet};

#[test]
fn an_erp_that_fails_every_call_does_not_cost_a_night() {
    let place = Place::new();
    place.write("x.csv", sheet(300));
    let erp = ScriptedServer::always(refused(99, "其他错误"));
    let run = |options: &[&str], code| {
        let args = [&["x.csv", "--retries", "0"], options].concat();
        finish(&mut place.run(&erp, args)).expect(code)
    };
    let said = run(&[], 3).stderr;
    let last = said.trim_end().lines().last().unwrap_or_default();
    assert!(last.contains("25 orders in a row failed"), "{said}");
    let results = place.table("x.results.csv");
    assert!(
        (25..=35).contains(&results.count("failed")),
        "{}",
        results.count("failed")
    );
    assert_eq!(results.count("failed") + results.count("skipped"), 300);
    let message = results.column("message")[299];
    assert!(
        message.starts_with("not sent: 25 orders in a row failed"),
        "{message}"
    );
    assert_eq!(place.table("x.failures.csv").rows.len(), 300);
    assert!(
        place.path("x.results.csv.partial").exists(),
        "to be continued"
    );

    run(&["--max-consecutive-failures", "0"], 1);
    assert_eq!(
        place.table("x.results.csv").count("failed"),
        300,
        "never is never"
    );
}

#[test]
fn orders_put_aside_count_only_for_what_remains_failed() {
    let place = Place::new();
    place.write("x.csv", sheet(12));
    // Each order fails as often as it is tried in the first pass.
    let erp = ScriptedServer::per_call(|n, _| match n {
        1..=20 => Some(refused(99, "其他错误")),
        _ => Some(crate::harness::accepted()),
    });
    let args = [
        "x.csv",
        "-j1",
        "--retries=1",
        "--max-consecutive-failures=11",
    ];
    finish(&mut place.run(&erp, args)).expect(0);
    let results = place.table("x.results.csv");
    assert_eq!(results.count("ok"), 12);
    let attempts: Vec<_> = [vec!["3"; 10], vec!["1"; 2]].concat();
    assert_eq!(results.column("attempts"), attempts);
}

#[test]
fn the_same_command_continues_after_too_many_failures() {
    let (place, erp) = (Place::new(), sandbox());
    let unknown: String = (0..40).map(|n| format!("CG404-{n},aa\n")).collect();
    place.write("x.csv", sheet(100) + &unknown);
    let args = ["x.csv", "--max-failures", "5", "--workers", "1"];
    let run = finish(&mut place.run(&erp, args)).expect(3);
    assert!(
        run.stderr
            .contains("5 orders were not accepted (--max-failures)"),
        "{run:?}"
    );
    let results = place.table("x.results.csv");
    assert_eq!(results.count("ok"), 100);
    assert_eq!(results.rows.len(), 140);
    let rejected = results.count("rejected");
    assert!((5..40).contains(&rejected), "{rejected}");

    let before = erp.stats().calls;
    let run = finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let taken_over = format!("{} rows taken over", 100 + rejected);
    assert!(run.stderr.contains(&taken_over), "{run:?}");
    assert_eq!(
        erp.stats().calls - before,
        40 - rejected as u64,
        "only what was left"
    );
    assert_eq!(place.table("x.results.csv").count("rejected"), 40);
    assert!(!place.path("x.results.csv.partial").exists());
}

#[test]
fn a_deadline_ends_the_sending() {
    let erp = sandbox_with(Config {
        latency: std::time::Duration::from_millis(50),
        ..Config::default()
    });
    let place = Place::new();
    place.write("x.csv", sheet(2_000));
    let run = finish(&mut place.run(&erp, ["x.csv", "--deadline", "300ms"])).expect(3);
    assert!(
        run.stderr.contains("the deadline has passed (--deadline)"),
        "{run:?}"
    );
    let results = place.table("x.results.csv");
    assert_eq!(results.rows.len(), 2_000);
    assert!(results.count("skipped") > 0 && results.count("ok") > 0);
    assert_eq!(results.count("ok") as u64, erp.stats().accepted);
}

#[test]
fn fresh_starts_over_and_keeps_the_old_journal() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\nCG2,aa\n");
    let args = ["x.csv", "--max-failures", "1", "--workers", "1"];
    finish(&mut place.run(&erp, args)).expect(3);
    let run = finish(&mut place.run(&erp, ["x.csv", "--fresh"])).expect(1);
    assert!(run.stderr.contains("--fresh"), "{run:?}");
    assert_eq!(erp.accepted("CG1"), 2, "sent again");
    let aside: Vec<_> = place
        .files()
        .into_iter()
        .filter(|name| name.starts_with("x.results.csv.partial."))
        .collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(place.read(&aside[0]).contains("CG404"));
}
