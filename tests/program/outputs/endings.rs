//! The object of `--format json` and `--summary`: one at every ending, as its schema has it.

use std::path::Path;

use serde_json::{Value, json};

use super::trouble;
use crate::harness::{
    Place, ScriptedServer, account, ending, finish, refused, sandbox, sheet, start,
};

/// What is called, with `{}` for what it says of the command, and how that ends: exit code, why it
/// stopped, and the statuses of its rows.
const ENDINGS: [(&str, &str, i32, &str, &str); 14] = [
    (
        "a trial",
        "run orders.csv --limit 1 --yes",
        1,
        "",
        "ok 1, invalid 1, skipped 2",
    ),
    (
        "rows are refused",
        "run orders.csv",
        1,
        "",
        "ok 2, rejected 1, invalid 1",
    ),
    ("no sheet", "run absent.csv", 2, "refused", ""),
    (
        "no such profile",
        "run orders.csv --profile absent",
        2,
        "refused",
        "",
    ),
    (
        "not our results",
        "run orders.csv -o mine.csv",
        2,
        "refused",
        "",
    ),
    ("nothing is checked", "check absent.csv", 2, "refused", ""),
    ("rows would not be sent", "check orders.csv", 1, "", ""),
    ("a dry run", "run orders.csv --dry-run", 1, "", ""),
    (
        "flags differ",
        "verify orders.csv",
        1,
        "",
        "not_found 3, unknown 1",
    ),
    ("nothing is verified", "verify absent.csv", 2, "refused", ""),
    (
        "the ERP refuses",
        "run orders.csv --endpoint {refusing}",
        3,
        "fatal",
        "invalid 1, skipped 3",
    ),
    (
        "so does it to ping",
        "ping --endpoint {refusing}",
        3,
        "",
        "",
    ),
    (
        "it is not there",
        "ping --endpoint http://127.0.0.1:1/",
        1,
        "",
        "",
    ),
    ("it is", "ping", 0, "", ""),
];

fn statuses(ending: &Value) -> String {
    let Some(counts) = ending["rows"]["by_status"].as_object() else {
        return String::new();
    };
    let order = "ok rejected invalid not_found unknown skipped".split(' ');
    let all = order.map(|status| (status, counts[status].as_u64().unwrap_or_default()));
    let all = all.filter(|(_, rows)| *rows > 0);
    let all: Vec<_> = all
        .map(|(status, rows)| format!("{status} {rows}"))
        .collect();
    all.join(", ")
}

#[test]
fn one_object_at_every_ending_and_the_same_in_the_file() {
    let refusal = refused(1, "app auth fail");
    let refusing = ScriptedServer::always(refusal.clone()).answering_pings(refusal);
    for (name, line, code, stopped, rows) in ENDINGS {
        for language in ["en", "zh"] {
            let (place, erp) = (Place::new(), sandbox());
            place.sheet(&[("CG1", "aa"), ("CG2", "加急"), ("CG404", "aa"), ("CG3", "")]);
            place.write("mine.csv", "dear diary");
            let line = line.replace("{refusing}", &refusing.endpoint());
            let mut command = place.program();
            account(&mut command, &erp.endpoint());
            command.args(line.split(' ')).args(["--lang", language]);
            let run = finish(command.args(["--format=json", "--summary=s.json"])).expect(code);
            let found = run.json();
            assert_eq!(found["exit_code"], code, "{name}: {run:#?}");
            let kind = found["stop_reason"]["kind"].as_str().unwrap_or_default();
            assert_eq!(kind, stopped, "{name}: {found:#}");
            assert_eq!(statuses(&found), rows, "{name}: {found:#}");
            assert_eq!(place.read("s.json"), run.stdout, "{name}");
            assert!(!run.said().contains("open-sesame"), "{name}");
        }
    }
}

