//! A check is a run that sends nothing: what it says is what a run with the same options does.

use std::fmt::Write;
use std::fs;

use wdt_flags::sandbox::Sandbox;

use crate::harness::{JOURNAL, Place, account, finish, outcomes, sandbox, start};

const CONFIG: &str = "[shop1]\nsid = \"shop1\"\napp_key = \"key\"\napp_secret = \"a:b\"\n\
    rate = \"600/min\"\n[default]\nrate = \"120/min\"\n";

/// A name; what is typed; what is set in the environment; the exit code, and what is said.
type Case = (&'static str, &'static str, &'static str, i32, &'static str);

const CASES: [Case; 13] = [
    (
        "users W5: --limit",
        "run -n o.csv --limit 2",
        "",
        0,
        "makes 2 calls",
    ),
    (
        "users W5: the last that is sent",
        "check o.csv --limit 2",
        "",
        0,
        "last: line 3, \"CG2\"",
    ),
    (
        "users W5: the stand-in's rate",
        "run -n o.csv --sandbox",
        "",
        0,
        "at 20/s",
    ),
    (
        "users P17: the stand-in's rate",
        "check o.csv --sandbox",
        "",
        0,
        "at 20/s",
    ),
    (
        "users W6: a profile's rate",
        "check o.csv --config c.toml --profile shop1",
        "",
        0,
        "at 600/min",
    ),
    (
        "users W6: that of WDT_PROFILE",
        "check o.csv --config c.toml",
        "WDT_PROFILE=shop1",
        0,
        "at 600/min",
    ),
    ("users W6: none", "check o.csv", "", 0, "at 55/min"),
    (
        "users W6: no such file",
        "check o.csv --config no.toml",
        "",
        2,
        "no.toml",
    ),
    (
        "users W6: no such file, by WDT_CONFIG",
        "check o.csv",
        "WDT_CONFIG=no.toml",
        2,
        "no.toml",
    ),
    (
        "users W6: no such profile",
        "check o.csv --config c.toml --profile shop2",
        "",
        2,
        "it has: default, shop1",
    ),
    (
        "users W6: half an account",
        "check o.csv",
        "WDT_SID=shop1",
        2,
        "app key",
    ),
    (
        "users F16: what a run takes, a check takes",
        "check o.csv --sandbox --keep 3 -o r.csv --failures f.csv --verify --fresh -y --max-failures 1",
        "",
        0,
        "makes 5 calls",
    ),
    ("a limit of none", "check o.csv --limit 0", "", 2, "--limit"),
];

#[test]
fn a_check_says_what_a_run_with_the_same_options_does() {
    for (name, typed, set, code, said) in CASES {
        let place = Place::new();
        place.write("c.toml", CONFIG);
        let mut sheet = "purchase_no,flag_name\n".to_owned();
        for n in 1..=5 {
            writeln!(sheet, "CG{n},aa").expect("written");
        }
        place.write("o.csv", sheet);
        let files = place.files();
        let mut command = place.program();
        command.args(typed.split(' '));
        if let Some((variable, value)) = set.split_once('=') {
            command.env(variable, value);
        }
        let run = finish(&mut command);
        assert_eq!(run.status.code(), Some(code), "{name}: {run:#?}");
        assert!(run.said().contains(said), "{name}: {said}: {run:#?}");
        assert_eq!(place.files(), files, "{name}");
    }
}

#[test]
fn every_option_of_run_is_one_of_check() {
    let program = wdt_flags::cli::command();
    let options = |name| program.find_subcommand(name).expect(name).get_arguments();
    for option in options("run") {
        let id = option.get_id();
        assert!(options("check").any(|it| it.get_id() == id), "{id}");
    }
}

#[test]
fn whose_rows_are_given_back_is_checked_where_there_is_an_account_and_else_it_is_said() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG404", "aa")]);
    place.runs(&erp, "orders.csv", 1);
    let unchecked = "no account is given";
    for (sid, code, said) in [
        (None, 0, unchecked),
        (Some("sandbox"), 0, "makes 1 call"),
        (Some("other"), 2, "another account"),
    ] {
        let mut check = place.program();
        check.args(["check", "orders.failures.csv"]);
        if let Some(sid) = sid {
            account(&mut check, &erp.endpoint());
            check.env("WDT_SID", sid);
        }
        let run = finish(&mut check).expect(code);
        assert!(run.said().contains(said), "{sid:?}: {run:#?}");
        assert_eq!(run.said().contains(unchecked), sid.is_none(), "{run:#?}");
    }
    place.checks("orders.csv", 0).says_nothing_of(unchecked);
}

/// Kills a run over this sheet once one order is in this journal.
fn kill_after_one(place: &Place, erp: &Sandbox, sheet: &str, journal: &str) {
    // That knows nothing of the calls before.
    let state = Place::new();
    let mut command = place.run_at("1/h", erp, [sheet]);
    command.env("XDG_STATE_HOME", state.path(""));
    let mut run = start(command.env("APPDATA", state.path("")));
    run.until("a call", || {
        let journal = fs::read(place.path(journal));
        !outcomes(&journal.unwrap_or_default()).is_empty()
    });
    run.kill();
}

#[test]
fn what_an_interrupted_run_has_settled_is_not_counted_as_calls() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(3);
    kill_after_one(&place, &erp, "orders.csv", JOURNAL);
    let taken_over = "ago: 1 row taken over from its journal";
    let before = place.written(&[]);
    for (name, typed, sid, calls, said) in [
        ("attack: what is left", "", "sandbox", 2, true),
        ("attack: in JSON", "--format json", "sandbox", 2, true),
        ("attack: of a limit", "--limit 2", "sandbox", 1, true),
        ("attack: --fresh", "--fresh", "sandbox", 3, false),
        (
            "attack: too old",
            "--continue-within 1ms",
            "sandbox",
            3,
            false,
        ),
        ("attack: another account's", "", "other", 3, false),
    ] {
        let mut check = place.program();
        account(&mut check, &erp.endpoint());
        check.args(["check", "orders.csv"]).env("WDT_SID", sid);
        let run = finish(check.args(typed.split_whitespace())).expect(0);
        let calls = match typed {
            "--format json" => format!("    \"calls\": {calls},"),
            _ if calls == 1 => "makes 1 call".to_owned(),
            _ => format!("makes {calls} calls"),
        };
        assert!(run.stdout.contains(&calls), "{name}: {run:#?}");
        assert_eq!(run.said().contains(taken_over), said, "{name}: {run:#?}");
        assert_eq!(place.written(&[]), before, "{name}");
    }
}

#[test]
fn nor_where_corrected_rows_were_given_back() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG404", "aa"), ("PO404", "aa")]);
    place.runs(&erp, "orders.csv", 1);
    place.edit("orders.failures.csv", &[("CG404", "CG2"), ("PO404", "PO2")]);
    let journal = "orders.failures.csv.partial";
    kill_after_one(&place, &erp, "orders.failures.csv", journal);
    let mut check = place.program();
    account(&mut check, &erp.endpoint());
    let run = finish(check.args(["check", "orders.failures.csv"])).expect(0);
    run.says("1 row taken over from its journal")
        .prints("makes 1 call");
}

#[test]
fn a_limit_holds_where_the_erp_is_asked() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(5);
    let mut check = place.program();
    account(&mut check, &erp.endpoint());
    check.args(["check", "orders.csv", "--skip-unchanged", "--limit=2"]);
    finish(check.arg("--rate=unlimited"))
        .expect(0)
        .prints("last: line 3, \"CG2\"");
}
