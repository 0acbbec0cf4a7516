//! A check is a run that sends nothing: what it says is what a run with the same options does.

use std::fmt::Write;

use crate::harness::{Place, account, finish, sandbox};

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
