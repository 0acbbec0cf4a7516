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

/// The body of the reply.
fn reply(service: &Service, (query, body): &(String, String)) -> String {
    let (answer, _) = service.answer(query, body, Instant::now());
    answer.map(|(_, body)| body).unwrap_or_default()
}

fn refusal(status: u16, message: &str) -> String {
    json!({ "status": status, "message": message }).to_string()
}

fn page(service: &Service, argument: &Value) -> Value {
    let body = json!([argument]).to_string();
    let reply = reply(
        service,
        &(signed(LIST_METHOD, &body, service.config.now()), body),
    );
    let reply: Value = serde_json::from_str(&reply).expect(&reply);
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].clone()
}

/// Numbers and flags of a page.
fn shown(data: &Value) -> String {
    let orders = data["order"].as_array().expect("orders").iter();
    let shown = orders.flat_map(|it| [&it["purchase_no"], &it["flag_name"]]);
    let shown: Vec<_> = shown.filter_map(Value::as_str).collect();
    shown.join(" ")
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
    let set = |order: &str, flag: &str| reply(&service, &update(order, flag, service.config.now()));
    let november =
        json!({ "start_time": "2020-11-01 00:00:00", "end_time": "2020-11-20 00:00:00" });
    // The oldest first, then by number.
    let all = page(&service, &november);
    assert_eq!(shown(&all), "CG0 无 CG1 aa CG404 停用");
    assert_eq!(all["total_count"], 3);
    assert_eq!(all["order"][0]["modified"], (NOVEMBER + 60) * 1_000);

    assert_eq!(set("CG1", "aa"), OK, "no modification");
    assert_eq!(set("CG0", "加急"), OK, "moves it out of the window");
    assert_eq!(set("CG404", "停用"), refusal(100, "采购标记不存在:停用"));
    assert_eq!(set("CG4041", "aa"), refusal(100, "单据不存在"));
    assert_eq!(shown(&page(&service, &november)), "CG1 aa CG404 停用");
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
        assert_eq!(shown(&looked_up), expected);
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
    let (query, body) = update("CG1", "aa", service.config.now());
    let at = |seconds| {
        let at = start + Duration::from_secs(seconds);
        service.answer(&query, &body, at).1
    };
    let stranger = service.answer("sid=x", "[]", start);
    assert!(!stranger.1, "costs nothing");
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
            .map(|n| {
                reply(
                    &service,
                    &update(&format!("CG-{n}"), "aa", service.config.now()),
                )
            })
            .collect();
        fates.sort_unstable();
        fates.dedup();
        let stats = service.state().stats;
        (fates, stats.failed, stats.accepted)
    };
    let (all, failed, lost) = fates(1.0);
    let (database, other) = (refusal(4, "数据库错误"), refusal(99, "其他错误"));
    assert_eq!(all, ["", "HTTP 502 Bad Gateway", &other, &database]);
    assert_eq!(failed, 300);
    assert!((1..120).contains(&lost), "a fifth takes effect: {lost}");
    assert_eq!(fates(0.0), (vec![OK.to_owned()], 0, 300));
}

#[test]
fn orders_are_read_by_either_names_and_both_forms_of_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("orders.csv");
    let read = |content: &str| {
        std::fs::write(&file, content).expect("written");
        read_orders(&file)
    };
    for content in [
        "order,flag,modified\nCG1,加急,2012-01-01 00:00:00\n\"CG,2\",,\n",
        "\u{feff}modified, purchase_no,flag_name\r\n2011-12-31T16:00:00Z,CG1,加急\r\n,\"CG,2\",",
    ] {
        let [one, two] = [
            order("CG1", "加急", Some(1_325_347_200)),
            order("CG,2", "", None),
        ];
        assert_eq!(read(content), Ok(vec![one, two]));
    }
    for wrong in [
        "flag\n\naa\n",
        "order,flag\n\nCG1\n",
        "order,modified\nCG1,2026/11/1 8:00\n",
    ] {
        let refused = read(wrong).expect_err(wrong);
        assert!(refused.contains("line: 2"), "{refused}");
    }
}
