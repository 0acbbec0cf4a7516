//! What is taken over, and what is sent again.

use super::Fickle;
use crate::harness::{Place, REJECTED, ScriptedServer, finish, http, refused, start};

const ORDERS: [(&str, &str); 6] = [
    ("CG1", "aa"),
    ("CG2", "aa"),
    ("CG3", "加急"),
    ("CG4", "aa"),
    ("CG5", "aa"),
    ("CG6", "无"),
];

#[test]
fn after_a_kill() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&ORDERS);
    fickle.kill_after(&place, 3);
    assert!(!place.path("orders.results.csv").exists());
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &[]));
    let run = run.expect(0);
    assert!(run.stderr.contains(": 3 rows taken over"), "{run:?}");
    assert_eq!(
        sent,
        ["CG4", "CG5", "CG6"],
        "CG4 was applied, unknown to us"
    );
    assert_eq!(results.column("attempts"), ["1"; 6]);
}

#[test]
fn after_a_kill_before_anything_was_recorded() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&ORDERS);
    fickle.kill_after(&place, 0);
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &[]));
    let run = run.expect(0);
    assert!(!run.stderr.contains("taken over"), "{run:?}");
    assert!(!run.stderr.contains("warning"), "{run:?}");
    assert_eq!(sent.len(), 6);
    assert_eq!(results.count("ok"), 6);
}

/// Rows that repeat an order are settled with it.
#[test]
fn rows_of_one_order_are_taken_over_together() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&[
        ("CG1", "加急"),
        ("CG1", "aa"),
        ("CG1", "aa"),
        ("CG2", "aa"),
        ("CG3", "aa"),
    ]);
    fickle.kill_after(&place, 1);
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &[]));
    let run = run.expect(0);
    assert!(run.stderr.contains(": 3 rows taken over"), "{run:?}");
    assert_eq!(sent, ["CG2", "CG3"]);
    assert_eq!(
        results.column("status"),
        ["superseded", "ok", "ok", "ok", "ok"]
    );
    assert_eq!(
        results.column("message")[..2],
        ["line 4 decides", "same as line 4"]
    );
}

#[test]
fn what_was_rejected_is_not_sent_again_and_what_failed_is() {
    let server = ScriptedServer::start(move |caller| {
        loop {
            let call = caller.request()?;
            match (call.order().as_str(), caller.calls()) {
                ("CG2", _) => caller.reply(REJECTED)?,
                ("CG3", 3) => return Ok(()),
                ("CG4", 4) => caller.reply(r#"{"status":4,"message":"数据库错误"}"#)?,
                ("CG5", 5) => caller.reply(r#"{"status":6,"message":"ip限制"}"#)?,
                _ => caller.accept(&call)?,
            }
        }
    });
    let place = Place::new();
    place.sheet(&ORDERS);
    let (run, results) = place.carry(&server, &["--retries", "0"]);
    let run = run.expect(3);
    assert!(run.stderr.contains("ip限制"), "{run:?}");
    assert_eq!(
        results.column("status"),
        ["ok", "rejected", "failed", "failed", "failed", "skipped"]
    );
    let (run, results) = place.carry(&server, &["--retries", "0"]);
    let run = run.expect(1);
    assert!(run.stderr.contains(": 2 rows taken over"), "{run:?}");
    assert_eq!(
        results.column("status"),
        ["ok", "rejected", "ok", "ok", "ok", "ok"]
    );
    assert_eq!(
        server.orders(),
        [
            "CG1", "CG2", "CG3", "CG4", "CG5", "CG6", "CG3", "CG4", "CG5"
        ],
        "what failed comes last"
    );
    assert_eq!(results.column("code")[1], "100");
    assert_eq!(results.column("message")[1], "单据不存在");
}

/// A failures file that takes its own place is left alone until it is carried out.
#[test]
fn a_failures_file_is_continued_too() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&ORDERS);
    let rejecting = ScriptedServer::always(http("200 OK", REJECTED));
    place.carry(&rejecting, &[]).0.expect(1);
    let failures = place.read("orders.failures.csv");
    for file in ["orders.csv", "orders.results.csv"] {
        std::fs::remove_file(place.path(file)).expect("removed");
    }
    std::fs::rename(
        place.path("orders.failures.csv"),
        place.path("a.failures.csv"),
    )
    .expect("renamed");

    let run = || place.run(&fickle.server, ["a.failures.csv", "-j1"]);
    fickle.answer(3);
    let mut cut = start(&mut run());
    cut.until("the fourth call", || fickle.calls() == 4);
    cut.kill();
    assert_eq!(place.read("a.failures.csv"), failures, "not touched");
    fickle.answer(usize::MAX);
    finish(&mut run()).expect(0);
    assert_eq!(fickle.server.flags().len(), 6);
    let results = place.table("a.failures.results.csv");
    assert_eq!(results.column("status"), ["ok"; 6]);
    assert_eq!(place.table("a.failures.csv").rows.len(), 0);
}

/// A call whose reply was lost may have been applied: that is still said when a run that goes on from
/// there does not come to it.
#[test]
fn what_failed_and_was_not_reached_again_is_still_failed() {
    let place = Place::new();
    place.sheet(&ORDERS);
    let server = ScriptedServer::per_call(|n, _| {
        Some(if n == 1 {
            http("500 Internal Server Error", "")
        } else {
            refused(6, "ip限制")
        })
    });
    for _ in 0..2 {
        let args = ["orders.csv", "-j1", "--retries=0"];
        finish(&mut place.run(&server, args)).expect(3);
    }
    assert_eq!(
        server.orders(),
        ["CG1", "CG2", "CG3"],
        "what failed is sent last"
    );
    let results = place.table("orders.results.csv");
    let told = results.select(["status", "message", "attempts"]);
    assert_eq!(told[0], ["failed", "HTTP 500", "1"]);
    assert_eq!(results.count("failed"), 3);
}
