//! Help, version, and the options that messages name.

use clap::CommandFactory;
use unicode_width::UnicodeWidthStr;

use crate::harness::{Finished, Place, finish, sandbox};

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
            .filter_map(|line| line.split_whitespace().next()?.parse::<u8>().ok())
            .collect();
        assert_eq!(codes, [0, 1, 2, 3, 75, 129, 130, 143], "{args:?}: {run:?}");
    }
}

#[test]
fn help_names_every_option_of_every_command() {
    let mut cli = wdt_flags::cli::Cli::command();
    cli.build();
    let commands = cli.get_subcommands().filter(|it| it.get_name() != "help");
    for command in commands {
        let name = command.get_name();
        let help = program(&[name, "--help"]).expect(0).stdout;
        for option in command.get_arguments() {
            let long = option.get_long().map(|long| format!("--{long}"));
            let short = option.get_short().map(|short| format!("-{short}"));
            let value = option.get_value_names().and_then(|names| names.first());
            let place = value
                .filter(|_| option.is_positional())
                .map(|it| format!("<{it}>"));
            let shown: Vec<_> = [long, short, place].into_iter().flatten().collect();
            assert!(!shown.is_empty(), "{name}: {option:?}");
            for shown in shown {
                let alone = |c: Option<char>| !c.is_some_and(|c| c == '-' || c.is_alphanumeric());
                let named = help
                    .match_indices(&shown)
                    .any(|(at, it)| alone(help[at + it.len()..].chars().next()));
                assert!(named, "{name}: {shown}: {help}");
            }
            assert!(option.get_help().is_some(), "{name}: {option:?}");
        }
    }
}

const HEADINGS: [&str; 6] = ["Sheet", "Account", "Pace", "Stopping", "Output", "Other"];

/// The commands, and the program itself.
fn commands() -> Vec<String> {
    let cli = wdt_flags::cli::Cli::command();
    let commands = cli.get_subcommands().map(|it| it.get_name().to_owned());
    commands.chain([String::new()]).collect()
}

#[test]
fn the_short_help_fits_on_a_screen_and_leaves_room_for_the_prompt() {
    for name in commands() {
        let place = Place::new();
        let mut command = place.program();
        command.args(Some(&name).filter(|name| !name.is_empty()));
        let run = finish(command.arg("-h").env("COLUMNS", "80")).expect(0);
        let help = &run.stdout;
        assert!(help.lines().count() < 24, "{name}: {help}");
        let widest = help.lines().map(UnicodeWidthStr::width).max();
        assert!(widest <= Some(80), "{name}: {help}");
        assert!(help.contains("all of it with --help"), "{name}: {help}");
        // Descriptions stand beside the options, not below.
        let has_text = |line: &str| line.trim().contains("  ");
        let options = help.lines().filter(|it| it.trim_start().starts_with("--"));
        assert!(options.clone().all(has_text), "{name}: {help}");
    }
}

#[test]
fn the_short_help_of_run_has_what_most_people_need() {
    let short = program(&["run", "-h"]).expect(0).stdout;
    let long = program(&["run", "--help"]).expect(0).stdout;
    for common in [
        "--flag-column",
        "--sandbox",
        "--deadline",
        "--results",
        "--dry-run",
    ] {
        assert!(short.contains(common), "{common}: {short}");
    }
    for rare in ["--continue-within", "--ca-file", "--delimiter"] {
        assert!(!short.contains(rare) && long.contains(rare), "{rare}");
    }
}

#[test]
fn every_option_stands_under_a_heading_and_they_have_one_order() {
    for name in commands() {
        let help = match name.as_str() {
            "" => program(&["--help"]),
            name => program(&[name, "--help"]),
        };
        let help = help.expect(0).stdout;
        let headings = help.lines().filter_map(|line| line.strip_suffix(':'));
        let ours: Vec<_> = headings
            .filter(|line| !line.starts_with(' '))
            .filter(|line| !["Arguments", "Commands", "Examples", "Exit codes"].contains(line))
            .map(|heading| HEADINGS.iter().position(|it| *it == heading))
            .collect();
        assert!(ours.iter().all(Option::is_some), "{name}: {help}");
        assert!(ours.is_sorted(), "{name}: {help}");
        assert!(ours.last().is_some(), "{name}: {help}");
    }
}

#[test]
fn help_for_run_shows_rates_and_defaults() {
    let help = program(&["run", "--help"]).expect(0).stdout;
    for words in [
        "55/min",
        "20/s",
        "-j, --workers <N|auto>",
        "--give-up-after",
        "[default: 30s]",
    ] {
        assert!(help.contains(words), "{words}: {help}");
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
        (b"purchase_no,flag_name\nCG1,aa\nflag,PO no\n", 2),
        (b"purchase_no\nCG1\n", 2),
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
    for command in [
        "run",
        "check",
        "init",
        "ping",
        "sandbox",
        "man",
        "completions",
    ] {
        assert!(run.stderr.contains(command), "{run:?}");
    }
    assert_eq!(run.stdout, "");
}

#[test]
fn a_sheet_without_a_command_and_dry_runs_get_a_tip() {
    for (args, told) in [
        (&["orders.csv"][..], "wdt-flags run orders.csv"),
        (&["orders.csv", "--sandbox"], "wdt-flags check orders.csv"),
        (&["--dry-run", "orders.csv"], "run SHEET --dry-run"),
        (&["run", "orders.csv", "--dryrun"], "wdt-flags check SHEET"),
        (
            &["check", "orders.csv", "--dry-run"],
            "wdt-flags check SHEET",
        ),
    ] {
        let run = program(args).expect(2);
        assert!(run.stderr.contains("tip: "), "{run:?}");
        assert!(!run.stderr.contains("as a value"), "{run:?}");
        assert!(run.stderr.contains(told), "{run:?}");
    }
}

#[test]
fn help_for_check_and_sandbox_is_their_own() {
    let check = program(&["check", "--help"]).expect(0).stdout;
    let codes = check.split("Exit codes:").nth(1).unwrap_or_default();
    let codes: Vec<_> = codes
        .lines()
        .filter_map(|line| line.split_whitespace().next()?.parse::<u8>().ok())
        .collect();
    assert_eq!(codes, [0, 1, 2, 3], "{check}");
    let sandbox = program(&["sandbox", "--help"]).expect(0).stdout;
    let flags = wdt_flags::sandbox::Config::default().flags.join(",");
    let options = sandbox
        .split("\n  -")
        .filter(|option| option.contains("--"));
    for option in options {
        let has_default = option.contains("[default: ");
        let global = ["--quiet", "--verbose", "--help"];
        let is_global = global.iter().any(|it| option.contains(it));
        assert!(has_default || is_global, "{option}");
    }
    assert!(
        sandbox.contains(&format!("[default: {flags}]")),
        "{sandbox}"
    );
}
