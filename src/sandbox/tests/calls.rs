//! Calls and their answers, without the network.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::protocol::LIST;
use super::super::service::{Answer, Service};
use super::super::{Config, Order};
use super::{OK, fields, signed, update};

/// 2020-11-01 00:00:00 in Beijing.
const NOVEMBER: i64 = 1_604_160_000;

fn november() -> Value {
    json!({ "start_time": "2020-11-01 00:00:00", "end_time": "2020-11-20 00:00:00" })
}

fn there(number: &str, flag: &str, minute: i64) -> Order {
    Order {
        number: number.to_owned(),
        flag: flag.to_owned(),
        modified: Timestamp::from_second(NOVEMBER + 60 * minute).ok(),
    }
}

/// The body of the reply, or what comes in its place.
fn reply(service: &Service, (query, body): &(String, String)) -> String {
    match service.answer(query, body.as_bytes(), Instant::now()).0 {
        Answer::Json(json) => json,
        Answer::Page(status) => status.to_owned(),
        Answer::HangUp => String::new(),
    }
}

fn refusal(status: u16, message: &str) -> String {
    json!({ "status": status, "message": message }).to_string()
}

fn page(service: &Service, argument: &Value) -> Value {
    let fields = fields(LIST, service.now());
    let body = json!([argument]).to_string();
    let reply = reply(service, &(signed(&fields, &body), body));
    let reply: Value = serde_json::from_str(&reply).expect(&reply);
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].clone()
}

fn shown(data: &Value) -> Vec<[String; 2]> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let orders = data["order"].as_array().expect("orders").iter();
    let shown = orders.map(|it| [text(&it["purchase_no"]), text(&it["flag_name"])]);
    shown.collect()
}

#[test]
fn updates_are_kept_and_listed_when_they_change_something() {
    let service = Service::new(Config {
        orders: vec![
            there("CG404", "停用", 2),
            there("CG1", "aa", 1),
            there("CG0", "", 1),
        ],
        hidden: ["CG8".to_owned()].into(),
        ..Config::default()
    });
    let set = |order: &str, flag: &str| reply(&service, &update(order, flag, service.now()));
    let rows = |data: &Value| shown(data).concat().join(" ");
    // The oldest first, then by number.
    let all = page(&service, &november());
    assert_eq!(rows(&all), "CG0 无 CG1 aa CG404 停用");
    assert_eq!(all["total_count"], 3);
    assert_eq!(all["order"][0]["modified"], (NOVEMBER + 60) * 1_000);

    assert_eq!(set("CG1", "aa"), OK, "no modification");
    assert_eq!(set("CG0", "加急"), OK, "moves it out of the window");
    assert_eq!(set("CG404", "停用"), refusal(100, "采购标记不存在:停用"));
    assert_eq!(set("CG4041", "aa"), refusal(100, "单据不存在"));
    assert_eq!(rows(&page(&service, &november())), "CG1 aa CG404 停用");
    let awkward = "CG\"1\\2/3 &=%+?#";
    for (order, flag) in [(awkward, "加急"), ("CG8", "aa"), ("CG404", "无")] {
        assert_eq!(set(order, flag), OK);
    }
    for (number, expected) in [
        ("CG0", "CG0 加急"),
        ("CG404", "CG404 无"),
        (awkward, &format!("{awkward} 加急")),
        ("CG8", ""),
        ("CG9", ""),
    ] {
        let looked_up = page(&service, &json!({ "purchase_no": number }));
        assert_eq!(rows(&looked_up), expected);
    }
    let state = service.state();
    let mut flagged: Vec<_> = state.orders.flags().into_keys().collect();
    flagged.sort_unstable();
    assert_eq!(flagged, [awkward, "CG0", "CG1", "CG8"]);
    assert_eq!(
        ["CG1", "CG4041"].map(|order| state.orders.accepted(order)),
        [1, 0]
    );
    assert_eq!((state.stats.accepted, state.stats.listings), (5, 7));
}

#[test]
fn the_limit_is_of_a_minute_from_its_first_call_on() {
    let service = Service::new(Config {
        limit: Some(2),
        ..Config::default()
    });
    let start = Instant::now();
    let (query, body) = update("CG1", "aa", service.now());
    let at = |seconds| {
        let at = start + Duration::from_secs(seconds);
        service.answer(&query, body.as_bytes(), at).1
    };
    assert!(
        !service.answer("sid=x", b"[]", start).1,
        "a stranger's call costs nothing"
    );
    assert!(at(0));
    assert!(at(59));
    assert!(!at(59), "two calls are all there is");
    assert!(at(75), "the next minute starts with this call");
    assert!(at(134));
    assert!(!at(134));
    assert!(at(135));
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
        let mut fates: Vec<_> = (0..300)
            .map(|n| reply(&service, &update(&format!("CG-{n}"), "aa", service.now())))
            .collect();
        fates.sort_unstable();
        fates.dedup();
        let stats = service.state().stats;
        (fates, stats.failed, stats.accepted)
    };
    let (all, failed, lost) = fates(1.0);
    let (database, other) = (refusal(4, "数据库错误"), refusal(99, "其他错误"));
    assert_eq!(all, ["", "502 Bad Gateway", &other, &database]);
    assert_eq!(failed, 300);
    assert!((1..120).contains(&lost), "a fifth takes effect: {lost}");
    assert_eq!(fates(0.0), (vec![OK.to_owned()], 0, 300));
}
