//! `sandbox`: the stand-in ERP as a program of its own.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::Command;

use crate::support::{Finished, Place, Running, finish, sheet_of, start};

/// The stand-in at work, and the lines it printed that point a client at it.
struct Serving {
    place: Place,
    running: Running,
    exports: String,
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        let place = Place::new();
        let mut command = place.program();
        let mut running = start(command.arg("sandbox").args(args));
        let stdout = running.child().stdout.take().expect("piped");
        let lines = BufReader::new(stdout).lines().take(4);
        let exports: String = lines.map(|line| line.expect("UTF-8") + "\n").collect();
        Serving {
            place,
            running,
            exports,
        }
    }

    /// Runs the program in a shell that has evaluated the lines.
    fn client(&self, args: &str) -> Finished {
        let mut command = Command::new("sh");
        let program = env!("CARGO_BIN_EXE_wdt-flags");
        let script = format!("eval \"$EXPORTS\"; exec '{program}' {args}");
        // What the program is given in this place, a shell is given too.
        for (name, value) in self.place.program().get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env("EXPORTS", &self.exports)
            .current_dir(self.place.path("."));
        finish(command.args(["-c", &script]))
    }
}

#[test]
fn what_it_prints_points_a_client_at_it_and_sigterm_ends_it() {
    let mut erp = Serving::start(&[]);
    let names: Vec<_> = erp
        .exports
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split('=').next())
        .collect();
    let expected = ["WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET", "WDT_ENDPOINT"];
    assert_eq!(names, expected);
    erp.client("ping").expect(0);
    erp.place.write("orders.csv", sheet_of(5));
    erp.client("run orders.csv --rate unlimited").expect(0);
    assert_eq!(erp.place.table("orders.results.csv").count("ok"), 5);

    erp.running.signal("TERM");
    let ended = erp.running.finish().expect(143);
    assert!(
        ended.stderr.starts_with("serving a stand-in ERP"),
        "{ended:?}"
    );
}

#[test]
fn it_can_be_made_difficult() {
    let options = [
        "--flags",
        "急,缓",
        "--clock-skew",
        "-5m",
        "--latency",
        "1ms",
    ];
    let mut erp = Serving::start(&options);
    let run = erp.client("ping").expect(1);
    assert!(run.stdout.contains("ahead of the ERP's"), "{run:?}");
    let sheet = "purchase_no,flag_name\nCG1,急\nCG2,aa\nCG3,无\nCG4,缓\n";
    erp.place.write("orders.csv", sheet);
    erp.client("run orders.csv --rate unlimited").expect(1);
    let results = erp.place.table("orders.results.csv");
    assert_eq!(results.column("status"), ["ok", "rejected", "ok", "ok"]);
    erp.running.signal("INT");
    erp.running.finish().expect(130);
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let erp = Serving::start(&[]);
    let endpoint = erp.exports.lines().last().unwrap_or_default();
    let address = endpoint
        .trim_start_matches("export WDT_ENDPOINT=http://")
        .trim_end_matches("/openapi");
    let mut command = erp.place.program();
    let run = finish(command.args(["sandbox", "--listen", address])).expect(3);
    assert!(run.stderr.contains(address), "{run:?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn options_out_of_range_are_refused() {
    let place = Place::new();
    for args in [
        ["--fail-rate", "1.5"],
        ["--limit", "0/min"],
        ["--max-concurrency", "0"],
        ["--latency", "soon"],
        ["--listen", "here"],
    ] {
        let mut command = place.program();
        let run = finish(command.arg("sandbox").args(args)).expect(2);
        assert!(run.stderr.contains(args[0]), "{run:?}");
    }
}
