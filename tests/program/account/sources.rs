//! Who calls, and where to. Which source comes first is tested beside the code; here, that options,
//! variables and files are there.

use std::process::Command;

use crate::harness::{Place, ScriptedServer, accepted, account, finish};

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

fn another_account(command: &mut Command, endpoint: &str) {
    account(command, endpoint);
    command.env("WDT_SID", "another");
}

#[test]
fn options_environment_and_profile_say_who_is_called_by_whom() {
    let [here, there] = [(); 2].map(|()| ScriptedServer::always(accepted()));
    let place = Place::new();
    let config = profile("default", &here.endpoint()) + &profile("other", &here.endpoint());
    private(&place, "config.toml", &config);
    let ping = |more: &[&str], set: &dyn Fn(&mut Command)| {
        let mut command = place.program();
        command
            .args(["ping", "-v", "--config", "config.toml"])
            .args(more);
        set(&mut command);
        let run = finish(&mut command).expect(0);
        assert!(!run.said().contains("hush"), "{run:?}");
        run
    };
    let run = ping(&[], &|_| {});
    assert!(
        run.stderr
            .contains("endpoint from endpoint in profile `default`"),
        "{run:?}"
    );
    ping(&[], &|command| {
        command.env("WDT_PROFILE", "other");
    });
    ping(&["--profile", "other"], &|command| {
        another_account(command, &there.endpoint())
    });
    ping(&[], &|command| another_account(command, &there.endpoint()));
    ping(&["--endpoint", &there.endpoint()], &|_| {});
    let sids = |erp: &ScriptedServer| {
        let calls = erp.pings();
        let sids = calls.iter().filter_map(|call| call.query("sid"));
        sids.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(sids(&here), ["default", "other", "other"]);
    assert_eq!(sids(&there), ["another", "default"]);
}

#[test]
fn files_of_configuration_and_secret_are_found_where_variables_say() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    std::fs::create_dir_all(place.path("home/wdt-flags")).expect("created");
    let stored = profile("default", &erp.endpoint());
    let stored = stored.replace("app_secret = 'hush:salt'", "app_secret_file = 'secret.txt'");
    private(&place, "home/wdt-flags/config.toml", &stored);
    // Beside the file that names it.
    private(&place, "home/wdt-flags/secret.txt", "hush:one\n");
    private(&place, "mine.toml", &profile("default", &erp.endpoint()));
    private(&place, "secret.txt", "\u{feff}hush:three\r\n");
    let ping = |variables: &[(&str, &str)]| {
        let mut command = place.program();
        let run = finish(command.arg("ping").envs(variables.iter().copied())).expect(0);
        assert_eq!(run.stderr, "", "nothing to warn of");
        let calls = erp.pings();
        calls
            .last()
            .and_then(|call| call.query("salt"))
            .map(str::to_owned)
    };
    let home = place.path("home");
    let home = home.to_str().expect("UTF-8");
    let in_home = ping(&[("XDG_CONFIG_HOME", home), ("APPDATA", home)]);
    assert_eq!(in_home.as_deref(), Some("one"));
    let named = ping(&[("WDT_CONFIG", "mine.toml")]);
    assert_eq!(named.as_deref(), Some("salt"));
    let endpoint = erp.endpoint();
    let in_file = ping(&[
        ("WDT_SID", "shop"),
        ("WDT_APP_KEY", "key"),
        ("WDT_APP_SECRET_FILE", "secret.txt"),
        ("WDT_ENDPOINT", &endpoint),
    ]);
    assert_eq!(in_file.as_deref(), Some("three"));
}

#[test]
fn a_profile_may_set_rate_and_workers() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    let config = profile("default", &erp.endpoint()) + "rate = '1/h'\nworkers = 2\n";
    private(&place, "config.toml", &config);
    place.write("orders.csv", crate::harness::sheet(3));
    let run = |more: &[&str]| {
        let mut command = place.program();
        command.args(["run", "orders.csv", "--config", "config.toml"]);
        finish(command.args(more))
    };
    // The second call is an hour away.
    run(&["--deadline", "1s"]).expect(3);
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
    let secret = "app_secret = 'hush:salt'";
    let config = profile("default", &erp.endpoint());
    let config = config.replace(secret, "app_secret_file = 'secret.txt'");
    private(&place, "config.toml", &config);
    private(&place, "secret.txt", "hush:salt");
    let mut command = place.program();
    command.args(["ping", "--config", "config.toml"]);
    assert_eq!(finish(&mut command).expect(0).stderr, "");
    for name in ["config.toml", "secret.txt"] {
        set_permissions(place.path(name), Permissions::from_mode(0o640)).expect("set");
        let run = finish(&mut command).expect(0);
        let how = format!("chmod 600 '{name}'");
        assert!(
            run.stderr.starts_with("warning: ") && run.stderr.contains(&how),
            "{run:?}"
        );
    }
    assert_eq!(finish(command.arg("-q")).expect(0).stderr, "");
}

#[test]
#[cfg(unix)]
fn what_runs_know_of_each_other_needs_no_home() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    place.sheet(&[("CG1", "aa")]);
    let mut command = place.run(&erp, ["orders.csv"]);
    command
        .env_remove("HOME")
        .env("XDG_STATE_HOME", place.path("state"));
    let run = finish(&mut command).expect(0);
    assert!(!run.stderr.contains("HOME"), "{run:?}");
    let kept = std::fs::read_dir(place.path("state/wdt-flags")).expect("made");
    assert!(kept.count() > 0);
}
