//! `sandbox`: the stand-in ERP as a program of its own.

use std::process::Command;

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID};

use crate::harness::{Finished, Place, Running, finish, sheet, start, through};

/// The stand-in at work, and the lines it printed that point a client at it.
struct Serving {
    place: Place,
    running: Running,
    exports: String,
}

impl Serving {
    fn start(place: Place, args: &[&str]) -> Self {
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

    /// Where it listens.
    fn address(&self) -> &str {
        let endpoint = self.exports.lines().last().unwrap_or_default();
        let (_, address) = endpoint.split_once("http://").expect("a URL");
        address.split('/').next().unwrap_or_default()
    }

    fn end(mut self) -> Finished {
        self.running.signal("TERM");
        self.running.finish().expect(143)
    }
}

#[test]
fn what_it_prints_points_a_client_at_it() {
    let erp = Serving::start(Place::new(), &[]);
    erp.client("ping").expect(0);
    erp.place.write("orders.csv", sheet(5));
    erp.client("run orders.csv --rate unlimited").expect(0);
    assert_eq!(erp.place.table("orders.results.csv").count("ok"), 5);
    let ended = erp.end();
    let said: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(said, ["serving a stand-in ERP; stop it with Ctrl-C"]);

    let erp = Serving::start(Place::new(), &["--shell", "powershell"]);
    let url = format!("http://{}/openapi", erp.address());
    let lines = [
        ("WDT_SID", SID),
        ("WDT_APP_KEY", APP_KEY),
        ("WDT_APP_SECRET", APP_SECRET),
        ("WDT_ENDPOINT", &url),
    ];
    let lines = lines.map(|(name, value)| format!("$env:{name}='{value}'"));
    assert_eq!(erp.exports, lines.join("\n"));
    erp.end();
}

#[test]
fn it_can_be_made_difficult() {
    let options =
        "--flags 急,缓 --clock-skew -5m --latency 1ms --limit 1000/min --max-concurrency 9";
    let options: Vec<_> = options.split(' ').collect();
    let erp = Serving::start(Place::new(), &options);
    let run = erp.client("ping").expect(1);
    run.prints("ahead of the ERP's");
    let sheet = "purchase_no,flag_name\nCG1,急\nCG2,aa\nCG3,无\nCG4,缓\n";
    erp.place.write("orders.csv", sheet);
    erp.client("run orders.csv --rate unlimited").expect(1);
    let results = erp.place.table("orders.results.csv");
    assert_eq!(results.column("status"), ["ok", "rejected", "ok", "ok"]);
    erp.end();
}

#[test]
fn with_v_it_tells_of_each_request() {
    let mut erp = Serving::start(Place::new(), &["-v"]);
    erp.client("ping").expect(0);
    erp.place.sheet(&[("CG1", "aa"), ("CG404", "aa")]);
    erp.client("run orders.csv -j1 --rate unlimited").expect(1);
    erp.client("ping --endpoint ${WDT_ENDPOINT%/openapi}/elsewhere")
        .expect(3);
    erp.running
        .until_it_says("POST /elsewhere system.Core.now []: HTTP 404");
    let ended = erp.end();
    for told in [
        "system.Core.now []: {\"data\":\"20",
        "updatePurchaseInfo [{\"purchase_no\":\"CG1\",\"flag_name\":\"aa\"}]: {\"status\":0}",
        "\"CG404\",\"flag_name\":\"aa\"}]: {\"message\":\"单据不存在\",\"status\":100}",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
    let (_, salt) = APP_SECRET.split_once(':').expect("two halves");
    assert!(!ended.stderr.contains(salt), "{}", ended.stderr);
}

#[test]
fn it_starts_with_the_orders_of_a_file() {
    let place = Place::new();
    let there = "order,flag,modified\nCG1,aa,\nCG2,,\nCG404,加急,2020-11-01 08:00:00\n";
    place.write("there.csv", there);
    let [one, two, three] = ["CG1", "CG2", "CG3"].map(|order| (order, "aa"));
    place.sheet(&[one, two, three, ("CG404", "加急")]);
    let erp = Serving::start(place, &["--orders", "there.csv"]);
    erp.client("verify orders.csv --rate unlimited").expect(1);
    let found = erp.place.table("orders.verified.csv");
    let statuses = ["same", "different", "not found", "same"];
    assert_eq!(found.column("status"), statuses);
    erp.client("run orders.csv --rate unlimited --skip-unchanged")
        .expect(0);
    let results = erp.place.table("orders.results.csv");
    assert_eq!(results.column("status"), ["unchanged", "ok", "ok", "ok"]);
    erp.client("verify orders.csv --rate unlimited").expect(0);
    erp.end();
}

#[test]
fn what_it_cannot_use_is_an_error() {
    let erp = Serving::start(Place::new(), &[]);
    let taken = erp.address();
    let place = &erp.place;
    place.write("there.csv", "order,modified\nCG1,\nCG2,today\n");
    for (code, option, said) in [
        (2, "--orders=there.csv", "error: there.csv cannot be read: "),
        (2, "--orders=there.csv", "line: 3"),
        (2, "--orders=away.csv", "error: away.csv cannot be read: "),
        (3, &*format!("--listen={taken}"), "error: cannot serve on "),
        (2, "--listen=here", "--listen"),
        (2, "--fail-rate=1.5", "--fail-rate"),
        (2, "--limit=0/min", "--limit"),
    ] {
        let mut command = place.program();
        let run = finish(command.args(["sandbox", option])).expect(code);
        run.says(said);
        assert_eq!(run.stdout, "");
    }
    erp.end();
}
