//! What READMEs and help say is so: the script for the night, warnings, pages, values of options.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};

use crate::harness::{
    Connection, Finished, Place, ScriptedServer, account, finish, sandbox, start,
};

/// Commands that need no account, with what they end with and say.
const SAYS: [(&str, &str, i32, &str); 9] = [
    (
        "users P14: the endpoint test is called over plain HTTP",
        "run --help",
        0,
        "production, test (over plain HTTP) or a URL",
    ),
    (
        "users P14: in the help on accounts, too",
        "help account",
        0,
        "`test` (the ERP's test system, over plain HTTP)",
    ),
    (
        "users P15: what is left with -q",
        "run --help --lang zh",
        0,
        "只显示小结和错误",
    ),
    (
        "users P17: of check the stand-in is an option like any other",
        "check orders.csv --sandbox",
        0,
        "at 20/s",
    ),
    (
        "users P18: calls without a unit, of the stand-in",
        "sandbox --limit 60",
        2,
        "write N/min",
    ),
    (
        "users P18: calls without a unit, of a run",
        "run orders.csv --rate 60",
        2,
        "write N/s, N/min, N/h",
    ),
    (
        "users F21: what is waited for a server by default",
        "run --help",
        0,
        "(default: 1h)",
    ),
    (
        "users F32: how old a run may be that is continued",
        "run --help",
        0,
        "(default: 30h)",
    ),
    (
        "users F23: the exit code of a deadline",
        "check --help",
        0,
        "4    time was up (--deadline); the same command goes on",
    ),
];

#[test]
fn of_one_command() {
    let place = Place::new();
    place.numbered(1);
    for (name, line, code, says) in SAYS {
        let run = finish(place.program().args(line.split(' ')));
        assert_eq!(run.status.code(), Some(code), "{name}: {run:#?}");
        assert!(run.said().contains(says), "{name}: {run:#?}");
    }
}

#[test]
fn users_p6_a_file_without_a_secret_may_be_read_by_others() {
    let (place, erp) = (Place::new(), sandbox());
    let profile = format!(
        "[default]\nsid = 'sandbox'\napp_key = 'sandbox-app'\nendpoint = '{}'\n",
        erp.endpoint()
    );
    place.write("secret.txt", wdt_flags::sandbox::APP_SECRET);
    let set_mode = |name, mode| {
        fs::set_permissions(place.path(name), fs::Permissions::from_mode(mode)).expect("set");
    };
    let inside = format!("app_secret = '{}'\n", wdt_flags::sandbox::APP_SECRET);
    let named = "app_secret_file = 'secret.txt'\n".to_owned();
    for (secret, mode, warns_of) in [
        (&named, 0o600, None),
        (&named, 0o644, Some("secret.txt")),
        (&inside, 0o600, Some("c.toml")),
    ] {
        place.write("c.toml", profile.clone() + secret);
        set_mode("c.toml", 0o644);
        set_mode("secret.txt", mode);
        let run = finish(place.program().args(["ping", "--config", "c.toml"])).expect(0);
        let warnings = run
            .stderr
            .lines()
            .filter(|line| line.starts_with("warning: "));
        let warnings: Vec<_> = warnings.collect();
        assert_eq!(warnings.len(), usize::from(warns_of.is_some()), "{run:#?}");
        if let Some(name) = warns_of {
            assert!(
                warnings[0].contains(&format!("chmod 600 '{name}'")),
                "{run:#?}"
            );
        }
    }
}

/// The script of a README or of the help on nights.
fn script(path: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let text = fs::read_to_string(format!("{root}/{path}")).expect("text");
    let lines = text.lines().skip_while(|line| line.trim() != "#!/bin/sh");
    let lines = lines.take_while(|line| !line.trim().starts_with("```") && !line.starts_with('-'));
    let lines: Vec<_> = lines
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    lines.join("\n").trim_end().to_owned() + "\n"
}

const SCRIPTS: [&str; 2] = ["README.md", "README.zh-CN.md"];

#[test]
fn users_p3_the_script_of_the_help_is_that_of_the_readme() {
    for (readme, language) in SCRIPTS.into_iter().zip(["en", "zh"]) {
        let help = script(&format!("src/language/{language}/help/nightly.md"));
        assert_eq!(words(&script(readme)), words(&help), "{language}");
        assert!(!help.contains("--continue-within"), "{help}");
    }
}

