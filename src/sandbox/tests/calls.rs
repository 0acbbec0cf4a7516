//! Calls and their answers, without the network.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::service::Service;
use super::super::{Config, Order, read_orders};
use super::{OK, signed, update};
use crate::erp::LIST_METHOD;

/// 2020-11-01 00:00:00 in Beijing.
const NOVEMBER: i64 = 1_604_160_000;

fn order(number: &str, flag: &str, second: Option<i64>) -> Order {
    Order {
        number: number.to_owned(),
        flag: flag.to_owned(),
        modified: second.and_then(|second| Timestamp::from_second(second).ok()),
    }
}

/// The body of the reply to a call.
fn reply(service: &Service, (query, body): &(String, String)) -> String {
    let (answer, _) = service.answer(query, body, Instant::now());
    answer.map(|(_, body)| body).unwrap_or_default()
}

fn set(service: &Service, order: &str, flag: &str) -> String {
    reply(service, &update(order, flag, service.config.now()))
}

/// How many orders there are, and numbers and flags of those on the first page.
fn listed(service: &Service, argument: &Value) -> String {
    let body = json!([argument]).to_string();
    let query = signed(LIST_METHOD, &body, service.config.now());
    let reply: Value = serde_json::from_str(&reply(service, &(query, body))).expect("JSON");
    let mut shown = reply["data"]["total_count"].to_string();
    for order in reply["data"]["order"].as_array().expect("orders") {
        for field in ["purchase_no", "flag_name"] {
            shown = shown + " " + order[field].as_str().expect("a text");
        }
    }
    shown
}

#[test]
fn updates_are_kept_and_listed_when_they_change_something() {
    let service = Service::new(Config {
        orders: vec![
            order("CG404", "停用", Some(NOVEMBER + 120)),
            order("CG1", "aa", Some(NOVEMBER + 60)),
            order("CG0", "", Some(NOVEMBER + 60)),
        ],
        hidden: ["CG8".to_owned()].into(),
        ..Config::default()
    });
    let november =
        json!({ "start_time": "2020-11-01 00:00:00", "end_time": "2020-11-20 00:00:00" });
    // The oldest first, then by number.
    assert_eq!(listed(&service, &november), "3 CG0 无 CG1 aa CG404 停用");
    assert_eq!(set(&service, "CG1", "aa"), OK, "no modification");
    assert_eq!(set(&service, "CG0", "加急"), OK, "leaves the window");
    let unknown_flag = set(&service, "CG404", "停用");
    assert!(
        unknown_flag.contains("采购标记不存在:停用"),
        "{unknown_flag}"
    );
    assert!(set(&service, "CG4041", "aa").contains("单据不存在"));
    assert_eq!(listed(&service, &november), "2 CG1 aa CG404 停用");
    let awkward = "CG\"1\\2/3 &=%+?#";
    for (order, flag, found) in [
        (awkward, "加急", &*format!("1 {awkward} 加急")),
        ("CG8", "aa", "0"),
        ("CG404", "无", "1 CG404 无"),
    ] {
        assert_eq!(set(&service, order, flag), OK);
        let found_as = listed(&service, &json!({ "purchase_no": order }));
        assert_eq!(found_as, found);
    }
    let state = service.state();
    let flags = state.orders.flags();
    assert_eq!((flags.len(), &*flags[awkward]), (4, "加急"));
    let accepted = ["CG1", "CG4041"].map(|order| state.orders.accepted(order));
    assert_eq!(accepted, [1, 0]);
    assert_eq!((state.stats.accepted, state.stats.listings), (5, 5));
}

#[test]
fn the_limit_is_of_a_minute_from_its_first_call_on() {
    let service = Service::new(Config {
        limit: Some(2),
        ..Config::default()
    });
    let start = Instant::now();
    let (query, body) = update("CG1", "aa", service.config.now());
    let stranger = service.answer("sid=x", "[]", start);
    assert!(!stranger.1, "costs nothing");
    // Two calls are all there is, and the next minute starts with the call after it.
    let calls = [(0, true), (59, true), (59, false), (75, true), (134, true)];
    for (second, let_in) in calls.into_iter().chain([(134, false), (135, true)]) {
        let at = start + Duration::from_secs(second);
        assert_eq!(service.answer(&query, &body, at).1, let_in, "{second}");
    }
    let stats = service.state().stats;
    assert_eq!((stats.throttled, stats.accepted), (2, 5));
}

#[test]
fn faults_are_of_every_kind_and_as_many_as_asked_for() {
    let fates = |fail_rate: f64| {
        let service = Service::new(Config {
            fail_rate,
            ..Config::default()
        });
        let fates = (0..300).map(|n| set(&service, &format!("CG-{n}"), "aa"));
        let fates: std::collections::BTreeSet<_> = fates.collect();
        let stats = service.state().stats;
        (
            Vec::from_iter(fates).join("|"),
            stats.failed,
            stats.accepted,
        )
    };
    let (all, failed, lost) = fates(1.0);
    let other = r#"{"message":"其他错误","status":99}"#;
    let database = r#"{"message":"数据库错误","status":4}"#;
    assert_eq!(all, format!("|HTTP 502 Bad Gateway|{other}|{database}"));
    assert_eq!(failed, 300);
    assert!((1..120).contains(&lost), "a fifth takes effect: {lost}");
    assert_eq!(fates(0.0), (OK.to_owned(), 0, 300));
}

#[test]
fn orders_are_read_by_other_names_in_any_order_and_another_form_of_time() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let text =
        "\u{feff}modified, purchase_no,flag_name\r\n2011-12-31T16:00:00Z,CG1,加急\r\n,\"CG,2\",";
    std::fs::write(&file, text).expect("written");
    let flagged = order("CG1", "加急", Some(1_325_347_200));
    assert_eq!(
        read_orders(file.path()),
        Ok(vec![flagged, order("CG,2", "", None)])
    );
}
