//! Memory that does not grow with the sheet beyond what it may.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Place, sandbox};

/// The most memory that a process has held so far, in KiB; 0 once it is over.
pub fn peak_so_far(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .map_or(0, |kib| kib.parse().expect("a number"))
}

/// Runs a command to its end and returns its peak memory in bytes.
///
/// (What the system says of a child that has ended includes its parent before the child began.)
#[track_caller]
fn peak(command: &mut Command) -> u64 {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut peak = 0;
    let ended = loop {
        peak = peak.max(peak_so_far(child.id()));
        if let Some(ended) = child.try_wait().expect("a child") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert!(ended.success(), "{ended:?}");
    peak * 1024
}

fn sheet(rows: usize, orders: usize) -> String {
    let mut text = String::from("purchase_no,flag_name\n");
    for row in 0..rows {
        // No 0, and so no 404, which the stand-in does not know.
        let order = format!("{:o}", row % orders).replace('0', "x");
        let _ = writeln!(text, "CG{order},aa");
    }
    text
}

#[test]
fn the_plan_costs_at_most_64_bytes_an_order() {
    /// What a run keeps beside the plan: where the order's outcome stands in the record.
    const PLACE: u64 = 8;

    let place = Place::new();
    let check = |orders| {
        place.write("orders.csv", sheet(orders, orders));
        peak(place.program().args(["check", "orders.csv"]))
    };
    let few = check(1_000);
    // A hash table is at its emptiest when it has just grown, wherever that may be.
    for orders in [500_000, 700_000, 900_000] {
        let each = (check(orders) - few) as f64 / orders as f64 + PLACE as f64;
        println!("{each:.1} bytes an order");
        assert!(each <= 64.0, "{each} bytes an order of {orders}");
    }
}

#[test]
fn a_million_rows_need_no_more_memory_than_ten_thousand() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("small.csv", sheet(10_000, 50));
    place.write("large.csv", sheet(1_000_000, 50));
    let run = |name| peak(&mut place.run(&erp, [name]));
    let (small, large) = (run("small.csv"), run("large.csv"));
    println!("{small} and {large} bytes");
    assert!(small < 24_000_000, "{small} bytes");
    assert!(
        large as f64 <= 1.1 * small as f64,
        "{large} against {small} bytes"
    );
    let results = place.read("large.results.csv");
    assert_eq!(results.lines().count(), 1_000_001);
    assert_eq!(erp.stats().calls, 100, "one for each order and run");
}
