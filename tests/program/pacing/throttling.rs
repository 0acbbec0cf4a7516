//! What a run does when the ERP throttles it. Pauses are too long to sit out here.

use std::time::{Duration, Instant};

use wdt_flags::sandbox::Config;

use crate::harness::{Place, Running, ScriptedServer, http, sandbox_with, sheet, start};

/// No pause here is shorter.
const SHORTEST: Duration = Duration::from_secs(60);

/// Waits for a line on stderr that tells of a pause, interrupts the run and waits for its end.
/// Returns the line.
fn interrupt_pause(mut run: Running) -> String {
    let line = run.until_it_says("pausing for");
    let (_time, line) = line.split_once(' ').expect("it carries the time");
    let line = line.to_owned();
    let paused = Instant::now();
    run.signal("INT");
    let run = run.finish().expect(130);
    let took = paused.elapsed();
    assert!(took < SHORTEST, "the pause was sat out: {run:?}");
    run.prints("1 pause)");
    line
}

#[test]
fn a_throttled_run_pauses_as_a_whole_and_the_pause_can_be_interrupted() {
    let place = Place::new();
    place.write("orders.csv", sheet(20));
    let erp = sandbox_with(Config {
        limit: Some(5),
        ..Config::default()
    });
    let line = interrupt_pause(start(&mut place.run(&erp, ["orders.csv", "-v"])));
    assert_eq!(
        line.trim(),
        "pausing for 1 min 01 s: 超过每分钟最大调用频率限制，请稍后重试"
    );
    let stats = erp.stats();
    assert_eq!(stats.accepted, 5);
    assert!(stats.throttled <= 4, "those in flight at most: {stats:?}");
    let results = place.table("orders.results.csv");
    assert_eq!(results.count("ok"), 5);
    assert_eq!(results.count("skipped"), 15, "throttled is not failed");
    assert_eq!(place.table("orders.failures.csv").rows.len(), 15);
}

#[test]
fn one_call_at_a_time_that_is_one_too_many_pauses_the_run() {
    let place = Place::new();
    place.write("orders.csv", sheet(3));
    let busy = r#"{"status":100,"message":"超过每分钟最大并发次数限制,请稍后重试"}"#;
    let erp = ScriptedServer::always(http("200 OK", busy));
    let args = ["orders.csv", "-v", "-j", "1"];
    let line = interrupt_pause(start(&mut place.run(&erp, args)));
    assert!(line.contains("并发次数限制"), "{line}");
    assert_eq!(place.table("orders.results.csv").count("skipped"), 3);
}
