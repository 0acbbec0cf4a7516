//! This machine's clock and the ERP's.

use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use wdt_flags::sandbox::Config;

use crate::fake::{FakeErp, http, refused};
use crate::support::{Place, finish, sandbox_with, sheet_of};

#[test]
fn a_clock_ten_minutes_off_is_corrected_for_all_workers() {
    for minutes in [-10, 10] {
        let place = Place::new();
        place.write("orders.csv", sheet_of(30));
        let erp = sandbox_with(Config {
            clock_skew: SignedDuration::from_mins(minutes),
            ..Config::default()
        });
        finish(&mut place.run(&erp, ["orders.csv", "-j", "3"])).expect(0);
        let results = place.table("orders.results.csv");
        assert_eq!(results.count("ok"), 30);
        let attempts = results.column("attempts");
        assert!(
            attempts.iter().all(|n| ["1", "2"].contains(n)),
            "{attempts:?}"
        );
        let twice = attempts.iter().filter(|n| **n == "2").count();
        assert!((1..=3).contains(&twice), "once a worker at most: {twice}");
        assert_eq!(erp.stats().accepted, 30);
    }
}

#[test]
fn a_clock_that_stays_wrong_stops_the_run() {
    let hour_ahead = SystemTime::now() + Duration::from_secs(3600);
    let date = httpdate::fmt_http_date(hour_ahead);
    let body = r#"{"status":7,"message":"时间戳错误"}"#;
    let dated = http("200 OK", &format!("Date: {date}\r\n"), body);
    for answer in [dated, refused(7, "时间戳错误")] {
        let place = Place::new();
        place.write("orders.csv", sheet_of(5));
        let erp = FakeErp::always(answer);
        let args = ["orders.csv", "-j", "1"];
        let run = finish(&mut place.run_against(&erp.endpoint(), args)).expect(3);
        let last = run.stderr.lines().last().unwrap_or_default();
        assert!(last.contains("时间戳错误"), "{run:?}");
        let results = place.table("orders.results.csv");
        let outcome = ["status", "code", "message", "attempts"];
        assert_eq!(
            results.select(outcome)[0],
            ["failed", "7", "时间戳错误", "2"]
        );
        assert_eq!(results.count("skipped"), 4);
        assert_eq!(erp.seen().len(), 2);
    }
}

#[test]
fn timestamps_are_taken_when_a_call_is_made_and_corrected_by_the_date() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(1));
    let hour_ahead = SystemTime::now() + Duration::from_secs(3600);
    let date = httpdate::fmt_http_date(hour_ahead);
    let erp = FakeErp::start(move |call| {
        // Counted from 2012-01-01 in China.
        let timestamp: u64 = call.query("timestamp")?.parse().expect("a number");
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970")
            .as_secs()
            - 1_325_347_200;
        let body = match timestamp > now + 3_000 {
            true => r#"{"status":0}"#,
            false => r#"{"status":7,"message":"时间戳错误"}"#,
        };
        Some(http("200 OK", &format!("Date: {date}\r\n"), body))
    });
    finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(0);
    let results = place.table("orders.results.csv");
    assert_eq!(results.select(["status", "attempts"]), [["ok", "2"]]);
}
