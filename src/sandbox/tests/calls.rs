//! Calls and their replies.

use std::thread;

use jiff::SignedDuration;
use jiff::fmt::rfc2822;

use super::client::{Call, Caller, NOW, OK, UPDATE, post, refusal, start, unix_now};
use crate::sandbox::{Config, Stats};

#[test]
fn updates_are_kept() {
    let sandbox = start(Config::default());
    let mut caller = Caller::new(&sandbox);
    let awkward = "CG\"1\\2/3 &=%+?#";
    assert_eq!(caller.reply(&Call::update("CG2204130001", "aa")), OK);
    assert_eq!(caller.reply(&Call::update("CG2204130001", "加急")), OK);
    assert_eq!(caller.reply(&Call::update(awkward, "已质检")), OK);
    assert_eq!(caller.reply(&Call::update("CG2204130002", "aa")), OK);
    assert_eq!(caller.reply(&Call::update("CG2204130002", "无")), OK);

    let flags = sandbox.flags();
    assert_eq!(flags.len(), 2);
    assert_eq!(flags["CG2204130001"], "加急");
    assert_eq!(flags[awkward], "已质检");
    assert_eq!(sandbox.accepted("CG2204130001"), 2);
    assert_eq!(sandbox.accepted("CG2204130003"), 0);
}

#[test]
fn a_ping_tells_the_time_and_changes_nothing() {
    let sandbox = start(Config::default());
    let reply = Caller::new(&sandbox).reply(&Call::ping());
    let reply: serde_json::Value = serde_json::from_str(&reply).unwrap();
    assert_eq!(reply["status"], 0);
    assert_eq!(reply["data"].as_str().unwrap().len(), 19);
    assert!(sandbox.flags().is_empty());
    assert_eq!(sandbox.stats().pings, 1);
}

#[test]
fn an_independent_client_gets_through() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let mut response = ureq::post(format!("{}?{}", sandbox.endpoint(), call.query()))
        .header("Content-Type", "Application/JSON; charset=utf-8")
        .send(&call.body)
        .unwrap();
    assert_eq!(response.body_mut().read_to_string().unwrap(), OK);
    assert_eq!(sandbox.accepted("CG1"), 1);
}

#[test]
fn each_refusal_has_the_erps_status_and_message() {
    let sandbox = start(Config::default());
    let mut caller = Caller::new(&sandbox);
    let good = || Call::update("CG1", "aa");
    let wrong_secret = Call {
        secret: "guess".to_owned(),
        ..good()
    };
    let mut without_salt = good();
    without_salt.fields.retain(|(name, _)| *name != "salt");
    let mut with_extra = good();
    with_extra.fields.push(("format", "json".to_owned()));
    let mut twice = good();
    twice.fields.push(("v", "1.0".to_owned()));
    let long = "9".repeat(41);

    let cases = [
        (good().with("sid", "x"), 1, "sid is not exists"),
        (good().with("key", "x"), 1, "app auth fail"),
        (good().with("salt", "x"), 1, "app auth fail"),
        (wrong_secret, 1, "验证失败"),
        (good().with("v", "2.0"), 8, "版本错误"),
        (good().with("method", "goods.Goods.query"), 100, "权限不足"),
        (good().with("timestamp", "now"), 7, "时间戳错误"),
        (good().late_by(130), 7, "时间戳错误"),
        (good().late_by(-130), 7, "时间戳错误"),
        (without_salt, 2, "salt不能为空"),
        (with_extra, 2, "未知参数:format"),
        (twice, 2, "参数重复:v"),
        (Call::new(UPDATE, "{}"), 1, "参数错误"),
        (Call::new(UPDATE, "not json"), 1, "参数错误"),
        (Call::new(UPDATE, "[]"), 1, "invalid argument count"),
        (Call::new(NOW, "[{}]"), 1, "invalid argument count"),
        (Call::new(UPDATE, "[1]"), 1, "argument type mismatch"),
        (
            Call::new(UPDATE, r#"[{"purchase_no":"CG1"}]"#),
            2,
            "flag_name不能为空",
        ),
        (Call::update(&long, "aa"), 2, "purchase_no长度不能超过40"),
        (Call::update("CG1", &long), 2, "flag_name长度不能超过32"),
        (Call::update("CG4041", "aa"), 100, "单据不存在"),
        (
            Call::update("CG1", "采购量和到货量不一致"),
            100,
            "采购标记不存在:采购量和到货量不一致",
        ),
    ];
    let count = cases.len() as u64;
    for (call, status, message) in cases {
        assert_eq!(caller.reply(&call), refusal(status, message));
    }
    assert!(sandbox.flags().is_empty());
    let stats = sandbox.stats();
    assert_eq!((stats.calls, stats.rejected), (count, count));

    assert_eq!(caller.reply(&good().late_by(110)), OK);
    assert_eq!(caller.reply(&good().late_by(-110)), OK);
}

#[test]
fn the_signature_covers_the_exact_body_bytes() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let mut caller = Caller::new(&sandbox);
    let target = format!("/openapi?{}", call.query());
    caller.send(post(&target, &format!("{} ", call.body)));
    let reply = caller.receive().unwrap();
    assert_eq!(reply.body, refusal(1, "验证失败"));
}

#[test]
fn a_connection_carries_many_calls_refused_ones_too() {
    let sandbox = start(Config::default());
    let mut caller = Caller::new(&sandbox);
    for _ in 0..20 {
        assert_eq!(caller.reply(&Call::update("CG1", "aa")), OK);
        caller.reply(&Call::update("CG404", "aa"));
        caller.send("GET /elsewhere HTTP/1.1\r\nHost: erp\r\n\r\n");
        assert_eq!(caller.receive().unwrap().code, 404);
    }
    let stats = sandbox.stats();
    assert_eq!((stats.connections, stats.calls), (1, 60));
}

#[test]
fn concurrent_callers_are_all_counted() {
    let sandbox = start(Config::default());
    thread::scope(|scope| {
        for worker in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let mut caller = Caller::new(sandbox);
                for n in 0..100 {
                    let order = format!("CG-{worker}-{n}");
                    assert_eq!(caller.reply(&Call::update(&order, "aa")), OK);
                }
            });
        }
    });
    let stats = sandbox.stats();
    let expected = Stats {
        connections: 8,
        calls: 800,
        accepted: 800,
        peak_in_flight: stats.peak_in_flight,
        ..Stats::default()
    };
    assert_eq!(stats.peak_in_flight.clamp(1, 8), stats.peak_in_flight);
    assert_eq!(
        Stats {
            in_flight: 0,
            ..stats
        },
        expected
    );
    assert_eq!(sandbox.flags().len(), 800);
}

#[test]
fn skew_shows_in_the_date_and_the_timestamp_check() {
    for skew in [-600, 600] {
        let sandbox = start(Config {
            clock_skew: SignedDuration::from_secs(skew),
            ..Config::default()
        });
        let mut caller = Caller::new(&sandbox);
        let earliest = unix_now() + skew;
        let reply = caller.call(&Call::ping()).unwrap();
        let latest = unix_now() + skew;
        assert_eq!(reply.body, refusal(7, "时间戳错误"));

        let date = rfc2822::parse(reply.header("date").unwrap()).unwrap();
        assert!((earliest..=latest).contains(&date.timestamp().as_second()));
        let corrected = caller.reply(&Call::ping().late_by(-skew));
        assert!(corrected.starts_with(r#"{"status":0,"#), "{corrected}");
    }
}
