//! SIGINT and SIGTERM in the middle of a run; SIGHUP is the system's.

use std::sync::{Barrier, Mutex, mpsc};
use std::time::Duration;

use wdt_flags::sandbox::{Config, Sandbox};

use crate::harness::{
    JOURNAL, Place, Running, ScriptedServer, accepted, order, refused, sandbox, sandbox_with,
    sheet, start, through,
};

/// Waits until the outcome of a call stands in the journal.
fn until_recorded(run: &mut Running, place: &Place) {
    run.until("a recorded row", || !place.recorded().is_empty());
}

/// Stops a run of 300 rows, and asserts that its files are complete.
fn stops(signal: &str, code: i32) -> (Place, Sandbox) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(300));
    let mut run = start(&mut place.run_at("20/s", &erp, ["orders.csv"]));
    until_recorded(&mut run, &place);
    run.signal(signal);
    let run = run.finish().expect(code);

    run.ends_by_saying("error: stopped early: interrupted");
    run.says("the same command continues");
    let results = place.table("orders.results.csv");
    let orders: Vec<_> = (0..300).map(order).collect();
    assert_eq!(results.column("purchase_no"), orders, "every row once");
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
    assert_eq!(place.recorded().len(), ok);
    assert_eq!(place.table("orders.failures.csv").rows.len(), skipped);
    assert!(run.stdout.starts_with("300 rows: "), "{run:?}");
    (place, erp)
}

#[test]
fn sigint_ends_a_run_with_complete_files_and_the_same_command_continues() {
    let (place, erp) = stops("INT", 130);
    let known = place.recorded().len();
    let run = place.runs(&erp, "orders.csv", 0);
    let says = match known {
        1 => " ago: 1 row taken over".to_owned(),
        known => format!(" ago: {known} rows taken over"),
    };
    run.says(&says);
    assert_eq!(place.table("orders.results.csv").count("ok"), 300);
    assert_eq!(erp.stats().calls, 300, "nothing is sent twice");
    assert!(place.table("orders.failures.csv").rows.is_empty());
    let left = ["orders.csv", "orders.failures.csv", "orders.results.csv"];
    assert_eq!(place.files(), left);
}

#[test]
fn sigterm_ends_a_run_and_its_failures_can_be_run_instead() {
    let (place, erp) = stops("TERM", 143);
    place.runs(&erp, "orders.failures.csv", 0);
    assert_eq!(erp.flags().len(), 300);
    assert_eq!(erp.stats().calls, 300, "nothing is sent twice");
}

#[test]
fn what_sighup_kills_is_continued() {
    use std::os::unix::process::ExitStatusExt;

    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    let mut run = start(&mut place.run_at("1/h", &erp, ["orders.csv"]));
    until_recorded(&mut run, &place);
    run.signal("HUP");
    assert_eq!(run.finish().status.signal(), Some(1));
    place.runs(&erp, "orders.csv", 0);
    assert_eq!(erp.stats().calls, 3, "nothing is sent twice");
}

#[test]
fn sighup_stays_ignored_where_it_was() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(40));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    let command = place.run_at("20/s", &erp, ["orders.csv"]);
    let mut run = start(&mut through(shell, &command));
    until_recorded(&mut run, &place);
    run.signal("HUP");
    run.finish().expect(0);
    assert_eq!(place.table("orders.results.csv").count("ok"), 40);
}

#[test]
fn calls_in_flight_are_finished_and_recorded() {
    let place = Place::new();
    place.write("orders.csv", sheet(20));
    let erp = sandbox_with(Config {
        latency: Duration::from_secs(1),
        ..Config::default()
    });
    let mut run = start(&mut place.run(&erp, ["orders.csv", "-j", "3"]));
    run.until("three calls in flight", || erp.stats().peak_in_flight == 3);
    run.signal("INT");
    run.finish().expect(130);
    let results = place.table("orders.results.csv");
    assert_eq!(results.count("ok") as u64, erp.stats().accepted);
    assert_eq!(results.count("ok") + results.count("skipped"), 20);
    assert!(results.count("ok") >= 3, "{results:?}");
    assert!(results.count("skipped") > 0, "{results:?}");
}

#[test]
fn a_wait_before_another_try_is_cut_short_and_the_row_is_failed() {
    let place = Place::new();
    place.write("orders.csv", sheet(2));
    let unavailable = "HTTP/1.1 503 Busy\r\nRetry-After: 290\r\nContent-Length: 0\r\n\r\n";
    let erp = ScriptedServer::always(unavailable.to_owned());
    let args = ["orders.csv", "-j", "1"];
    let mut run = start(&mut place.run(&erp, args));
    run.until("a call", || !erp.requests().is_empty());
    run.signal("INT");
    run.finish().expect(130);
    let results = place.table("orders.results.csv");
    let outcomes = results.text(["status", "message", "attempts"]);
    let expected = "failed,HTTP 503,1\nskipped,not sent: interrupted,0\n";
    assert_eq!(outcomes, expected);
    assert_eq!(erp.calls(), 1);
}

#[test]
fn a_first_signal_after_a_fatal_verdict_still_leaves_complete_files() {
    let place = Place::new();
    // None waits for what becomes of another's flag.
    let rows = (0..20).map(|n| format!("{},flag {n}\n", order(n)));
    let rows: String = rows.collect();
    place.write("orders.csv", format!("purchase_no,flag_name\n{rows}"));
    let (answer, wait) = mpsc::channel::<()>();
    let (both_sent, wait) = (Barrier::new(2), Mutex::new(wait));
    let erp = ScriptedServer::per_call(move |_, call| {
        if call.order() == order(0) {
            return Some(accepted());
        }
        both_sent.wait();
        if call.order() == order(1) {
            return Some(refused(6, "ip限制"));
        }
        let _ = wait.lock().expect("no panic").recv();
        Some(accepted())
    });
    let mut run = start(&mut place.run(&erp, ["orders.csv", "-j", "2"]));
    run.until_it_says("stopping");
    run.signal("INT");
    drop(answer);
    run.finish().expect(3);
    let results = place.table("orders.results.csv");
    assert_eq!(results.column("status")[..3], ["ok", "skipped", "ok"]);
    assert_eq!(results.count("skipped"), 18);
}

#[test]
fn a_second_signal_leaves_at_once_and_the_next_run_makes_up_for_it() {
    let place = Place::new();
    place.write("orders.csv", sheet(3));
    let erp = ScriptedServer::per_call(|_, call| (call.order() == order(0)).then(accepted));
    let args = ["orders.csv", "--timeout", "1h", "-j", "2"];
    let mut run = start(&mut place.run(&erp, args));
    until_recorded(&mut run, &place);
    run.until("two calls without an answer", || erp.calls() == 3);
    run.signal("INT");
    run.until_it_says("stopping");
    // Two that come at the same time count as one, so there may have to be a third.
    while !run.has_ended() {
        run.signal("INT");
        std::thread::yield_now();
    }
    let run = run.finish().expect(130);
    run.ends_by_saying("error: left at once")
        .ends_by_saying(JOURNAL)
        .ends_by_saying("the same command continues");
    assert!(!place.files().contains(&"orders.results.csv".to_owned()));

    let well = sandbox();
    place.runs(&well, "orders.csv", 0);
    assert_eq!(place.table("orders.results.csv").count("ok"), 3);
    assert_eq!(well.flags().len(), 3);
}
