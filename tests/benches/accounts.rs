//! What a night costs where there are many accounts, each a run of its own: `cargo bench --bench
//! accounts`. Every run makes 55 calls at 55 a minute, so this takes two minutes.

mod machine;

use std::time::{Duration, Instant};

use machine::{Server, describe};
use wait4::Wait4;

const CALLS: usize = 55;

/// So many runs at once, each of an account with a lock and a sheet of its own.
fn runs(server: &Server, accounts: usize) {
    let directories: Vec<_> = (0..accounts)
        .map(|_| tempfile::tempdir().expect("a directory"))
        .collect();
    let began = Instant::now();
    let started = directories.iter().map(|directory| {
        let options = ["--rate", "55/min"];
        let mut command = server.command(directory.path(), CALLS, CALLS, &options);
        command.env("XDG_STATE_HOME", directory.path());
        command.spawn().expect("started")
    });
    let started: Vec<_> = started.collect();
    let (mut processor, mut memory, mut most) = (Duration::ZERO, 0, 0);
    for mut run in started {
        let ended = run.wait4().expect("ended");
        assert!(ended.status.success(), "every order is accepted");
        processor += ended.rusage.utime + ended.rusage.stime;
        memory += ended.rusage.maxrss;
        most = most.max(ended.rusage.maxrss);
    }
    let (wall, mb) = (began.elapsed(), 1_000_000);
    let rows = CALLS * accounts;
    println!(
        "{accounts:>4} accounts: {rows:>6} calls in {:>5.1} s, processor {:>5.2} s ({:.1} % of a core), \
         memory {} MB in all, {} MB at most",
        wall.as_secs_f64(),
        processor.as_secs_f64(),
        100.0 * processor.as_secs_f64() / wall.as_secs_f64(),
        memory / mb,
        most / mb
    );
}

fn main() {
    println!("{}", describe());
    let server = Server::start(&[]);
    for accounts in [1, 200] {
        runs(&server, accounts);
    }
}
