//! The time a sheet takes under a quota, against the least it could take:
//! `cargo bench --bench quota`. Takes three minutes.

mod machine;

use machine::{Server, describe};

const ROWS: usize = 1_800;
const PER_MINUTE: usize = 600;

fn main() {
    let server = Server::start(&["--limit", &format!("{PER_MINUTE}/min")]);
    let directory = tempfile::tempdir().expect("a directory");
    println!("{}", describe());
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
