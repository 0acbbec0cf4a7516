//! `--log`: whole lines of JSON, one an event.

use std::fs;

use serde_json::Value;

use super::trouble;
use crate::harness::{Place, ScriptedServer, accepted, sandbox, sheet, start};

/// The lines, each of them whole.
#[track_caller]
fn lines(text: &str) -> Vec<Value> {
    assert!(text.ends_with('\n'), "{text}");
    let parsed = text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line));
    parsed.collect()
}

fn events(lines: &[Value]) -> String {
    let events: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    events.join(" ")
}

#[test]
fn what_happens_is_told_in_its_order_and_never_the_secret() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG404", "aa")]);
    let erp = ScriptedServer::by_order(|call, _| trouble(call));
    place.runs(&erp, "orders.csv -j1 --log night.log", 1);
    let text = place.read("night.log");
    let lines = lines(&text);
    let expected = "planned answered throttled paused answered settled answered settled finished";
    assert_eq!(events(&lines), expected, "{text}");
    let run = lines[0]["run"].as_str().expect("an id");
    assert_eq!(run.len(), 36);
    for line in &lines {
        assert_eq!(line["run"], run);
        let time = line["time"].as_str().unwrap_or_default();
        assert!(time.parse::<jiff::Timestamp>().is_ok(), "{line}");
    }
    let verdicts = [1, 2, 4, 6].map(|at| lines[at]["verdict"].as_str().unwrap_or_default());
    assert_eq!(verdicts, ["transient", "throttled", "ok", "rejected"]);
    assert_eq!(
        (&lines[4]["order"], &lines[4]["line"]),
        (&"CG1".into(), &2.into())
    );
    assert_eq!(
        (&lines[4]["attempt"], &lines[5]["status"]),
        (&3.into(), &"ok".into())
    );
    assert!(lines[4]["ms"].is_u64());
    assert_eq!(lines[8]["exit_code"], 1);
    assert!(
        !text.contains("open-sesame") && !text.contains("sea-salt"),
        "{text}"
    );
}

#[test]
fn it_is_gone_on_with_after_a_torn_line_and_told_where_nothing_is_run() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    place.write(
        "night.log",
        "{\"time\":\"2026-01-01T00:00:00.000+08:00\",\"ru",
    );
    place.runs(&erp, "orders.csv --log night.log", 0);
    place.runs(&erp, "absent.csv --log night.log", 2);
    let text = place.read("night.log");
    let (torn, rest) = text.split_once('\n').expect("lines");
    assert!(torn.ends_with("\"ru"));
    let lines = lines(rest);
    assert_eq!(events(&lines), "planned answered settled finished finished");
    assert_eq!(lines[4]["stop_reason"], "refused");
    let runs = [&lines[0]["run"], &lines[4]["run"]];
    assert_ne!(runs[0], runs[1]);
}

#[test]
fn it_is_opened_again_once_it_was_moved_away() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(60));
    let log = place.path("night.log");
    let mut run = start(&mut place.run_at("20/s", &erp, ["orders.csv", "--log=night.log"]));
    run.until("a log", || fs::metadata(&log).is_ok_and(|it| it.len() > 0));
    fs::rename(&log, place.path("night.log.1")).expect("moved");
    run.finish().expect(0);
    let (before, after) = (place.read("night.log.1"), place.read("night.log"));
    let both = [lines(&before), lines(&after)].concat();
    let settled = both.iter().filter(|line| line["event"] == "settled");
    assert_eq!(settled.count(), 60, "{before}{after}");
}

#[cfg(unix)]
#[test]
fn nobody_reads_it_who_may_not_read_the_sheet() {
    use std::os::unix::fs::PermissionsExt;

    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(place.path("orders.csv"), private).expect("set");
    place.runs(&erp, "orders.csv --log l --summary s --metrics m.prom", 0);
    for (name, mode) in [("l", 0o600), ("s", 0o600), ("m.prom", 0o644)] {
        let found = fs::metadata(place.path(name)).expect(name).permissions();
        assert_eq!(found.mode() & 0o777, mode, "{name}");
    }
}

#[test]
fn two_runs_into_one_log_write_whole_lines() {
    let place = Place::new();
    let server = ScriptedServer::always(accepted());
    let names = ["a.csv", "b.csv"];
    for name in names {
        place.write(name, sheet(200));
    }
    let runs = names.map(|name| {
        let mut run = place.run(&server, [name, "--log=night.log"]);
        start(run.env("WDT_SID", name))
    });
    for run in runs {
        run.finish().expect(0);
    }
    let lines = lines(&place.read("night.log"));
    let finished = lines.iter().filter(|line| line["event"] == "finished");
    assert_eq!((lines.len(), finished.count()), (2 * (200 * 2 + 2), 2));
}
