//! `ping`: are credentials, endpoint and clock right?

use jiff::SignedDuration;
use wdt_flags::sandbox::{Config, Sandbox};

use crate::harness::{
    Finished, Place, ScriptedServer, accepted, account, finish, sandbox, sandbox_with,
};

fn ping(endpoint: &str, env: &[(&str, &str)]) -> Finished {
    let place = Place::new();
    let mut command = place.program();
    account(&mut command, endpoint);
    let run = finish(command.arg("ping").envs(env.iter().copied()));
    assert!(place.files().is_empty());
    run
}

fn ping_sandbox(erp: &Sandbox) -> Finished {
    ping(&erp.endpoint(), &[])
}

#[test]
fn all_is_well() {
    let erp = sandbox();
    let run = ping_sandbox(&erp).expect(0);
    let endpoint = format!(
        "endpoint  {}\naccount   sandbox (app key sandbox-app)\nreply     accepted",
        erp.endpoint()
    );
    assert!(run.stdout.starts_with(&endpoint), "{run:?}");
    assert!(run.stdout.contains("clock     agrees"), "{run:?}");
    assert_eq!(run.stderr, "");
    let stats = erp.stats();
    assert_eq!((stats.calls, stats.pings, stats.accepted), (1, 1, 0));
}

#[test]
fn it_calls_what_changes_nothing() {
    let erp = ScriptedServer::always(accepted());
    ping(&erp.endpoint(), &[]).expect(0);
    let [call] = &erp.pings()[..] else {
        panic!("one call");
    };
    assert_eq!(call.query("method"), Some("system.Core.now"));
    assert_eq!(call.body, "[]");
}

#[test]
fn credentials_are_refused_in_the_erps_words() {
    for (name, value, words) in [
        ("WDT_APP_SECRET", "wrong:sea-salt", "验证失败"),
        ("WDT_APP_SECRET", "open-sesame:wrong", "app auth fail"),
        ("WDT_SID", "nobody", "sid is not exists"),
        ("WDT_APP_KEY", "nothing", "app auth fail"),
    ] {
        let erp = sandbox();
        let run = ping(&erp.endpoint(), &[(name, value)]).expect(3);
        assert!(run.stdout.contains(words), "{name}: {run:?}");
        assert_eq!(erp.stats().pings, 0);
    }
}

#[test]
fn a_server_that_is_not_there() {
    let endpoint = sandbox().endpoint();
    let run = ping(&endpoint, &[]).expect(1);
    assert!(run.said().to_lowercase().contains("refused"), "{run:?}");
}

#[test]
fn a_wrong_endpoint() {
    let erp = sandbox();
    let run = ping(&format!("http://{}/", erp.addr()), &[]).expect(3);
    assert!(run.stdout.contains("HTTP 404: wrong endpoint?"), "{run:?}");
}

#[test]
fn a_clock_that_is_off_is_told_by_how_much_and_which_way() {
    for (skew, direction) in [(600, "behind"), (-600, "ahead of")] {
        let erp = sandbox_with(Config {
            clock_skew: SignedDuration::from_secs(skew),
            ..Config::default()
        });
        let run = ping_sandbox(&erp).expect(1);
        assert!(run.stdout.contains("时间戳错误"), "{run:?}");
        let clock = run.stdout.lines().find(|line| line.starts_with("clock"));
        let clock = clock.unwrap_or_default();
        let told = ["9 min 58 s", "9 min 59 s", "10 min 00 s", "10 min 01 s"]
            .iter()
            .any(|time| clock.contains(&format!("{time} {direction} the ERP's")));
        assert!(told, "{run:?}");
    }
}

#[test]
fn a_clock_that_is_a_little_off_is_near_enough() {
    let erp = sandbox_with(Config {
        clock_skew: SignedDuration::from_secs(60),
        ..Config::default()
    });
    let run = ping_sandbox(&erp).expect(0);
    assert!(run.stdout.contains("near enough"), "{run:?}");
}
