//! `init` from a script: an account from standard input into the configuration file.

use std::io::Write;
use std::process::{Command, Stdio};

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID};

use crate::harness::{Finished, Place, ScriptedServer, accepted, finish, sandbox, start};

const CONFIG: &str = "config.toml";

fn init_in(place: &Place, more: &[&str], lines: &[&str]) -> Finished {
    let mut command = place.program();
    script(command.args(["init", "--config", CONFIG]).args(more), lines)
}

/// Gives a script's lines to the command.
fn script(command: &mut Command, lines: &[&str]) -> Finished {
    let mut run = start(command.stdin(Stdio::piped()));
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    // It may have ended without reading.
    let _ = run.stdin().write_all(lines.as_bytes());
    run.finish()
}

/// The lines that a script gives for the stand-in's account.
fn lines(endpoint: &str) -> [&str; 4] {
    [SID, APP_KEY, APP_SECRET, endpoint]
}

fn section(name: &str, endpoint: &str) -> String {
    format!(
        "[{name}]\nsid = \"{SID}\"\napp_key = \"{APP_KEY}\"\napp_secret = \"{APP_SECRET}\"\nendpoint = \"{endpoint}\"\n"
    )
}

#[test]
fn the_account_is_saved_and_tested_and_used_from_then_on() {
    let (place, erp) = (Place::new(), sandbox());
    let run = init_in(&place, &[], &lines(&erp.endpoint())).expect(0);
    assert_eq!(place.read(CONFIG), section("default", &erp.endpoint()));
    assert!(run.stdout.contains("reply     accepted"), "{run:?}");
    assert!(
        run.stderr
            .contains("saved as profile `default` of config.toml")
    );
    let next = "wdt-flags check SHEET, then: wdt-flags run SHEET --config config.toml";
    assert!(run.stderr.contains(next), "{run:?}");
    assert!(
        !run.said().contains("app key:"),
        "nothing is asked: {run:?}"
    );
    assert_eq!(erp.stats().pings, 1);

    place.sheet(&[("CG1", "aa")]);
    let mut command = place.program();
    let run = finish(command.args(["run", "orders.csv", "--config", CONFIG])).expect(0);
    assert!(!run.stderr.contains("others can read"), "{run:?}");
    assert_eq!(erp.stats().accepted, 1);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_file_or_the_directory_that_is_made_for_it() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let (place, erp) = (Place::new(), sandbox());
    let mode = |name: &str| place.path(name).metadata().expect("there").mode() & 0o777;
    for _ in 0..2 {
        let mut command = place.program();
        script(command.args(["init", "--yes"]), &lines(&erp.endpoint())).expect(0);
        assert_eq!(mode("no-config/wdt-flags/config.toml"), 0o600);
        assert_eq!(mode("no-config/wdt-flags"), 0o700);
        // What others could read before, they cannot read again.
        let open = std::fs::Permissions::from_mode(0o644);
        let file = place.path("no-config/wdt-flags/config.toml");
        std::fs::set_permissions(file, open).expect("set");
    }
    assert_eq!(place.files(), ["no-config"]);
}

#[test]
fn another_profile_leaves_what_is_there_as_it_is() {
    let (place, erp) = (Place::new(), sandbox());
    let before = "# ours\n[default] # shop\nsid='s'\n\n\n[b]\nrate='1/s'\n# end";
    place.write(CONFIG, before);
    let more = ["--profile", "旗舰 店"];
    let run = init_in(&place, &more, &lines(&erp.endpoint())).expect(0);
    let added = section("\"旗舰 店\"", &erp.endpoint());
    assert_eq!(place.read(CONFIG), format!("{before}\n\n{added}"));
    let next = "run SHEET --profile '旗舰 店' --config config.toml";
    assert!(cfg!(windows) || run.stderr.contains(next), "{run:?}");
}

#[test]
fn a_profile_that_is_there_is_replaced_only_if_that_is_said() {
    let (place, erp) = (Place::new(), sandbox());
    let before = "[default]\nsid = 'old' # main\napp_key = 'old'\napp_secret_file = 's.txt'\nrate = '30/min'\n";
    place.write(CONFIG, before);
    let run = init_in(&place, &[], &lines(&erp.endpoint())).expect(2);
    assert!(
        run.stderr.contains("is there already and is kept; --yes"),
        "{run:?}"
    );
    assert_eq!(place.read(CONFIG), before);
    assert_eq!(erp.stats().calls, 0);

    init_in(&place, &["--yes"], &lines(&erp.endpoint())).expect(0);
    let endpoint = erp.endpoint();
    let after = format!(
        "[default]\nsid = \"{SID}\" # main\napp_key = \"{APP_KEY}\"\nrate = '30/min'\napp_secret = \"{APP_SECRET}\"\nendpoint = \"{endpoint}\"\n"
    );
    assert_eq!(place.read(CONFIG), after);
    // Without a fourth line, the endpoint stays.
    init_in(&place, &["--yes"], &lines("")[..3]).expect(0);
    assert_eq!(place.read(CONFIG), after);
}

