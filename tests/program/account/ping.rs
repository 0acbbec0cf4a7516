//! `ping`: are credentials, endpoint and clock right?

use jiff::SignedDuration;
use wdt_flags::sandbox::Config;

use crate::harness::{
    Finished, Place, ScriptedServer, accepted, account, finish, sandbox, sandbox_with,
};

#[track_caller]
fn ping(endpoint: &str, (name, value): (&str, &str), code: i32) -> Finished {
    let place = Place::new();
    let mut command = place.program();
    account(&mut command, endpoint);
    let run = finish(command.arg("ping").env(name, value)).expect(code);
    assert!(place.files().is_empty());
    run
}

const NOTHING: (&str, &str) = ("WDT_LANG", "en");

#[test]
fn all_is_well() {
    let erp = sandbox();
    let run = ping(&erp.endpoint(), NOTHING, 0);
    let endpoint = format!(
        "endpoint  {}\naccount   sandbox (app key sandbox-app)\nreply     accepted",
        erp.endpoint()
    );
    run.prints(&endpoint).prints("clock     agrees");
    assert_eq!(run.stderr, "");
    let stats = erp.stats();
    assert_eq!((stats.calls, stats.pings, stats.accepted), (1, 1, 0));

    let erp = ScriptedServer::always(accepted());
    ping(&erp.endpoint(), NOTHING, 0);
    let [call] = &erp.pings()[..] else {
        panic!("one call");
    };
    assert_eq!(call.query("method"), Some("system.Core.now"));
    assert_eq!(call.body, "[]");
}

#[test]
fn what_is_wrong_is_told_in_the_erps_words() {
    let (erp, gone) = (sandbox(), sandbox().endpoint());
    let elsewhere = format!("http://{}/", erp.addr());
    for (set, code, words) in [
        (("WDT_APP_SECRET", "wrong:sea-salt"), 3, "验证失败"),
        (("WDT_APP_SECRET", "open-sesame:wrong"), 3, "app auth fail"),
        (("WDT_SID", "nobody"), 3, "sid is not exists"),
        (("WDT_APP_KEY", "nothing"), 3, "app auth fail"),
        (("WDT_ENDPOINT", &elsewhere), 3, "HTTP 404: wrong endpoint?"),
        (("WDT_ENDPOINT", &gone), 1, "refused"),
    ] {
        let run = ping(&erp.endpoint(), set, code);
        run.prints(words);
    }
    assert_eq!(erp.stats().pings, 0);
}

#[test]
fn a_clock_that_is_off_is_told_by_how_much_and_which_way() {
    for (skew, code, direction) in [
        (600, 1, "behind the ERP's"),
        (-600, 1, "ahead of the ERP's"),
        (60, 0, "near enough"),
    ] {
        let erp = sandbox_with(Config {
            clock_skew: SignedDuration::from_secs(skew),
            ..Config::default()
        });
        let run = ping(&erp.endpoint(), NOTHING, code);
        run.prints(direction);
        let times = ["9 min 5", "10 min 0"];
        let is_told = times.iter().any(|time| run.stdout.contains(time));
        assert!(code == 0 || is_told, "{run:?}");
        assert_eq!(run.stdout.contains("时间戳错误"), code == 1, "{run:?}");
    }
}
