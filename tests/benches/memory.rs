//! The memory a run takes, against what it may take: `cargo bench --bench memory`.

mod machine;

use std::process::ExitCode;

use machine::{Server, describe};

const MB: u64 = 1_000_000;

fn main() -> ExitCode {
    println!("{}", describe());
    let server = Server::start(&[]);
    let run = |rows, orders| {
        let directory = tempfile::tempdir().expect("a directory");
        let options = ["--rate", "unlimited"];
        let cost = server.run_repeating(directory.path(), rows, orders, &options);
        assert!(cost.memory > 0, "this system does not say");
        cost.memory
    };
    let mut within = true;
    let mut check = |what: &str, found: u64, most: u64| {
        let says = if found <= most { "" } else { ": too much" };
        println!("{what:<44} {found:>11} of {most:>11} bytes{says}");
        within &= found <= most;
    };

    let base = run(10_000, 10_000);
    check("10,000 distinct orders", base, 24 * MB);
    let few = run(10_000, 50);
    let many = run(1_000_000, 50);
    check("1,000,000 rows of 50 orders", many, few * 11 / 10);
    check("100,000 distinct orders", run(100_000, 100_000), 48 * MB);
    // A hash table is at its emptiest when it has just grown, wherever that may be.
    for orders in [120_000_u64, 160_000, 200_000, 240_000] {
        let rows = usize::try_from(orders).expect("few");
        let each = (run(rows, rows) - base) / (orders - 10_000);
        check(&format!("each of {orders} distinct orders"), each, 240);
    }
    ExitCode::from(u8::from(!within))
}
