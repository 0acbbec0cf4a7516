//! Orders listed and looked up.

use std::collections::{BTreeSet, HashSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::client::{Call, Caller, OK, UPDATE, refusal, start, unix_now};
use crate::sandbox::{Config, Order};

/// 2020-11-01 00:00:00 in Beijing.
const NOVEMBER: i64 = 1_604_160_000;

/// So many orders, one modified each minute of November.
fn orders(count: u32) -> Vec<Order> {
    (0..count)
        .map(|n| Order {
            number: format!("CG{n:05}"),
            flag: if n % 2 == 0 { "aa" } else { "" }.to_owned(),
            modified: Timestamp::from_second(NOVEMBER + 60 * i64::from(n)).ok(),
        })
        .collect()
}

fn november() -> Value {
    json!({ "start_time": "2020-11-01 00:00:00", "end_time": "2020-11-20 00:00:00" })
}

fn numbered(number: &str) -> Value {
    json!({ "purchase_no": number })
}

fn numbers(page: &Value) -> Vec<String> {
    let orders = page["order"].as_array().expect("orders").iter();
    orders
        .map(|order| order["purchase_no"].as_str().expect("a number").to_owned())
        .collect()
}

#[test]
fn other_clients_page_through_all_orders() {
    let sandbox = start(Config {
        orders: orders(250),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let mut seen = Vec::new();
    for page_no in 0.. {
        let page = caller.page(&Call::list(&november(), page_no));
        let total = if page_no == 0 {
            json!(250)
        } else {
            Value::Null
        };
        assert_eq!(page["total_count"], total);
        let page = numbers(&page);
        seen.extend_from_slice(&page);
        if page.len() < 100 {
            break;
        }
    }
    let all: Vec<_> = (0..250).map(|n| format!("CG{n:05}")).collect();
    assert_eq!(seen, all);
    assert_eq!(numbers(&caller.page(&Call::list(&november(), 3))), [""; 0]);
    let stats = sandbox.stats();
    assert_eq!((stats.listings, stats.calls, stats.accepted), (4, 4, 0));
}

#[test]
fn an_order_is_shown_as_the_erp_shows_it() {
    let sandbox = start(Config {
        orders: orders(2),
        ..Config::default()
    });
    let page = Caller::new(&sandbox).page(&Call::list(&november(), 0));
    for (n, flag_name, flag_id) in [(0, "aa", 1), (1, "无", 0)] {
        let order = &page["order"][n];
        assert_eq!(order["flag_name"], flag_name);
        assert_eq!(order["flag_id"], flag_id);
        assert_eq!(order["status"], 40);
        assert_eq!(order["modified"], (NOVEMBER + 60 * n as i64) * 1_000);
        assert!(order["detail_list"][0].is_object(), "{order}");
    }
}

#[test]
fn the_total_is_told_only_to_who_asks() {
    let sandbox = start(Config {
        orders: orders(3),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let asked = Call::list(&november(), 0);
    assert_eq!(caller.page(&asked)["total_count"], 3);
    let page = caller.page(&asked.with("calc_total", "0"));
    assert_eq!(page.get("total_count"), None);
    assert_eq!(numbers(&page).len(), 3);
}

#[test]
fn pages_may_be_smaller_than_asked_for() {
    let sandbox = start(Config {
        orders: orders(70),
        max_page_size: 30,
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let pages: Vec<_> = (0..4)
        .map(|page| numbers(&caller.page(&Call::list(&november(), page))))
        .collect();
    assert_eq!(
        pages.iter().map(Vec::len).collect::<Vec<_>>(),
        [30, 30, 10, 0]
    );
    assert_eq!(pages.concat().iter().collect::<BTreeSet<_>>().len(), 70);
}

#[test]
fn pages_shift_when_an_order_is_modified_between_them() {
    let sandbox = start(Config {
        orders: orders(150),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let first = numbers(&caller.page(&Call::list(&november(), 0)));
    assert_eq!(caller.reply(&Call::update(&first[0], "加急")), OK);
    let second = numbers(&caller.page(&Call::list(&november(), 1)));
    // It was modified now, which is not in the window any more; the others moved up by one.
    assert_eq!((first.len(), second.len()), (100, 49));
    assert_eq!(second[0], "CG00101", "CG00100 slips through");
}

#[test]
fn updates_are_read_back_with_the_time_by_the_servers_clock() {
    let skew = 3_600;
    let sandbox = start(Config {
        clock_skew: SignedDuration::from_secs(skew),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let earliest = unix_now() + skew;
    for flag in ["加急", "无"] {
        assert_eq!(caller.reply(&Call::update("CG1", flag).late_by(-skew)), OK);
        let page = caller.page(&Call::list(&numbered("CG1"), 0).late_by(-skew));
        assert_eq!(numbers(&page), ["CG1"]);
        assert_eq!(page["order"][0]["flag_name"], flag);
        let modified = page["order"][0]["modified"].as_i64().expect("a time");
        assert!((earliest * 1_000..=(unix_now() + skew) * 1_000).contains(&modified));
    }
    assert_eq!(sandbox.stats().listings, 2);
}

#[test]
fn what_is_unknown_or_hidden_is_no_error_and_not_there() {
    let sandbox = start(Config {
        orders: orders(3),
        hidden: HashSet::from(["CG00001".to_owned()]),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let listed = caller.page(&Call::list(&november(), 0));
    assert_eq!(numbers(&listed), ["CG00000", "CG00002"]);
    assert_eq!(listed["total_count"], 2);
    assert_eq!(caller.reply(&Call::update("CG00001", "aa")), OK);
    for number in ["CG00001", "CG9", "CG404"] {
        let page = caller.page(&Call::list(&numbered(number), 0));
        assert_eq!(page, json!({ "total_count": 0, "order": [] }), "{number}");
    }
    assert_eq!(sandbox.flags()["CG00001"], "aa");
}

#[test]
fn each_refusal_has_its_status_and_message() {
    let sandbox = start(Config {
        orders: orders(1),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let good = || Call::list(&november(), 0);
    let without = |field: &str| {
        let mut call = good();
        call.fields.retain(|(name, _)| *name != field);
        call
    };
    let between =
        |start: &str, end: &str| Call::list(&json!({ "start_time": start, "end_time": end }), 0);
    let (day, next) = ("2020-11-01 00:00:00", "2020-11-02 00:00:00");
    let mut update = Call::update("CG1", "aa");
    update.fields.push(("page_no", "0".to_owned()));
    let cases = [
        (without("page_size"), 2, "page_size不能为空"),
        (without("page_no"), 2, "page_no不能为空"),
        (good().with("page_size", "101"), 2, "参数值错误:page_size"),
        (good().with("page_size", "0"), 2, "参数值错误:page_size"),
        (good().with("page_no", "+1"), 2, "参数值错误:page_no"),
        (good().with("calc_total", "yes"), 2, "参数值错误:calc_total"),
        (update, 2, "未知参数:page_no"),
        (good().with("method", UPDATE), 2, "未知参数:page_size"),
        (Call::list(&json!({}), 0), 100, "参数中必须包含起止时间"),
        (between("", next), 100, "参数中必须包含起止时间"),
        (between(next, day), 100, "开始时间不能晚于结束时间"),
        (
            between(day, "2020-12-02 00:00:00"),
            100,
            "起止时间跨度不能超过30天",
        ),
        (between("2020-11-01", next), 2, "参数值错误:start_time"),
        (
            Call::list(&json!({ "purchase_no": "CG1", "flag_name": "aa" }), 0),
            2,
            "未知参数:flag_name",
        ),
        (Call::list(&json!("CG1"), 0), 1, "argument type mismatch"),
    ];
    let count = cases.len() as u64;
    for (call, status, message) in cases {
        assert_eq!(caller.reply(&call), refusal(status, message));
    }
    let stats = sandbox.stats();
    assert_eq!((stats.rejected, stats.listings), (count, 0));
    assert_eq!(numbers(&caller.page(&good())), ["CG00000"]);
}

#[test]
fn without_permission_to_list_everything_else_goes_on() {
    let sandbox = start(Config {
        may_list: false,
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let call = Call::list(&numbered("CG1"), 0);
    assert_eq!(caller.reply(&call), refusal(100, "权限不足"));
    assert_eq!(caller.reply(&Call::update("CG1", "aa")), OK);
    let stats = sandbox.stats();
    assert_eq!((stats.rejected, stats.accepted, stats.listings), (1, 1, 0));
}

#[test]
fn listings_use_the_quota_of_all_methods() {
    let sandbox = start(Config {
        limit: Some(2),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    assert_eq!(caller.reply(&Call::update("CG1", "aa")), OK);
    let call = Call::list(&numbered("CG1"), 0);
    assert_eq!(numbers(&caller.page(&call)), ["CG1"]);
    let throttled = refusal(100, "超过每分钟最大调用频率限制，请稍后重试");
    assert_eq!(caller.reply(&call), throttled);
    assert_eq!(caller.reply(&Call::update("CG1", "aa")), throttled);
}

#[test]
fn listings_fail_by_the_fail_rate_and_change_nothing() {
    let sandbox = start(Config {
        fail_rate: 1.0,
        ..Config::default()
    });
    for _ in 0..40 {
        let reply = Caller::new(&sandbox).call(&Call::list(&numbered("CG1"), 0));
        assert!(reply.is_none_or(|it| it.code == 502 || !it.body.starts_with(r#"{"status":0"#)));
    }
    let stats = sandbox.stats();
    assert_eq!((stats.failed, stats.listings, stats.lost), (40, 0, 0));
}
