//! Limits and latency.

use std::thread;
use std::time::{Duration, Instant};

use super::client::{Call, Caller, OK, refusal, start};
use crate::sandbox::Config;

#[test]
fn the_limit_throttles_without_effect() {
    let sandbox = start(Config {
        limit: Some(3),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let stranger = Call::ping().with("sid", "x");
    assert_eq!(caller.reply(&stranger), refusal(1, "sid is not exists"));
    for _ in 0..3 {
        assert_eq!(caller.reply(&Call::update("CG1", "aa")), OK);
    }
    for call in [Call::update("CG1", "加急"), Call::ping()] {
        let throttled = refusal(100, "超过每分钟最大调用频率限制，请稍后重试");
        assert_eq!(caller.reply(&call), throttled);
    }
    assert_eq!(sandbox.flags()["CG1"], "aa");
    assert_eq!(sandbox.stats().throttled, 2);
}

#[test]
fn too_many_at_once_are_throttled_without_effect() {
    let sandbox = start(Config {
        max_concurrency: Some(1),
        // The first call is never answered, so the second always meets it.
        latency: Duration::from_secs(3600),
        ..Config::default()
    });
    let mut first = Caller::new(&sandbox);
    first.send(Call::update("CG1", "aa").to_http());
    while sandbox.accepted("CG1") == 0 {
        thread::yield_now();
    }
    let mut second = Caller::new(&sandbox);
    second.send(Call::update("CG1", "加急").to_http());
    while sandbox.stats().throttled == 0 {
        thread::yield_now();
    }
    assert_eq!(sandbox.flags()["CG1"], "aa");
    assert_eq!(sandbox.accepted("CG1"), 1);
    assert_eq!(sandbox.stats().peak_in_flight, 2);
}

#[test]
fn a_place_among_those_in_flight_is_given_back() {
    let sandbox = start(Config {
        max_concurrency: Some(1),
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    for order in ["CG1", "CG2", "CG3"] {
        assert_eq!(caller.reply(&Call::update(order, "aa")), OK);
    }
    let closed = start(Config {
        max_concurrency: Some(0),
        ..Config::default()
    });
    let throttled = refusal(100, "超过每分钟最大并发次数限制，请稍后重试");
    assert_eq!(Caller::new(&closed).reply(&Call::ping()), throttled);
}

#[test]
fn latency_delays_every_reply() {
    let latency = Duration::from_millis(60);
    let sandbox = start(Config {
        latency,
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    for call in [
        Call::update("CG1", "aa"),
        Call::ping(),
        Call::ping().with("sid", "x"),
    ] {
        let begun = Instant::now();
        caller.reply(&call);
        assert!(begun.elapsed() >= latency);
    }
}