#[test]
fn the_numbers_of_a_run() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG2", "加急"), ("CG404", "aa"), ("CG3", "")]);
    let run = place.runs(&erp, "orders.csv --format json --verify", 1);
    let found = run.json();
    let calls = erp.stats();
    let sent = found["calls"]["update"].as_u64();
    assert_eq!(sent, Some(3));
    assert_eq!(found["calls"]["total"], json!(calls.calls));
    assert_eq!(found["read_back"]["confirmed"], 2);
    assert_eq!(found["account"]["sid"], "sandbox");
    assert_eq!(found["sheet"], "orders.csv");
    let results = found["files"]["results"].as_str().map(Path::new);
    assert!(results.is_some_and(Path::is_absolute), "{results:?}");
    assert!(
        same_file::is_same_file(results.expect("a path"), place.path("orders.results.csv"))
            .expect("there")
    );
    assert_eq!(found["messages"][0]["rows"], 1);
    let next = found["next"].as_array().expect("a command");
    assert!(
        next[2]
            .as_str()
            .is_some_and(|it| Path::new(it).ends_with("orders.failures.csv")),
        "{next:?}"
    );
    // It is for the morning: nothing of it replaces what tells of the night.
    assert!(!next.iter().any(|word| word == "--format=json"), "{next:?}");

    place.edit("orders.failures.csv", &[("CG404", "CG4")]);
    let run = place.runs(&erp, "orders.failures.csv --format json", 1);
    let found = run.json();
    assert_eq!(
        (&found["rows"]["total"], &found["whole_sheet"]["total"]),
        (&json!(2), &json!(4))
    );
    let counts = &found["whole_sheet"]["by_status"];
    assert_eq!((&counts["ok"], &counts["invalid"]), (&json!(3), &json!(1)));
    assert_eq!(found["whole_sheet"]["failures"], 1);
}

#[test]
fn throttles_pauses_and_retries_are_told() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let erp = ScriptedServer::by_order(|call, _| trouble(call));
    let found = place.runs(&erp, "orders.csv --format json", 0).json();
    let counts = ["retries", "throttled_calls", "pauses"].map(|name| found[name].clone());
    assert_eq!(json!(counts), json!([1, 1, 1]), "{found:#}");
    assert_eq!(
        found["calls"],
        json!({ "total": 3, "update": 3, "query": 0, "ping": 0 })
    );
}

#[test]
fn another_run_at_it_is_told_too() {
    let (place, erp) = (Place::new(), ScriptedServer::per_call(|_, _| None));
    place.write("orders.csv", sheet(2));
    let mut first = start(&mut place.run(&erp, ["orders.csv"]));
    first.until("a call", || !erp.requests().is_empty());
    let run = place.runs(&erp, "orders.csv --format json", 75);
    assert_eq!(run.json()["stop_reason"]["kind"], "busy");
    first.kill();
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn signals_are_told_at_the_first_and_at_the_second() {
    for signals in [1, 2] {
        let (place, erp) = (Place::new(), ScriptedServer::per_call(|_, _| None));
        place.write("orders.csv", sheet(2));
        let mut command = place.run(&erp, ["orders.csv", "--format=json", "--timeout=2s"]);
        let robot = ScriptedServer::per_call(|_, _| None);
        if signals == 2 {
            command.env("WDT_NOTIFY_URL", robot.url());
        }
        let mut run = start(command.args(["--summary=s.json", "--metrics=m.prom"]));
        run.until("a call", || !erp.requests().is_empty());
        run.signal("INT");
        run.until_it_says("interrupted");
        if signals == 2 {
            run.signal("INT");
        }
        let run = run.finish().expect(130);
        let found = run.json();
        assert_eq!(found["exit_code"], 130);
        assert_eq!(found["stop_reason"]["kind"], "signal");
        assert_eq!(found["rows"].is_null(), signals == 2, "{found:#}");
        assert_eq!(ending(&place.read("s.json")), found);
        assert!(
            place
                .read("m.prom")
                .contains("exit_code{account=\"sandbox\",sheet=\"orders.csv\"} 130\n")
        );
    }
}

#[test]
fn what_is_not_ours_is_not_replaced_and_changes_nothing() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    let before = place.read("orders.csv");
    let outputs = ["--summary", "--metrics", "--log"];
    for output in outputs {
        let run = place.runs(&erp, &format!("orders.csv {output} orders.csv"), 0);
        run.says(&format!(
            "({output}): `orders.csv` exists and was not written by wdt-flags"
        ));
        assert_eq!(place.read("orders.csv"), before, "{output}");
    }
    for output in outputs {
        let run = place.runs(&erp, &format!("orders.csv {output} absent/x"), 0);
        run.says(&format!("({output})"));
    }
    let run = place.runs(&erp, "orders.csv --metrics orders.csv", 0);
    // It stands in the summary, which is read in the morning.
    run.prints("note      no metrics (--metrics)");
}

#[cfg(target_os = "linux")]
#[test]
fn no_device_is_replaced_and_a_full_one_is_no_stdout() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    std::os::unix::fs::symlink("/dev/full", place.path("full")).expect("a link");
    for output in ["--summary", "--metrics"] {
        place
            .runs(&erp, &format!("orders.csv {output} full"), 0)
            .says(output);
    }
    let command = place.run(&erp, ["orders.csv", "--format=json"]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" > /dev/full"]);
    let run = finish(&mut crate::harness::through(shell, &command)).expect(3);
    run.says("cannot write to standard output");
    assert_eq!(place.statuses("orders.results.csv"), ["ok"]);
}
