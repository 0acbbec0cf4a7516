//! Reading back from an ERP that makes it hard.

use super::{VERIFIED, with_orders};
use crate::harness::{Place, ScriptedServer, finish, http, listing, order, sandbox_with, sheet};
use jiff::SignedDuration;
use wdt_flags::sandbox::Config;

#[test]
fn pages_may_hold_fewer_orders_than_are_asked_for() {
    let place = Place::new();
    place.write("orders.csv", sheet(200));
    let erp = with_orders(
        200,
        Config {
            max_page_size: 7,
            ..Config::default()
        },
    );
    finish(&mut place.verify(&erp, ["orders.csv"]));
    assert_eq!(place.table(VERIFIED).count("unknown"), 0);
    assert_eq!(erp.stats().calls, 200_u64.div_ceil(7));
}

#[test]
fn throttling_and_a_wrong_clock_are_overcome() {
    let place = Place::new();
    place.write("orders.csv", sheet(3));
    let erp = with_orders(
        3,
        Config {
            clock_skew: SignedDuration::from_mins(10),
            hidden: [order(0), order(1), order(2)].into(),
            ..Config::default()
        },
    );
    let run = place.verifies(&erp, "orders.csv", 1);
    run.says("this machine's clock");
    assert_eq!(place.table(VERIFIED).count("not found"), 3);
}

#[test]
fn upper_and_lower_case_are_one_where_the_erp_says_so() {
    let place = Place::new();
    place.sheet(&[("cg1", "aa"), ("CG2", "aa"), ("cg3", "aa")]);
    let erp = ScriptedServer::by_order(|_, order| match order {
        "cg1" => listing(0, &[("CG1", "bb"), ("cg1", "aa")]),
        "cg3" => listing(0, &[("CG3", "aa")]),
        "CG2" => listing(0, &[("CG22", "aa")]),
        _ => listing(0, &[]),
    });
    place.verifies(&erp, "orders.csv", 1);
    assert_eq!(place.statuses(VERIFIED), ["same", "not found", "same"]);
}

#[test]
fn an_order_without_its_flag_is_unknown() {
    for flag in ["", r#","flag_name":null"#, r#","flag_name":" ""#] {
        let place = Place::new();
        place.sheet(&[("CG1", "无")]);
        let page = format!(r#"{{"status":0,"data":{{"order":[{{"purchase_no":"CG1"{flag}}}]}}}}"#);
        let erp = ScriptedServer::always(http("200 OK", page));
        place.verifies(&erp, "orders.csv", 1);
        let verified = place.table(VERIFIED);
        assert_eq!(
            verified.select(["status", "message"]),
            [["unknown", "the ERP lists the order without its flag"]]
        );
    }
}

/// Whatever a run says is `ok` is there, and `verify` finds it.
#[test]
fn what_a_run_calls_ok_is_the_same_then() {
    let place = Place::new();
    let number = |n: usize| match n % 10 {
        9 => format!("CG404{n}"),
        _ => order(n),
    };
    // Every order with several flags, each of which is the last for some.
    let flags = ["aa", "加急", "无", "no such flag"];
    let rows = (0..90).map(|n| (number(n * 7 % 30), flags[(n + n / 30) % 4]));
    let rows: Vec<_> = rows.collect();
    let lines: Vec<_> = rows
        .iter()
        .map(|(number, flag)| (&**number, *flag))
        .collect();
    place.sheet(&lines);
    let erp = sandbox_with(Config {
        fail_rate: 0.1,
        max_page_size: 7,
        hidden: (0..30).filter(|n| n % 4 == 1).map(number).collect(),
        ..Config::default()
    });
    let run = place.runs(&erp, "orders.csv --retries=9", 1);
    let verify = place.verifies(&erp, "orders.csv --retries=9", 1);
    let (results, verified) = (place.results(&run), place.table(VERIFIED));
    assert_eq!(results.column("line"), verified.column("line"));
    let is_hidden = |number: &str| (0..30).any(|n| n % 4 == 1 && order(n) == number);
    let statuses = results.column("status");
    assert!(statuses.contains(&"ok") && statuses.contains(&"rejected"));
    let found = verified.select(["purchase_no", "flag_name", "status", "flag_now"]);
    for (status, [number, flag, agreement, flag_now]) in statuses.into_iter().zip(found) {
        let held = erp.flags().get(number).cloned();
        match agreement {
            "same" | "different" => assert_eq!(flag_now, held.unwrap_or("无".to_owned())),
            "not found" => assert!(is_hidden(number) || erp.accepted(number) == 0),
            other => panic!("{other}: {verify:#?}"),
        }
        if status == "ok" && !is_hidden(number) {
            assert_eq!((agreement, flag_now), ("same", flag), "{number}");
        }
    }
}
