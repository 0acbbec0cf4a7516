//! SIGINT and SIGTERM in the middle of a run.

use std::sync::{Barrier, Mutex, mpsc};
use std::time::Duration;

use wdt_flags::sandbox::{Config, Sandbox};

use crate::fake::{FakeErp, accepted, refused};
use crate::support::{Place, Running, finish, order, sandbox, sandbox_with, sheet_of, start};

const RECORD: &str = "orders.results.csv.partial";

/// Waits until the outcome of a call stands in the record.
fn until_recorded(run: &mut Running, place: &Place) {
    run.until("a recorded row", || {
        place.files().iter().any(|name| name == RECORD) && place.read(RECORD).lines().count() > 1
    });
}

/// Stops a run of 300 rows, and asserts that its files are complete.
fn stops(signal: &str, code: i32) -> (Place, Sandbox) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet_of(300));
    let mut run = start(&mut place.run_at("20/s", &erp.endpoint(), ["orders.csv"]));
    until_recorded(&mut run, &place);
    run.signal(signal);
    let run = run.finish().expect(code);

    let last = run.stderr.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("error: stopped early: interrupted"),
        "{run:?}"
    );
    let results = place.table("orders.results.csv");
    let orders: Vec<_> = (0..300).map(order).collect();
    assert_eq!(
        results.column("purchase_no"),
        orders,
        "every row once, in order"
    );
    let (ok, skipped) = (results.count("ok"), results.count("skipped"));
    assert_eq!(ok + skipped, 300);
    assert!(ok > 0 && skipped > 0, "{ok} ok, {skipped} skipped");
    for [order, status, message] in results.select(["purchase_no", "status", "message"]) {
        let sent = u64::from(status == "ok");
        assert_eq!(erp.accepted(order), sent, "{order} is {status}");
        let expected = ["not sent: interrupted", ""][sent as usize];
        assert_eq!(message, expected);
    }
    assert_eq!(erp.stats().calls, ok as u64);
    assert_eq!(place.table("orders.failures.csv").rows.len(), skipped);
    assert!(run.stdout.starts_with("300 rows: "), "{run:?}");
    (place, erp)
}

#[test]
fn sigint_ends_a_run_with_complete_files_and_the_same_command_continues() {
    let (place, erp) = stops("INT", 130);
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert!(
        run.stderr.contains("continuing an interrupted run"),
        "{run:?}"
    );
    assert_eq!(place.table("orders.results.csv").count("ok"), 300);
    assert_eq!(erp.stats().calls, 300, "nothing is sent twice");
    let left = ["orders.csv", "orders.failures.csv", "orders.results.csv"];
    assert_eq!(place.files(), left);
}

#[test]
fn sigterm_ends_a_run_and_its_failures_can_be_run_instead() {
    let (place, erp) = stops("TERM", 143);
    finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(0);
    assert_eq!(erp.flags().len(), 300);
    assert_eq!(erp.stats().calls, 300, "nothing is sent twice");
}

#[test]
fn calls_in_flight_are_finished_and_recorded() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(20));
    let erp = sandbox_with(Config {
        latency: Duration::from_secs(1),
        ..Config::default()
    });
    let mut run = start(&mut place.run(&erp, ["orders.csv", "-j", "3"]));
    run.until("three calls in flight", || erp.stats().in_flight == 3);
    run.signal("INT");
    run.finish().expect(130);
    let results = place.table("orders.results.csv");
    assert_eq!(results.count("ok") as u64, erp.stats().accepted);
    assert_eq!(results.count("ok") + results.count("skipped"), 20);
    assert!(results.count("ok") >= 3, "{results:?}");
    assert!(results.count("skipped") > 0, "{results:?}");
}

#[test]
fn a_wait_for_the_next_turn_is_cut_short() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet_of(3));
    let mut run = start(&mut place.run_at("1/h", &erp.endpoint(), ["orders.csv"]));
    until_recorded(&mut run, &place);
    run.signal("INT");
    run.finish().expect(130);
    let results = place.table("orders.results.csv");
    assert_eq!(results.column("status"), ["ok", "skipped", "skipped"]);
}

#[test]
fn a_wait_before_another_try_is_cut_short_and_the_row_is_failed() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(2));
    let unavailable = "HTTP/1.1 503 Busy\r\nRetry-After: 290\r\nContent-Length: 0\r\n\r\n";
    let erp = FakeErp::always(unavailable.to_owned());
    let args = ["orders.csv", "-j", "1"];
    let mut run = start(&mut place.run_against(&erp.endpoint(), args));
    run.until("a call", || !erp.seen().is_empty());
    run.signal("INT");
    run.finish().expect(130);
    assert_eq!(
        place
            .table("orders.results.csv")
            .select(["status", "message", "attempts"]),
        [
            ["failed", "HTTP 503", "1"],
            ["skipped", "not sent: interrupted", "0"]
        ]
    );
    assert_eq!(erp.seen().len(), 1);
}

#[test]
fn a_first_signal_after_a_fatal_verdict_still_leaves_complete_files() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(20));
    let (answer, wait) = mpsc::channel::<()>();
    let (both_sent, wait) = (Barrier::new(2), Mutex::new(wait));
    let erp = FakeErp::start(move |call| {
        both_sent.wait();
        if call.order() == order(0) {
            return Some(refused(6, "ip限制"));
        }
        let _ = wait.lock().expect("no panic").recv();
        Some(accepted())
    });
    let mut run = start(&mut place.run_against(&erp.endpoint(), ["orders.csv", "-j", "2"]));
    until_recorded(&mut run, &place);
    run.signal("INT");
    drop(answer);
    run.finish().expect(3);
    let results = place.table("orders.results.csv");
    assert_eq!(results.column("status")[..2], ["failed", "ok"]);
    assert_eq!(results.count("skipped"), 18);
}

#[test]
fn a_second_signal_leaves_at_once_and_the_next_run_makes_up_for_it() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(3));
    let erp = FakeErp::start(|call| (call.order() == order(0)).then(accepted));
    let args = ["orders.csv", "--timeout", "1h", "-j", "2"];
    let mut run = start(&mut place.run_against(&erp.endpoint(), args));
    until_recorded(&mut run, &place);
    run.until("two calls without an answer", || erp.seen().len() == 3);
    // Two that come at the same time count as one, so there may have to be a third.
    while !run.has_ended() {
        run.signal("INT");
        std::thread::yield_now();
    }
    run.finish().expect(130);
    assert!(!place.files().contains(&"orders.results.csv".to_owned()));

    let well = sandbox();
    finish(&mut place.run(&well, ["orders.csv"])).expect(0);
    assert_eq!(place.table("orders.results.csv").count("ok"), 3);
    assert_eq!(well.flags().len(), 3);
}
