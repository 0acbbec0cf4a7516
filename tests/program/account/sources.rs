//! Who calls, and where to. Which source comes first is tested beside the code; here, that options,
//! variables and files are there.

use crate::harness::{Place, ScriptedServer, accepted, finish, sheet};

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

fn profile(name: &str, endpoint: &str) -> String {
    format!(
        "[{name}]\nsid = '{name}'\napp_key = 'key'\napp_secret = 'hush:salt'\nendpoint = '{endpoint}'\n"
    )
}

#[test]
fn options_environment_and_profile_say_who_is_called_by_whom() {
    let [here, there] = [(); 2].map(|()| ScriptedServer::always(accepted()));
    let place = Place::new();
    let config = profile("default", &here.endpoint()) + &profile("other", &here.endpoint());
    private(&place, "config.toml", &config);
    std::fs::create_dir(place.path("home")).expect("created");
    std::fs::create_dir(place.path("home/wdt-flags")).expect("created");
    let stored = profile("stored", &here.endpoint()).replace("[stored]", "[default]");
    // Beside the file that names it.
    let stored = stored.replace("app_secret = 'hush:salt'", "app_secret_file = 'secret.txt'");
    private(&place, "home/wdt-flags/config.toml", &stored);
    private(&place, "home/wdt-flags/secret.txt", "hush:one\n");
    private(&place, "secret.txt", "\u{feff}hush:three\r\n");
    let endpoint = there.endpoint();
    let home = place.path("home");
    let home = home.to_str().expect("UTF-8");
    let mine = [
        ("WDT_SID", "mine"),
        ("WDT_APP_KEY", "key"),
        ("WDT_ENDPOINT", &endpoint),
        ("WDT_APP_SECRET_FILE", "secret.txt"),
    ];
    let config = ["--config", "config.toml"];
    let other = ["--config", "config.toml", "--profile", "other"];
    let elsewhere = ["--config", "config.toml", "--endpoint", &endpoint];
    for (args, set, erp, [sid, salt]) in [
        (&config[..], &[][..], &here, ["default", "salt"]),
        (
            &config,
            &[("WDT_PROFILE", "other")],
            &here,
            ["other", "salt"],
        ),
        (&other, &mine, &here, ["other", "salt"]),
        (&config, &mine, &there, ["mine", "three"]),
        (&elsewhere, &[], &there, ["default", "salt"]),
        (
            &[],
            &[("WDT_CONFIG", "config.toml")],
            &here,
            ["default", "salt"],
        ),
        (
            &[],
            &[("XDG_CONFIG_HOME", home), ("APPDATA", home)],
            &here,
            ["stored", "one"],
        ),
    ] {
        let mut command = place.program();
        command.arg("ping").args(args).envs(set.iter().copied());
        let run = finish(&mut command).expect(0);
        assert_eq!(run.stderr, "", "nothing to warn of");
        let calls = erp.pings();
        let called = ["sid", "salt"].map(|name| calls.last().and_then(|it| it.query(name)));
        assert_eq!(called, [Some(sid), Some(salt)], "{args:?} {set:?}");
    }
    let mut command = place.program();
    let run = finish(command.args(["ping", "-v"]).args(config)).expect(0);
    run.says("endpoint from endpoint in profile `default`");
    assert!(!run.said().contains("hush"), "{run:?}");
}

#[test]
fn a_profile_may_set_rate_and_workers() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    let config = profile("default", &erp.endpoint()) + "rate = '1/h'\nworkers = 2\n";
    private(&place, "config.toml", &config);
    place.write("orders.csv", sheet(3));
    let run = |more: &[&str]| {
        let mut command = place.program();
        command.args(["run", "orders.csv", "--config", "config.toml"]);
        finish(command.args(more))
    };
    // The second call is an hour away.
    run(&["--deadline", "1s"]).expect(4);
    assert_eq!(erp.calls(), 1);
    // An option comes before it.
    run(&["--rate", "unlimited"]).expect(0);
}

#[test]
#[cfg(unix)]
fn a_file_others_can_read_gets_a_warning_that_says_how_to_put_it_right() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    let config = profile("default", &erp.endpoint());
    let two = config.replace("app_secret = 'hush:salt'", "app_secret_file = 'secret.txt'")
        + &config.replace("default", "other");
    private(&place, "config.toml", &two);
    private(&place, "secret.txt", "hush:salt");
    let mut command = place.program();
    command.args(["ping", "--config", "config.toml"]);
    assert_eq!(finish(&mut command).expect(0).stderr, "");
    for name in ["config.toml", "secret.txt"] {
        set_permissions(place.path(name), Permissions::from_mode(0o640)).expect("set");
        let run = finish(&mut command).expect(0);
        run.says("warning: ").says(&format!("chmod 600 '{name}'"));
    }
    assert_eq!(finish(command.arg("-q")).expect(0).stderr, "");
}

#[test]
#[cfg(unix)]
fn what_runs_know_of_each_other_needs_no_home() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    place.numbered(1);
    let mut command = place.run(&erp, ["orders.csv"]);
    command
        .env_remove("HOME")
        .env("XDG_STATE_HOME", place.path("state"));
    finish(&mut command).expect(0).says_nothing_of("HOME");
    let kept = std::fs::read_dir(place.path("state/wdt-flags")).expect("made");
    assert!(kept.count() > 0);
}
