//! A machine that lets no more files and connections be opened is not the network's fault.

use std::time::Duration;

use wdt_flags::sandbox::Config;

use crate::harness::{Place, finish, order, sandbox, sandbox_with, sheet, with_handle_limit};

#[test]
fn a_run_out_of_handles_stops_and_misreports_nobody() {
    const ROWS: usize = 200;
    let erp = sandbox_with(Config {
        latency: Duration::from_millis(20),
        ..Config::default()
    });
    let place = Place::new();
    place.write("orders.csv", sheet(ROWS));
    let command = place.run(&erp, ["orders.csv", "-j", "64"]);
    let run = finish(&mut with_handle_limit(30, &command)).expect(3);
    run.says("Too many open files").says("ulimit -n");
    let results = place.table("orders.results.csv");
    let (ok, skipped) = (results.count("ok"), results.count("skipped"));
    assert_eq!(ok + skipped, ROWS, "what was not sent is not failed");
    assert!(skipped > 0);
    assert_eq!(erp.stats().accepted, ok as u64);
    place.runs(&erp, "orders.csv", 0);
    assert!((0..ROWS).all(|n| erp.accepted(&order(n)) == 1));
}

#[test]
fn too_few_handles_to_begin_with_are_said() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    for handles in 4..16 {
        let command = place.run(&erp, ["orders.csv", "-j", "1"]);
        // It ends, one way or the other.
        let run = finish(&mut with_handle_limit(handles, &command));
        run.says_nothing_of("removed or moved");
    }
    place.runs(&erp, "orders.csv", 0);
}