#[test]
fn what_cannot_be_right_is_named_by_its_line_and_nothing_is_saved() {
    for (lines, named) in [
        (&[][..], "input ended before the seller account (sid)"),
        (&["shop", "key"], "input ended before the app secret"),
        (
            &["", "key", "hush:salt"],
            "line 1 of standard input: the seller account (sid) is empty",
        ),
        (
            &["shop", "my key", "hush:salt"],
            "line 2 of standard input: the app key has a quote, blank, line break or invisible character (' ' U+0020)",
        ),
        (
            &["shop", "key", "hush"],
            "line 3 of standard input: the app secret must have the form",
        ),
        (&["shop", "key", "\"hush:salt\""], "('\"' U+0022)"),
        (
            &["shop", "key", "a:b", "hush:salt"],
            "line 4 of standard input: the endpoint is none",
        ),
    ] {
        let place = Place::new();
        let run = init_in(&place, &["-vv"], lines).expect(2);
        assert!(run.stderr.contains(named), "{named}: {run:?}");
        assert!(!run.said().contains("hush"), "{run:?}");
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
}

#[test]
fn the_exit_code_is_pings_and_the_account_is_saved_in_any_case() {
    let erp = sandbox();
    let gone = sandbox().endpoint();
    let refused = [SID, APP_KEY, "hush:bitter", &erp.endpoint()];
    let unreachable = [SID, APP_KEY, "hush:bitter", &gone];
    for (lines, code, next) in [
        (
            refused,
            3,
            "put right what the ERP refuses: wdt-flags init --config",
        ),
        (unreachable, 1, "try again later: wdt-flags ping --config"),
    ] {
        let place = Place::new();
        let run = init_in(&place, &["-vv"], &lines).expect(code);
        assert!(run.stderr.contains(next), "{run:?}");
        let said = run.said();
        assert!(!said.contains("hush") && !said.contains("bitter"), "{said}");
        assert!(place.read(CONFIG).contains("hush:bitter"));
    }
}

#[test]
fn the_account_that_is_tested_is_the_one_that_is_saved() {
    let (place, erp) = (Place::new(), sandbox());
    let other = ScriptedServer::always(accepted());
    let mut command = place.program();
    command.args(["init", "--config", CONFIG]);
    command
        .env("WDT_SID", "other")
        .env("WDT_APP_SECRET_FILE", "/dev/null")
        .env("WDT_ENDPOINT", other.endpoint());
    let lines = lines(&erp.endpoint()).join("\r\n");
    let run = script(&mut command, &[&lines]).expect(0);
    let warned = "warning: WDT_SID, WDT_ENDPOINT, WDT_APP_SECRET_FILE in the environment comes before the profile; unset it, or give --profile default";
    assert!(run.stderr.contains(warned), "{run:?}");
    assert_eq!((erp.stats().pings, other.pings().len()), (1, 0));
    assert_eq!(place.read(CONFIG), section("default", &erp.endpoint()));
}

#[test]
fn a_broken_file_is_left_as_it_is_and_one_that_a_variable_names_is_written() {
    let (place, erp) = (Place::new(), sandbox());
    let before = "[default]\nsid = 's\napp_secret = 'hush:salt'\n";
    place.write(CONFIG, before);
    let run = init_in(&place, &["--profile", "other"], &lines("test")).expect(2);
    assert!(run.stderr.contains("config.toml:2"), "{run:?}");
    assert!(!run.said().contains("hush"), "{run:?}");
    assert_eq!(place.read(CONFIG), before);

    let mut command = place.program();
    command.arg("init").env("WDT_CONFIG", "mine.toml");
    script(&mut command, &lines(&erp.endpoint())).expect(0);
    assert_eq!(place.read("mine.toml"), section("default", &erp.endpoint()));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let place = Place::new();
    for there in [true, false] {
        if there {
            place.write("real.toml", "");
        }
        std::os::unix::fs::symlink("real.toml", place.path(CONFIG)).expect("linked");
        let run = init_in(&place, &[], &lines("http://127.0.0.1:9/")).expect(2);
        assert!(run.stderr.contains("`config.toml` is a link"), "{run:?}");
        assert_eq!(place.path("real.toml").exists(), there);
        assert!(!there || place.read("real.toml").is_empty());
        std::fs::remove_file(place.path(CONFIG)).expect("removed");
        let _ = std::fs::remove_file(place.path("real.toml"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_cannot_be_written_is_named() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    // Nobody can make a file there, not even who may write anywhere.
    let mut command = place.program();
    command.args(["init", "--config", "/proc/wdt/config.toml"]);
    let run = script(&mut command, &lines(&erp.endpoint())).expect(3);
    let named = "error: cannot write `/proc/wdt/config.toml`";
    assert!(run.stderr.contains(named), "{run:?}");
    assert!(erp.requests().is_empty());
}
