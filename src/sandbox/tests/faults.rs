//! The fail rate.

use super::client::{Call, Caller, OK, Reply, refusal, start};
use crate::sandbox::Config;

#[test]
fn a_fail_rate_of_one_fails_everything_in_every_way() {
    let sandbox = start(Config {
        fail_rate: 1.0,
        ..Config::default()
    });
    let (mut gateway, mut database, mut other, mut hung_up) = (0, 0, 0, 0);
    let mut caller = Caller::new(&sandbox);
    for n in 0..300 {
        match caller.call(&Call::update(&format!("CG-{n}"), "aa")) {
            None => {
                hung_up += 1;
                caller = Caller::new(&sandbox);
            }
            Some(Reply {
                code: 502, body, ..
            }) => {
                assert!(body.starts_with("<html>"));
                gateway += 1;
            }
            Some(Reply { body, .. }) if body == refusal(4, "数据库错误") => database += 1,
            Some(Reply { body, .. }) if body == refusal(99, "其他错误") => other += 1,
            Some(reply) => panic!("{reply:?}"),
        }
    }
    let stats = sandbox.stats();
    assert_eq!(stats.failed, 300);
    assert_eq!(stats.accepted, stats.lost);
    assert!(gateway > 0 && database > 0 && other > 0);
    // Some replies were lost after the update, some calls before.
    assert!(0 < stats.lost && stats.lost < hung_up, "{stats:?}");
    assert_eq!(sandbox.flags().len() as u64, stats.lost);
}

#[test]
fn a_fail_rate_of_a_half_fails_some_and_retries_succeed() {
    let sandbox = start(Config {
        fail_rate: 0.5,
        ..Config::default()
    });
    let mut caller = Caller::new(&sandbox);
    let mut ok = 0;
    while ok < 50 {
        match caller.call(&Call::update(&format!("CG-{ok}"), "aa")) {
            Some(reply) if reply.body == OK => ok += 1,
            Some(_) => {}
            None => caller = Caller::new(&sandbox),
        }
    }
    let stats = sandbox.stats();
    assert!(stats.failed > 0);
    assert_eq!(stats.accepted, 50 + stats.lost);
    assert_eq!(sandbox.flags().len(), 50);
    assert_eq!(stats.calls, stats.accepted + stats.failed - stats.lost);
}

#[test]
fn faults_leave_strangers_their_refusal() {
    let sandbox = start(Config {
        fail_rate: 1.0,
        ..Config::default()
    });
    let reply = Caller::new(&sandbox).reply(&Call::ping().with("sid", "x"));
    assert_eq!(reply, refusal(1, "sid is not exists"));
    assert_eq!(sandbox.stats().failed, 0);
}
