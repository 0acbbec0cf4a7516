//! This machine's clock and the ERP's.

use jiff::{SignedDuration, Timestamp};
use wdt_flags::sandbox::Config;

use super::replies::ODD_DATES;
use crate::harness::{Place, ScriptedServer, http_with, sandbox_with, sheet};

/// An hour from now, as HTTP writes it.
fn an_hour_ahead() -> String {
    let time = Timestamp::now() + SignedDuration::from_hours(1);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn a_clock_ten_minutes_off_is_corrected_for_all_workers() {
    for minutes in [-10, 10] {
        let place = Place::new();
        place.write("orders.csv", sheet(30));
        let erp = sandbox_with(Config {
            clock_skew: SignedDuration::from_mins(minutes),
            ..Config::default()
        });
        place.runs(&erp, "orders.csv -j 3", 0);
        let results = place.table("orders.results.csv");
        assert_eq!(results.count("ok"), 30);
        let attempts = results.column("attempts");
        assert!(attempts.iter().all(|n| ["1", "2"].contains(n)));
        let twice = attempts.iter().filter(|n| **n == "2").count();
        assert!((1..=3).contains(&twice), "once a worker at most: {twice}");
        assert_eq!(erp.stats().accepted, 30);
    }
}

#[test]
fn a_clock_that_stays_wrong_stops_the_run() {
    let hour_ahead = an_hour_ahead();
    let body = r#"{"status":7,"message":"时间戳错误"}"#;
    let dates = ODD_DATES.into_iter().chain([&*hour_ahead]);
    let headers = dates.map(|date| format!("Date: {date}\r\n"));
    let no_date = String::new();
    for headers in headers.chain([no_date]) {
        let calls = if headers.contains(&hour_ahead) || headers.contains(" 0001 ") {
            2
        } else {
            1
        };
        let place = Place::new();
        place.write("orders.csv", sheet(5));
        let erp = ScriptedServer::always(http_with("200 OK", &headers, body));
        let (run, results) = place.carry(&erp, &["--retries", "3"]);
        let run = run.expect(3);
        run.ends_by_saying("时间戳错误");
        assert_eq!(results.count("skipped"), 5);
        assert_eq!(
            erp.calls(),
            calls,
            "one correction, if there is a date: {headers}"
        );
    }
}

#[test]
fn timestamps_are_taken_when_a_call_is_made_and_corrected_by_the_date() {
    let place = Place::new();
    place.write("orders.csv", sheet(1));
    let date = an_hour_ahead();
    let erp = ScriptedServer::per_call(move |_, call| {
        // Counted from 2012-01-01 in China.
        let timestamp: i64 = call.query("timestamp")?.parse().expect("a number");
        let now = Timestamp::now().as_second() - 1_325_347_200;
        let body = if timestamp > now + 3_000 {
            r#"{"status":0}"#
        } else {
            r#"{"status":7,"message":"时间戳错误"}"#
        };
        Some(http_with("200 OK", &format!("Date: {date}\r\n"), body))
    });
    place.runs(&erp, "orders.csv", 0);
    let results = place.table("orders.results.csv");
    assert_eq!(results.select(["status", "attempts"]), [["ok", "2"]]);
}
