//! How fast calls are made, for how long none is, and in which order, whatever the ERP says; how well a
//! limit is used is simulated beside the rule.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{
    Place, ScriptedServer, accepted, finish, http, http_with, order, refused, sheet, start,
};

const THROTTLED: &str = "超过每分钟最大调用频率限制，请稍后重试";

#[test]
fn a_gateway_that_throttles_is_obeyed() {
    let place = Place::new();
    place.write("orders.csv", sheet(2));
    let server = ScriptedServer::by_order(|n, _| match n {
        1 => http_with("429 Too Many Requests", "Retry-After: 3\r\n", ""),
        _ => accepted(),
    });
    let run = place.runs(&server, "orders.csv -j1 -v", 0);
    run.says("pausing for 3.0 s").prints("1 pause)");
    let requests = server.requests();
    let waited = requests[1].arrived - requests[0].arrived;
    assert!(waited >= Duration::from_secs(3), "public 9: {waited:?}");
}

/// The second of two calls in flight waits for the first one's reply, and asks for longer.
#[test]
fn the_longest_pause_that_calls_in_flight_ask_for_is_kept() {
    let name = "attack: two throttled together, the second for longer";
    let place = Place::new();
    place.write("orders.csv", sheet(4));
    let second_is_there = Arc::new(Barrier::new(2));
    let server = ScriptedServer::per_call(move |n, _| {
        let asks = match n {
            2 => "Retry-After: 1\r\n",
            3 => "Retry-After: 8\r\n",
            _ => return Some(accepted()),
        };
        second_is_there.wait();
        if n == 3 {
            thread::sleep(Duration::from_millis(300));
        }
        Some(http_with("429 Too Many Requests", asks, ""))
    });
    let run = place.runs(&server, "orders.csv -v -j2", 0);
    run.says("pausing for 8.0 s");
    let times: Vec<_> = server.requests().iter().map(|it| it.arrived).collect();
    let waited = times[3] - times[2];
    assert!(waited >= Duration::from_secs(8), "{name}: {waited:?}");
}

/// No pause that is only looked at is shorter.
const SHORTEST: Duration = Duration::from_secs(60);

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn a_gateway_that_throttles_says_for_how_long() {
    for (name, after, pause) in [
        ("public 32: seconds", "100", "pausing for 1 min 40 s"),
        ("public 32: a day", "86400", "pausing for 10 min"),
        (
            "public 32: beyond all numbers",
            "18446744073709551615",
            "pausing for 10 min",
        ),
        ("public 32: no time", "soon", "pausing for 1 min 01 s"),
        ("public 32: below nothing", "-5", "pausing for 1 min 01 s"),
        ("public 32: a fraction", "1.5", "pausing for 1 min 01 s"),
        ("public 32: a list", "90, 100", "pausing for 1 min 01 s"),
        (
            "public 32: a date gone by",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "pausing for 1 min 01 s",
        ),
        (
            "public 32: a date far off",
            "Tue, 31 Dec 2999 23:59:59 GMT",
            "pausing for 10 min",
        ),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet(3));
        let headers = format!("Retry-After: {after}\r\n");
        let server = ScriptedServer::always(http_with("429 Too Many Requests", &headers, ""));
        let args = ["orders.csv", "-v", "-j1", "--give-up-after=10m"];
        let mut run = start(&mut place.run(&server, args));
        let line = run.until_it_says("pausing for");
        assert!(line.contains(pause), "{name}: {line}");
        let paused = Instant::now();
        run.signal("INT");
        run.finish().expect(130);
        assert!(paused.elapsed() < SHORTEST, "{name}: the pause was sat out");
        assert_eq!(
            place.table("orders.results.csv").count("skipped"),
            3,
            "{name}"
        );
        assert_eq!(server.calls(), 1, "{name}");
    }
}

#[test]
fn a_deadline_ends_whatever_is_waited_for() {
    let unavailable = http_with("503 Busy", "Retry-After: 3600\r\n", "");
    for (name, reply) in [
        ("public 33: the database", Some(refused(4, "数据库错误"))),
        (
            "public 33: a passing fault",
            Some(refused(100, "系统繁忙，请稍后再试")),
        ),
        ("public 33: a gateway", Some(http("502 Bad Gateway", ""))),
        ("public 33: a wait of an hour", Some(unavailable)),
        ("public 33: a throttle", Some(refused(100, THROTTLED))),
        ("public 33: a call that hangs", None),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet(30));
        let server = ScriptedServer::per_call(move |_, _| reply.clone());
        let line = "orders.csv -j4 --deadline=1s --timeout=2s --retries=1000";
        let began = Instant::now();
        let run = finish(&mut place.run(&server, line.split(' ')));
        assert!(began.elapsed() < SHORTEST, "{name}: {run:#?}");
        run.says("--deadline");
        let results = place.table("orders.results.csv");
        assert_eq!(results.count("ok"), 0, "{name}");
        assert!(
            results.count("skipped") >= 26,
            "{name}: those in flight at most"
        );
    }
}

/// Rows are not overtaken by chance: the sheet's first are served first.
#[test]
fn calls_are_made_in_turn() {
    let (name, place) = ("pace F7: 30 workers that wait", Place::new());
    place.write("orders.csv", sheet(200));
    let server = ScriptedServer::always(accepted());
    let run = finish(&mut place.run_at("6000/min", &server, ["orders.csv", "-j30"]));
    run.expect(0);
    let places = server.orders().into_iter().enumerate().map(|(at, number)| {
        let row = (0..200).find(|&n| order(n) == number).expect("a row");
        at.abs_diff(row)
    });
    let mut off: Vec<_> = places.collect();
    off.sort_unstable();
    assert!(
        off[100] <= 15,
        "{name}: half of them are off by {}",
        off[100]
    );
}

#[test]
fn runs_of_an_account_take_turns_however_many_they_are() {
    let (name, place) = ("users F39: three runs", Place::new());
    let server = ScriptedServer::always(accepted());
    let runs: Vec<_> = ["a", "b", "c"]
        .map(|sheet| {
            let rows = (0..8).map(|n| format!("{sheet}{n},aa\n"));
            let rows: String = rows.collect();
            let file = format!("{sheet}.csv");
            place.write(&file, format!("purchase_no,flag_name\n{rows}"));
            start(&mut place.run_at("600/min", &server, [&file]))
        })
        .into();
    for run in runs {
        run.finish().expect(0);
    }
    let orders = server.orders();
    let mut sheets: Vec<_> = orders.iter().map(|order| &order[..1]).collect();
    sheets.dedup();
    assert_eq!(sheets.len(), 3, "{name}: {orders:?}");
    let requests = server.requests();
    let gaps = requests
        .windows(2)
        .map(|pair| pair[1].arrived - pair[0].arrived);
    let least = Duration::from_millis(100) * 23;
    assert!(
        gaps.sum::<Duration>() >= least - Duration::from_millis(50),
        "{name}"
    );
}
