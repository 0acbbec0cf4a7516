//! Many rows: nothing lost, nothing doubled, pace kept.

use std::time::{Duration, Instant};

use wdt_flags::sandbox::Config;

use crate::harness::{
    Place, ScriptedServer, accepted, finish, order, sandbox, sandbox_with, sheet,
};

#[test]
fn rows_against_a_server_that_fails_a_tenth_of_its_calls_end_ok() {
    const ROWS: usize = 120;

    let place = Place::new();
    place.write("orders.csv", sheet(ROWS));
    let erp = sandbox_with(Config {
        fail_rate: 0.1,
        ..Config::default()
    });
    // Ten failures in a row happen to none of a few hundred.
    let run = place.runs(&erp, "orders.csv -j 16 --retries 9 -vv", 0);
    let results = place.table("orders.results.csv");
    assert_eq!(place.results(&run).count("ok"), ROWS);
    assert!((0..ROWS).all(|n| erp.accepted(&order(n)) >= 1));

    let stats = erp.stats();
    assert!(stats.failed > 0);
    let attempts = results.column("attempts").into_iter();
    let attempts: u64 = attempts.map(|n| n.parse::<u64>().expect("a number")).sum();
    // A call that is lost is followed by one that only asks whether the ERP is still there.
    let tries = run.stderr.lines().filter(|line| line.contains(" a call: "));
    let tries = tries.count() as u64;
    assert_eq!(attempts + tries, stats.calls, "every call is accounted for");
    let calls = format!("calls     {} in ", stats.calls);
    run.prints(&calls);
    // Calls that an outage has cost are no retries.
    let (_, rest) = run.stdout.split_once("\ncalls ").expect("counts");
    let (_, rest) = rest.split_once('(').expect("counts");
    let (retries, _) = rest.split_once(" retries, 0 pauses)").expect("retries");
    let retries: u64 = retries.parse().expect("a number");
    assert!((1..=attempts - ROWS as u64).contains(&retries), "{run:?}");
}

#[test]
fn there_are_no_more_calls_in_flight_than_workers() {
    for (workers, most) in [("-j4", 4), ("-j1", 1)] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(50));
        finish(&mut place.run(&erp, ["orders.csv", workers])).expect(0);
        let stats = erp.stats();
        assert_eq!(stats.accepted, 50);
        assert!(stats.peak_in_flight <= most, "{stats:?}");
    }
}

#[test]
fn the_rate_is_an_upper_bound_from_the_first_call_on() {
    const EVERY: Duration = Duration::from_millis(100);

    let place = Place::new();
    place.write("orders.csv", sheet(12));
    let erp = ScriptedServer::always(accepted());
    let began = Instant::now();
    finish(&mut place.run_at("10/s", &erp, ["orders.csv", "-j", "8"])).expect(0);
    let arrived: Vec<_> = erp.requests().iter().map(|call| call.arrived).collect();
    assert_eq!(arrived.len(), 12);
    for (turn, at) in (0..).zip(&arrived) {
        assert!(*at >= began + EVERY * turn, "{turn}: {arrived:?}");
    }
}

#[test]
fn there_are_as_many_workers_as_the_rate_needs() {
    let place = Place::new();
    place.write("orders.csv", sheet(40));
    let erp = sandbox_with(Config {
        latency: Duration::from_millis(900),
        ..Config::default()
    });
    finish(&mut place.run_at("20/s", &erp, ["orders.csv"])).expect(0);
    let stats = erp.stats();
    assert!(stats.peak_in_flight > 8, "{stats:?}");
}

#[test]
fn too_many_calls_at_once_lower_the_calls_in_flight_and_pause_nothing() {
    let place = Place::new();
    place.write("orders.csv", sheet(12));
    let erp = sandbox_with(Config {
        max_concurrency: Some(1),
        latency: Duration::from_millis(50),
        ..Config::default()
    });
    let run = place.runs(&erp, "orders.csv -v -j 3", 0);
    run.says("at most 1 call in flight from now on");
    run.prints("0 pauses");
    assert_eq!(place.table("orders.results.csv").count("ok"), 12);
    assert!(erp.stats().throttled <= 4, "{:?}", erp.stats());
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_rows_of_few_orders() {
    let (place, erp) = (Place::new(), sandbox());
    let peak = |rows: usize| {
        let lines = (0..rows).map(|n| format!("{},aa\n", order(n % 50)));
        let lines: String = lines.collect();
        place.write("orders.csv", format!("purchase_no,flag_name\n{lines}"));
        let run = crate::harness::start(&mut place.run(&erp, ["orders.csv"]));
        let (run, bytes) = run.finish_with_peak();
        assert_eq!(place.results(&run.expect(0)).count("ok"), rows);
        bytes as f64
    };
    let (few, many) = (peak(2_000), peak(20_000));
    assert!(many <= 1.1 * few, "{many} bytes against {few}");
}
