//! Help, version, completions; what is said where, and what is not.

use crate::support::{Finished, Place, finish, sandbox};

fn program(args: &[&str]) -> Finished {
    finish(Place::new().program().args(args))
}

#[test]
fn version() {
    let run = program(&["--version"]).expect(0);
    let version = concat!("wdt-flags ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (version, ""));
}

#[test]
fn help_documents_the_exit_codes() {
    for args in [&["--help"][..], &["run", "--help"], &["help", "run"]] {
        let run = program(args).expect(0);
        let codes: Vec<_> = run
            .stdout
            .lines()
            .skip_while(|line| *line != "Exit codes:")
            .filter_map(|line| line.split_whitespace().next()?.parse().ok())
            .collect::<Vec<u8>>();
        for code in [0, 1, 2, 3, 130, 143] {
            assert!(codes.contains(&code), "{args:?}: no {code}: {run:?}");
        }
    }
}

#[test]
fn help_for_run_names_every_option() {
    let run = program(&["run", "--help"]).expect(0);
    for option in [
        "-o, --results",
        "--failures",
        "--rate",
        "-j, --workers",
        "--on-conflict",
        "--retries",
        "--timeout",
        "--sandbox",
        "--endpoint",
        "--profile",
        "--config",
        "--no-bom",
        "-q, --quiet",
        "-v, --verbose",
        "<SHEET>",
        "55/min",
        "20/s",
    ] {
        assert!(run.stdout.contains(option), "{option}: {}", run.stdout);
    }
}

#[test]
fn messages_name_only_options_that_exist() {
    let help = program(&["run", "--help"]).expect(0).stdout;
    let (place, erp) = (Place::new(), sandbox());
    for (sheet, code) in [
        (&b"order,mark\nCG1,aa\n"[..], 2),
        (b"purchase_no,purchase_no,flag_name\nCG1,CG1,aa\n", 2),
        (b"purchase_no,flag_name\nCG1,\xff\xff\xff\xff\n", 2),
        (b"purchase_no,flag_name\nCG1,aa\nCG1,\xe5\x8a\xa0\n", 1),
    ] {
        place.write("orders.csv", sheet);
        let said = finish(&mut place.run(&erp, ["orders.csv"]))
            .expect(code)
            .said();
        let options = said
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .filter(|word| word.starts_with("--"));
        for option in options {
            assert!(help.contains(option), "there is no {option}: {said}");
        }
    }
}

#[test]
fn without_a_command_there_is_help_and_exit_code_two() {
    let run = program(&[]).expect(2);
    for command in ["run", "check", "ping", "sandbox", "completions"] {
        assert!(run.stderr.contains(command), "{run:?}");
    }
    assert_eq!(run.stdout, "");
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = program(&["completions", shell]).expect(0);
        assert!(run.stdout.contains("on-conflict"), "{shell}: {run:?}");
        assert_eq!(run.stderr, "");
    }
    program(&["completions", "cmd"]).expect(2);
}

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG404,aa\n";

#[test]
fn quiet_leaves_stderr_empty() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let run = finish(&mut place.run(&erp, ["orders.csv", "-q"])).expect(1);
    assert_eq!(run.stderr, "");
    assert!(run.stdout.starts_with("3 rows: "), "{run:?}");
}

#[test]
fn quiet_still_says_why_a_run_stopped() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let mut command = place.run(&erp, ["orders.csv", "-q"]);
    let run = finish(command.env("WDT_SID", "nobody")).expect(3);
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    assert!(run.stderr.contains("sid is not exists"), "{run:?}");
}

#[test]
fn verbosity_grows() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let said = |more: &[&str]| {
        let args = ["orders.csv"].iter().chain(more);
        finish(&mut place.run(&erp, args)).expect(1).stderr
    };
    let (plain, v, vv) = (said(&[]), said(&["-v"]), said(&["-vv"]));
    assert_eq!(plain.lines().count(), 1, "only the warning: {plain}");
    assert!(v.contains("sid from environment variable WDT_SID"), "{v}");
    assert!(!v.contains("line 3: "), "{v}");
    for call in ["line 3: accepted", "line 4: rejected: 单据不存在"] {
        assert!(vv.contains(call), "{vv}");
    }
}

#[test]
fn without_a_terminal_there_are_no_escape_codes() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    for args in [
        &["orders.csv"][..],
        &["orders.csv", "-vv"],
        &["orders.csv", "--rtries", "1"],
    ] {
        let run = finish(&mut place.run(&erp, args));
        assert!(!run.said().contains('\u{1b}'), "{run:?}");
        assert!(!run.said().contains('\r'), "{run:?}");
    }
}
