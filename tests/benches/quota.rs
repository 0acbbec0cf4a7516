//! How well an account's limit is found and used: simulated nights, against limiters of several
//! makes, and then the real program against the stand-in. `cargo bench --bench quota`. Takes four
//! minutes.

mod machine;
#[path = "../../src/pace/adaptive/tests/simulation.rs"]
mod simulation;

use machine::{Server, describe};
use simulation::{MAKES, Make, Summary, short_run};
use wdt_flags::internals::{AdaptiveRate, Limit, RateLimit, Workers};

const LIMITS: [f64; 7] = [7.0, 20.0, 37.0, 60.0, 90.0, 200.0, 600.0];
const RATES: [&str; 3] = ["55/min", "600/min", "auto"];
const NIGHTS_OF_EACH: u64 = 6;

const ROWS: usize = 1_800;
const PER_MINUTE: usize = 600;

fn main() {
    println!("{}", describe());
    let mut used = 0.0;
    for make in MAKES {
        let summary = Summary::of(make, &LIMITS, &RATES, NIGHTS_OF_EACH);
        println!("{summary} | {make:?}");
        used += summary.mean / MAKES.len() as f64;
    }
    println!("{:4.1} in the mean of all", used * 100.0);

    let times = short_run(Make::Fixed, 30.0, "600/min", 90);
    println!("90 orders at 600/min against 30/min take {times:.2} times the least possible");

    let server = Server::start(&["--limit", &format!("{PER_MINUTE}/min")]);
    let directory = tempfile::tempdir().expect("a directory");
    println!("{ROWS} rows at --rate {PER_MINUTE}/min against --limit {PER_MINUTE}/min …");
    let cost = server.run(
        directory.path(),
        ROWS,
        &["--rate", &format!("{PER_MINUTE}/min")],
    );
    let least = (ROWS * 60) as f64 / PER_MINUTE as f64;
    let took = cost.wall.as_secs_f64();
    println!(
        "took {took:.1} s, {:.3} times the least possible {least:.0} s; throttled: {}",
        took / least,
        if cost.pauses { "yes" } else { "never" }
    );
}
