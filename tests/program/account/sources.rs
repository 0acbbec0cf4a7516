//! Who calls, and where to: option before environment before profile before default.

use std::process::Command;

use crate::harness::{Place, ScriptedServer, accepted, account, finish};

/// A place with a configuration file of two profiles, and an ERP for each place an endpoint can
/// come from.
struct Setting {
    place: Place,
    by_option: ScriptedServer,
    by_environment: ScriptedServer,
    by_profile: ScriptedServer,
}

impl Setting {
    fn new() -> Self {
        let [by_option, by_environment, by_profile] =
            std::array::from_fn(|_| ScriptedServer::always(accepted()));
        let place = Place::new();
        let endpoint = by_profile.endpoint();
        let profile = |name: &str| {
            format!(
                "[{name}]\nsid = '{name}-sid'\napp_key = '{name}-key'\n\
                 app_secret = '{name}-secret:{name}-salt'\nendpoint = '{endpoint}'\n"
            )
        };
        let config = profile("default") + &profile("other");
        private(&place, "config.toml", &config);
        Setting {
            place,
            by_option,
            by_environment,
            by_profile,
        }
    }

    fn ping(&self) -> Command {
        let mut command = self.place.program();
        command.args(["ping", "-v", "--config", "config.toml"]);
        command
    }

    /// Which ERP was called, and by whom.
    #[track_caller]
    fn called(&self, command: &mut Command) -> String {
        let run = finish(command).expect(0);
        assert!(!run.stderr.contains("secret:"), "{run:?}");
        let mut called = Vec::new();
        for (from, erp) in [
            ("option", &self.by_option),
            ("environment", &self.by_environment),
            ("profile", &self.by_profile),
        ] {
            for call in erp.pings() {
                let field = |name| call.query(name).unwrap_or_default().replace("%2D", "-");
                let [sid, key, salt] = ["sid", "key", "salt"].map(field);
                called.push(format!("{from}: {sid} {key} {salt}"));
            }
        }
        called.join("; ")
    }
}

/// Writes a file that only its owner can read.
fn private(place: &Place, name: &str, content: &str) {
    let path = place.write(name, content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("set");
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[test]
fn the_default_profile_is_taken_unless_another_is_named() {
    let setting = Setting::new();
    assert_eq!(
        setting.called(&mut setting.ping()),
        "profile: default-sid default-key default-salt"
    );
    for named in 0..2 {
        let setting = Setting::new();
        let mut command = setting.ping();
        match named {
            0 => command.args(["--profile", "other"]),
            _ => command.env("WDT_PROFILE", "other"),
        };
        assert_eq!(
            setting.called(&mut command),
            "profile: other-sid other-key other-salt"
        );
    }
}

#[test]
fn the_option_names_the_profile_before_the_environment() {
    let setting = Setting::new();
    let mut command = setting.ping();
    command.args(["--profile", "other"]);
    assert_eq!(
        setting.called(command.env("WDT_PROFILE", "absent")),
        "profile: other-sid other-key other-salt"
    );
}

fn another_account(command: &mut Command) {
    command
        .env("WDT_SID", "env-sid")
        .env("WDT_APP_KEY", "env-key")
        .env("WDT_APP_SECRET", "env-secret:env-salt");
}

#[test]
fn the_environment_comes_before_the_profile_unless_the_command_line_names_it() {
    for (profile, called) in [
        (None, "environment: env-sid env-key env-salt"),
        (Some("other"), "profile: other-sid other-key other-salt"),
    ] {
        let setting = Setting::new();
        let mut command = setting.ping();
        another_account(&mut command);
        command.env("WDT_ENDPOINT", setting.by_environment.endpoint());
        command.env("WDT_PROFILE", "default");
        if let Some(profile) = profile {
            command.args(["--profile", profile]);
        }
        assert_eq!(setting.called(&mut command), called);
    }
}

#[test]
fn two_accounts_are_never_mixed() {
    for (name, value) in [
        ("WDT_SID", "env-sid"),
        ("WDT_APP_KEY", "env-key"),
        ("WDT_APP_SECRET", "env-secret:env-salt"),
    ] {
        let setting = Setting::new();
        let mut command = setting.ping();
        let run = finish(command.env(name, value)).expect(2);
        for source in [name, "profile `default` of config.toml"] {
            assert!(run.stderr.contains(source), "{run:?}");
        }
        assert!(setting.by_profile.requests().is_empty());
    }
    // The endpoint of one is no endpoint for the other.
    let setting = Setting::new();
    let mut command = setting.ping();
    another_account(&mut command);
    let run = finish(&mut command).expect(2);
    assert!(run.stderr.contains("endpoint"), "{run:?}");
}

#[test]
fn what_belongs_to_one_account_may_stand_in_two_places() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    private(
        &place,
        "config.toml",
        "[default]\nsid = 's'\napp_key = 'k'\n",
    );
    let mut command = place.program();
    command
        .args(["ping", "--config", "config.toml"])
        .env("WDT_APP_SECRET", "hush:salt")
        .env("WDT_ENDPOINT", erp.endpoint());
    finish(&mut command).expect(0);
    let calls = erp.pings();
    assert_eq!(calls[0].query("sid"), Some("s"));
    assert_eq!(calls[0].query("salt"), Some("salt"));
}

#[test]
fn a_profile_may_set_rate_and_workers() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    let config = |pace: &str| {
        let endpoint = erp.endpoint();
        let account = "sid = 's'\napp_key = 'k'\napp_secret = 'hush:salt'\n";
        let config = format!("[default]\n{account}endpoint = '{endpoint}'\n{pace}");
        private(&place, "config.toml", &config);
    };
    place.write("orders.csv", crate::harness::sheet(3));
    let run = |more: &[&str]| {
        let mut command = place.program();
        command.args(["run", "orders.csv", "--config", "config.toml"]);
        finish(command.args(more))
    };
    config("rate = '1/h'\nworkers = 2\n");
    // The second call is an hour away.
    run(&["--deadline", "1s"]).expect(3);
    assert_eq!(erp.calls(), 1);
    // An option comes before it.
    run(&["--rate", "unlimited"]).expect(0);
    config("rate = 'often'\n");
    let refused = run(&[]).expect(2);
    assert!(refused.stderr.contains("55/min"), "{refused:?}");
    assert!(refused.stderr.contains("config.toml:6"), "{refused:?}");
}

