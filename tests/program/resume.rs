//! The same command continues a run that was cut short.

use std::process::Stdio;
use std::sync::Arc;

use crate::faulty::{Faulty, REJECTED};
use crate::runs::{Gate, Mute, RECORD, ended, recorded, sheet, signal};
use crate::support::{Place, account};

const ORDERS: [(&str, &str); 6] = [
    ("CG1", "aa"),
    ("CG2", "aa"),
    ("CG3", "加急"),
    ("CG4", "aa"),
    ("CG5", "aa"),
    ("CG6", "无"),
];

#[test]
fn after_an_interrupt() {
    let gate = Arc::new(Gate::default());
    let let_go = Arc::clone(&gate);
    let server = Faulty::start(move |caller| {
        loop {
            let call = caller.request()?;
            if caller.calls() > 3 {
                let_go.pass();
            }
            caller.accept(&call)?;
        }
    });
    let place = Place::new();
    let orders: Vec<_> = (0..2_000).map(|n| format!("CG{n}")).collect();
    let rows: Vec<_> = orders.iter().map(|order| (order.as_str(), "aa")).collect();
    sheet(&place, &rows);
    let child = server.run(&place, [""; 0]).spawn().expect("started");
    server.wait_for_calls(4);
    signal(child.id(), "INT");
    gate.open();
    let run = ended(child).expect(130);
    assert!(run.stderr.contains("the same command continues"), "{run:?}");

    // The call in flight was brought to its end, and no other row is claimed.
    let results = crate::runs::truth(&place, &run);
    let (done, skipped) = (results.count("ok"), results.count("skipped"));
    assert!(done >= 4, "{run:?}");
    assert_eq!(done + skipped, 2_000);
    assert_eq!(recorded(&place).len(), done);
    assert_eq!(server.calls().len(), done, "what was sent is known");
    assert_eq!(place.table("orders.failures.csv").rows.len(), skipped);

    let (run, results) = server.carry(&place, [""; 0]);
    let run = run.expect(0);
    let taken_over = format!(": {done} rows taken over");
    assert!(run.stderr.contains(&taken_over), "{run:?}");
    assert_eq!(results.count("ok"), 2_000);
    assert_eq!(server.orders(), orders, "each once");
    assert!(!place.path(RECORD).exists());
    assert_eq!(place.table("orders.failures.csv").rows.len(), 0);
}

#[test]
fn after_a_kill() {
    let (mute, place) = (Mute::start(), Place::new());
    sheet(&place, &ORDERS);
    mute.kill_after(&place, 3);
    assert!(!place.path("orders.results.csv").exists());
    let ((run, results), sent) = mute.during(|server| server.carry(&place, [""; 0]));
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
    let (mute, place) = (Mute::start(), Place::new());
    sheet(&place, &ORDERS);
    mute.kill_after(&place, 0);
    let ((run, results), sent) = mute.during(|server| server.carry(&place, [""; 0]));
    let run = run.expect(0);
    assert!(!run.stderr.contains("taken over"), "{run:?}");
    assert!(!run.stderr.contains("warning"), "{run:?}");
    assert_eq!(sent.len(), 6);
    assert_eq!(results.count("ok"), 6);
}

/// Rows that repeat an order are settled with it.
#[test]
fn rows_of_one_order_are_taken_over_together() {
    let (mute, place) = (Mute::start(), Place::new());
    sheet(
        &place,
        &[
            ("CG1", "加急"),
            ("CG1", "aa"),
            ("CG1", "aa"),
            ("CG2", "aa"),
            ("CG3", "aa"),
        ],
    );
    mute.kill_after(&place, 1);
    let ((run, results), sent) = mute.during(|server| server.carry(&place, [""; 0]));
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
    let server = Faulty::start(move |caller| {
        loop {
            let call = caller.request()?;
            match (call.order.as_str(), caller.calls()) {
                ("CG2", _) => caller.reply(REJECTED)?,
                ("CG3", 3) => return Ok(()),
                ("CG4", 4) => caller.reply(r#"{"status":4,"message":"数据库错误"}"#)?,
                ("CG5", 5) => caller.reply(r#"{"status":6,"message":"ip限制"}"#)?,
                _ => caller.accept(&call)?,
            }
        }
    });
    let place = Place::new();
    sheet(&place, &ORDERS);
    let (run, results) = server.carry(&place, ["--retries", "0"]);
    let run = run.expect(3);
    assert!(run.stderr.contains("ip限制"), "{run:?}");
    assert_eq!(
        results.column("status"),
        ["ok", "rejected", "failed", "failed", "failed", "skipped"]
    );
    let (run, results) = server.carry(&place, ["--retries", "0"]);
    let run = run.expect(1);
    assert!(run.stderr.contains(": 2 rows taken over"), "{run:?}");
    assert_eq!(
        results.column("status"),
        ["ok", "rejected", "ok", "ok", "ok", "ok"]
    );
    assert_eq!(
        server.orders(),
        [
            "CG1", "CG2", "CG3", "CG4", "CG5", "CG3", "CG4", "CG5", "CG6"
        ]
    );
    assert_eq!(results.column("code")[1], "100");
    assert_eq!(results.column("message")[1], "单据不存在");
}

/// A failures file that takes its own place is left alone until it is carried out.
#[test]
fn a_failures_file_is_continued_too() {
    let (mute, place) = (Mute::start(), Place::new());
    sheet(&place, &ORDERS);
    let rejecting = Faulty::start(|caller| {
        loop {
            caller.request()?;
            caller.reply(REJECTED)?;
        }
    });
    rejecting.carry(&place, [""; 0]).0.expect(1);
    let failures = place.read("orders.failures.csv");
    for file in ["orders.csv", "orders.results.csv"] {
        std::fs::remove_file(place.path(file)).expect("removed");
    }
    std::fs::rename(
        place.path("orders.failures.csv"),
        place.path("a.failures.csv"),
    )
    .expect("renamed");

    let run = || {
        let mut command = place.program();
        command
            .args(["run", "a.failures.csv", "--rate=unlimited", "-j1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        account(&mut command, &mute.server.endpoint());
        command
    };
    mute.silent_from(4);
    let mut child = run().spawn().expect("started");
    mute.server.wait_for_calls(4);
    child.kill().expect("killed");
    child.wait().expect("killed");
    assert_eq!(place.read("a.failures.csv"), failures, "not touched");
    mute.silent_from(usize::MAX);
    ended(run().spawn().expect("started")).expect(0);
    assert_eq!(mute.server.flags().len(), 6);
    let results = place.table("a.failures.results.csv");
    assert_eq!(results.column("status"), ["ok"; 6]);
    assert_eq!(place.table("a.failures.csv").rows.len(), 0);
}
