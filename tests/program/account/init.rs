//! `init` from a script: an account from standard input into the configuration file.

use std::io::Write;
use std::process::{Command, Stdio};

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID};

use crate::harness::{Finished, Place, ScriptedServer, accepted, finish, sandbox, start};

const CONFIG: &str = "config.toml";

/// `init` into the place's file with these lines on standard input.
#[track_caller]
fn init(place: &Place, more: &[&str], lines: &[&str], code: i32) -> Finished {
    let mut command = place.program();
    command.args(["init", "-vv", "--config", CONFIG]).args(more);
    script(&mut command, lines, code)
}

#[track_caller]
fn script(command: &mut Command, lines: &[&str], code: i32) -> Finished {
    let mut run = start(command.stdin(Stdio::piped()));
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    // It may have ended without reading.
    let _ = run.stdin().write_all(lines.as_bytes());
    run.finish().expect(code)
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
    let run = init(&place, &[], &lines(&erp.endpoint()), 0);
    assert_eq!(place.read(CONFIG), section("default", &erp.endpoint()));
    run.prints("reply     accepted")
        .says("saved as profile `default` of config.toml")
        .says("wdt-flags check SHEET, then: wdt-flags run SHEET --config config.toml")
        .says_nothing_of("app key:");
    let is_private = run.stderr.contains("which nobody else can read");
    assert_eq!(is_private, cfg!(unix), "elsewhere by the directory");
    assert_eq!(erp.stats().pings, 1);

    place.numbered(1);
    let mut command = place.program();
    let run = finish(command.args(["run", "orders.csv", "--config", CONFIG])).expect(0);
    run.says_nothing_of("others can read");
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
        script(command.args(["init", "--yes"]), &lines(&erp.endpoint()), 0);
        assert_eq!(mode("no-config/wdt-flags/config.toml"), 0o600);
        assert_eq!(mode("no-config/wdt-flags"), 0o700);
        // What others could read before, they cannot read again.
        let open = std::fs::Permissions::from_mode(0o644);
        let file = place.path("no-config/wdt-flags/config.toml");
        std::fs::set_permissions(file, open).expect("set");
    }
    assert_eq!(place.files(), ["no-config"]);
}

/// How a file is changed is tested beside the code.
#[test]
fn a_profile_that_is_there_is_replaced_only_if_that_is_said() {
    let (place, erp) = (Place::new(), sandbox());
    let endpoint = erp.endpoint();
    let before = "[default]\nsid = 'old' # main\nrate = '30/min'\n";
    place.write(CONFIG, before);
    let run = init(&place, &[], &lines(&endpoint), 2);
    run.says("is there already and is kept; --yes");
    assert_eq!(place.read(CONFIG), before);
    assert_eq!(erp.stats().calls, 0);

    init(&place, &["--yes"], &lines(&endpoint), 0);
    let after = place.read(CONFIG);
    assert!(after.contains("sid = \"sandbox\" # main") && after.contains("rate = '30/min'"));
    // Without a fourth line, the endpoint stays.
    init(&place, &["--yes"], &lines("")[..3], 0);
    assert_eq!(place.read(CONFIG), after);

    let run = init(&place, &["--profile", "旗舰 店"], &lines(&endpoint), 0);
    let added = section("\"旗舰 店\"", &endpoint);
    assert_eq!(place.read(CONFIG), format!("{after}\n{added}"));
    if !cfg!(windows) {
        run.says("run SHEET --profile '旗舰 店' --config config.toml");
    }
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
        (
            &["shop", "key", "a:b", "hush:salt"],
            "line 4 of standard input: the endpoint is none",
        ),
    ] {
        let place = Place::new();
        let run = init(&place, &[], lines, 2);
        run.says(named).says_nothing_of("hush");
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
}

#[test]
fn the_exit_code_is_pings_and_the_account_is_saved_in_any_case() {
    let (erp, gone) = (sandbox(), sandbox().endpoint());
    for (endpoint, code, next) in [
        (&erp.endpoint(), 3, "put right what the ERP refuses"),
        (&gone, 1, "try again later: wdt-flags ping --config"),
    ] {
        let place = Place::new();
        let lines = [SID, APP_KEY, "hush:bitter", endpoint];
        let run = init(&place, &[], &lines, code);
        let said = run.says(next).said();
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
    let run = script(&mut command, &[&lines], 0);
    run.says("warning: WDT_SID, WDT_ENDPOINT, WDT_APP_SECRET_FILE in the environment comes before the profile; unset it, or give --profile default");
    assert_eq!((erp.stats().pings, other.pings().len()), (1, 0));
    assert_eq!(place.read(CONFIG), section("default", &erp.endpoint()));
}

#[test]
fn a_broken_file_is_left_as_it_is_and_one_that_a_variable_names_is_written() {
    let (place, erp) = (Place::new(), sandbox());
    let before = "[default]\nsid = 's\napp_secret = 'hush:salt'\n";
    place.write(CONFIG, before);
    let run = init(&place, &["--profile", "other"], &lines("test"), 2);
    run.says("config.toml:2").says_nothing_of("hush");
    assert_eq!(place.read(CONFIG), before);

    let mut command = place.program();
    command.arg("init").env("WDT_CONFIG", "mine.toml");
    script(&mut command, &lines(&erp.endpoint()), 0);
    assert_eq!(place.read("mine.toml"), section("default", &erp.endpoint()));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    for there in [true, false] {
        let place = Place::new();
        if there {
            place.write("real.toml", "");
        }
        std::os::unix::fs::symlink("real.toml", place.path(CONFIG)).expect("linked");
        let run = init(&place, &[], &lines("http://127.0.0.1:9/"), 2);
        run.says("`config.toml` is a link");
        assert_eq!(place.path("real.toml").exists(), there);
        assert!(!there || place.read("real.toml").is_empty());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_cannot_be_written_is_named() {
    let (place, erp) = (Place::new(), ScriptedServer::always(accepted()));
    // Nobody can make a file there, not even who may write anywhere.
    let mut command = place.program();
    command.args(["init", "--config", "/proc/wdt/config.toml"]);
    let run = script(&mut command, &lines(&erp.endpoint()), 3);
    run.says("error: cannot write `/proc/wdt/config.toml`");
    assert!(erp.requests().is_empty());
}