#[test]
fn what_pasting_leaves_around_credentials_is_cut_off_or_named() {
    for (secret, named) in [
        ("\u{feff} hush:salt \r\n", None),
        ("hush：salt", None),
        ("\"hush:salt\"\n", Some("a quote (\")")),
        ("hush : salt", Some("a blank")),
    ] {
        let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
        let config = "[default]\nsid = ' s '\napp_key = '\tk'\napp_secret_file = 'secret.txt'\n";
        private(&place, "config.toml", config);
        private(&place, "secret.txt", secret);
        let mut command = place.program();
        command.args(["ping", "--config", "config.toml"]);
        let run = finish(command.env("WDT_ENDPOINT", format!(" {} ", erp.endpoint())));
        match named {
            None => {
                run.expect(0);
                let calls = erp.pings();
                assert_eq!(calls[0].query("sid"), Some("s"));
                assert_eq!(calls[0].query("key"), Some("k"));
                assert_eq!(calls[0].query("salt"), Some("salt"));
            }
            Some(named) => {
                let run = run.expect(2);
                assert!(run.stderr.contains(named), "{run:?}");
                assert!(run.stderr.contains("app_secret_file"), "{run:?}");
                assert!(!run.said().contains("hush"), "{run:?}");
            }
        }
    }
}

#[test]
fn the_option_comes_before_the_environment() {
    let setting = Setting::new();
    let mut command = setting.ping();
    command
        .env("WDT_ENDPOINT", setting.by_environment.endpoint())
        .args(["--endpoint", &setting.by_option.endpoint()]);
    assert_eq!(
        setting.called(&mut command),
        "option: default-sid default-key default-salt"
    );
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let setting = Setting::new();
    let mut command = setting.ping();
    for name in ["WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET", "WDT_ENDPOINT"] {
        command.env(name, "");
    }
    assert_eq!(
        setting.called(command.env("WDT_PROFILE", "")),
        "profile: default-sid default-key default-salt"
    );
}

#[test]
fn the_file_is_found_in_the_configuration_directory() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    std::fs::create_dir_all(place.path("config-home/wdt-flags")).expect("created");
    let config = format!(
        "[default]\nsid = 's'\napp_key = 'k'\napp_secret_file = 'secret.txt'\nendpoint = '{}'\n",
        erp.endpoint()
    );
    private(&place, "config-home/wdt-flags/config.toml", &config);
    // Beside the file that names it.
    private(&place, "config-home/wdt-flags/secret.txt", "hush:salt\n");
    let mut command = place.program();
    for variable in ["XDG_CONFIG_HOME", "APPDATA"] {
        command.env(variable, place.path("config-home"));
    }
    let run = finish(command.arg("ping")).expect(0);
    assert_eq!(run.stderr, "", "nothing to warn of");
    assert_eq!(erp.pings()[0].query("salt"), Some("salt"));
}

#[test]
#[cfg(unix)]
fn a_file_others_can_read_gets_a_warning_that_says_how_to_put_it_right() {
    use std::os::unix::fs::PermissionsExt;

    let setting = Setting::new();
    let path = setting.place.path("config.toml");
    for (mode, warned) in [(0o600, false), (0o644, true), (0o640, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
        let mut command = setting.place.program();
        command.args(["ping", "--config", "config.toml"]);
        let run = finish(&mut command).expect(0);
        assert_eq!(
            run.stderr.starts_with("warning: "),
            warned,
            "{mode:o}: {run:?}"
        );
        assert_eq!(run.stderr.contains("chmod 600 'config.toml'"), warned);
        assert_eq!(finish(command.arg("-q")).expect(0).stderr, "");
    }
}

#[test]
fn a_profile_that_is_not_there_is_an_error_that_lists_those_that_are() {
    let setting = Setting::new();
    let mut command = setting.ping();
    let run = finish(command.args(["--profile", "third"])).expect(2);
    for word in ["third", "config.toml", "default, other"] {
        assert!(run.stderr.contains(word), "{run:?}");
    }
    assert!(setting.by_profile.pings().is_empty());
}

#[test]
fn endpoints_have_names() {
    for (name, url) in [
        ("production", "https://wdt.wangdian.cn/openapi"),
        ("test", "http://47.92.239.46/openapi"),
    ] {
        let place = Place::new();
        let mut command = place.program();
        account(&mut command, name);
        // Nobody listens on this proxy: nothing leaves the machine.
        command.env("ALL_PROXY", "http://127.0.0.1:9");
        let run = finish(command.args(["ping", "--timeout", "2s"])).expect(1);
        assert!(
            run.stdout.contains(&format!("endpoint  {url}\n")),
            "{run:?}"
        );
    }
}