/// Without how it is laid out.
fn words(script: &str) -> Vec<&str> {
    script.split_whitespace().collect()
}

/// The script as cron runs it, in a place where `mail` writes down what it is given.
fn night(script: &str, place: &Place, endpoint: &str, deadline: i64) -> Command {
    let at = Timestamp::now() + SignedDuration::from_hours(deadline);
    let home = place.path("home");
    let directory = place.path("flags");
    fs::create_dir_all(home.join("bin")).expect("made");
    let script = script
        .replace("/srv/flags", &directory.to_string_lossy())
        .replace("06:30", &at.strftime("%H:%M").to_string());
    place.write("night.sh", script);
    let mail = place.write(
        "home/bin/mail",
        "#!/bin/sh\necho \"subject $2\" > \"$HOME/mail\"\ncat >> \"$HOME/mail\"\n",
    );
    fs::set_permissions(mail, fs::Permissions::from_mode(0o755)).expect("set");
    let mut command = Command::new("/bin/sh");
    command.arg(place.path("night.sh")).env_clear();
    account(&mut command, endpoint);
    command
        .env("HOME", &home)
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", home.join("bin").display()),
        )
        .env("TZ", "UTC0");
    command
}

#[test]
fn users_p3_the_script_works_as_cron_runs_it_and_mails_what_needs_a_look() {
    const NOT_FOUND: [&str; 2] = [
        "wdt-flags is not where this script looks",
        "脚本里写的地方没有 wdt-flags",
    ];
    for (path, language) in SCRIPTS.into_iter().zip([0, 1]) {
        let script = script(path);
        // What the sheet has, hours to the deadline, the exit code and whether somebody is told.
        for (rows, deadline, code, subject) in [
            ("CG1,aa\n", 2, 0, None),
            (
                "CG404,aa\n",
                2,
                1,
                Some(["some flags need a look", "有标记没有写入成功"]),
            ),
            ("", 2, 2, Some(["nothing was sent", "什么都没有发送"])),
            ("CG1,bb\n", 2, 3, Some(["stopped early", "提前停止了"])),
            ("CG1,aa\n", -1, 4, None),
            ("CG1,aa\n", 2, 75, None),
            ("CG1,aa\n", 2, 127, Some(NOT_FOUND)),
        ] {
            let (place, erp) = (Place::new(), sandbox());
            fs::create_dir_all(place.path("home/.cargo/bin")).expect("made");
            fs::create_dir(place.path("flags")).expect("made");
            place.write("flags/orders.csv", format!("purchase_no,flag_name\n{rows}"));
            let program = place.path("home/.cargo/bin/wdt-flags");
            if code != 127 {
                symlink(env!("CARGO_BIN_EXE_wdt-flags"), program).expect("linked");
            }
            let (held, gate) = ScriptedServer::gated(Connection::accept);
            let mut command = night(&script, &place, &erp.endpoint(), deadline);
            let mut other = None;
            if code == 3 {
                command.env("WDT_SID", "nobody");
            } else if code == 75 {
                let mut first = night(&script, &place, &held.endpoint(), deadline);
                other = Some(start(&mut first));
                held.wait_for_calls(1);
            }
            let run = finish(&mut command);
            gate.open();
            if let Some(other) = other {
                other.finish();
            }
            is_as_said(&run, &place, code, subject.map(|it| it[language]));
        }
    }
}

/// The script says nothing by itself, and ends with the program's own code unless it mails.
#[track_caller]
fn is_as_said(run: &Finished, place: &Place, code: i32, subject: Option<&str>) {
    let log = place.read("flags/flags.log");
    let mail = fs::read_to_string(place.path("home/mail")).unwrap_or_default();
    assert_eq!(run.said(), "", "{code}: {log}");
    match subject {
        None => {
            assert_eq!(
                (run.status.code(), mail.as_str()),
                (Some(code), ""),
                "{log}"
            );
        }
        Some(subject) => {
            assert!(
                mail.starts_with("subject ") && mail.contains(subject),
                "{mail}"
            );
            let last = log.lines().last().expect("an ending");
            assert!(mail.contains(last), "{mail}");
        }
    }
}
