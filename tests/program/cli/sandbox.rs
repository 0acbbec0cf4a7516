//! `sandbox`: the stand-in ERP as a program of its own.

use std::process::Command;

use crate::harness::{Finished, Place, Running, finish, sheet, start, through};

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
        let exports = running.until_it_prints(4).join("\n");
        Serving {
            place,
            running,
            exports,
        }
    }

    /// Runs the program in a shell that has evaluated the lines.
    fn client(&self, args: &str) -> Finished {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("eval \"$EXPORTS\"; exec \"$0\" {args}")]);
        let mut command = through(shell, &self.place.program());
        finish(command.env("EXPORTS", &self.exports))
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
    erp.place.write("orders.csv", sheet(5));
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
fn it_prints_for_the_shell_that_is_named() {
    for (shell, begins) in [("powershell", "$env:WDT_SID='"), ("cmd", "set \"WDT_SID=")] {
        let mut erp = Serving::start(&["--shell", shell]);
        assert!(erp.exports.starts_with(begins), "{}", erp.exports);
        erp.running.signal("TERM");
        erp.running.finish().expect(143);
    }
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
fn with_v_it_tells_of_each_request() {
    let mut erp = Serving::start(&["-v"]);
    erp.client("ping").expect(0);
    erp.place
        .write("orders.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\n");
    erp.client("run orders.csv -j1 --rate unlimited").expect(1);
    erp.client("ping --endpoint ${WDT_ENDPOINT%/openapi}/elsewhere")
        .expect(3);
    erp.running.until_it_says("POST /elsewhere");
    erp.running.signal("TERM");
    let ended = erp.running.finish().expect(143);
    for told in [
        "system.Core.now []: {\"status\":0,\"data\":\"20",
        "updatePurchaseInfo [{\"purchase_no\":\"CG1\",\"flag_name\":\"aa\"}]: {\"status\":0}",
        "\"CG404\",\"flag_name\":\"aa\"}]: {\"message\":\"单据不存在\",\"status\":100}",
        "POST /elsewhere : HTTP 404",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
    let mut silent = Serving::start(&[]);
    silent.client("ping").expect(0);
    silent.running.signal("TERM");
    let ended = silent.running.finish().expect(143);
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
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
