//! Help, version, and the options that messages name.

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
    for args in [
        &["--help"][..],
        &["run", "--help"],
        &["help", "run"],
        &["verify", "--help"],
    ] {
        let run = program(args).expect(0);
        let codes: Vec<_> = run
            .stdout
            .lines()
            .skip_while(|line| *line != "Exit codes:")
            .filter_map(|line| line.split_whitespace().next()?.parse::<u8>().ok())
            .collect();
        assert_eq!(codes, [0, 1, 2, 3, 75, 130, 143], "{args:?}: {run:?}");
    }
}

#[test]
fn help_names_every_option_of_every_command() {
    let mut cli = wdt_flags::cli::command();
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
    let cli = wdt_flags::cli::command();
    let commands = cli.get_subcommands().map(|it| it.get_name().to_owned());
    let commands = commands.filter(|name| name != "help");
    commands.chain([String::new()]).collect()
}

#[test]
fn help_fits_into_80_columns_and_the_short_one_on_a_screen() {
    for (language, more) in [
        ("en", "all of it with --help"),
        ("zh", "--help 显示全部选项"),
    ] {
        for name in commands() {
            let help = |option| {
                let name = Some(name.as_str()).filter(|name| !name.is_empty());
                let args: Vec<_> = name
                    .into_iter()
                    .chain([option, "--lang", language])
                    .collect();
                program(&args).expect(0).stdout
            };
            let (short, long) = (help("-h"), help("--help"));
            for line in short.lines().chain(long.lines()) {
                assert!(line.width() <= 80, "{name}: {line}");
            }
            assert!(short.lines().count() < 24, "{name}: {short}");
            assert!(short.contains(more), "{name}: {short}");
            // Descriptions stand beside the options, not below.
            let has_text = |line: &str| line.trim().contains("  ");
            let mut options = short.lines().filter(|it| it.trim_start().starts_with("--"));
            assert!(options.all(has_text), "{name}: {short}");
        }
    }
}

#[test]
fn help_is_in_the_language_that_is_asked_for() {
    for (lang, variable, option) in [
        ("zh_CN.UTF-8", None, None),
        ("en_US.UTF-8", Some("zh"), None),
        ("C", Some("en"), Some("--lang=zh")),
    ] {
        let place = Place::new();
        let mut command = place.program();
        for name in ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "WDT_LANG"] {
            command.env_remove(name);
        }
        command.env("LANG", lang);
        if let Some(variable) = variable {
            command.env("WDT_LANG", variable);
        }
        let run = finish(command.arg("run").args(option).arg("--help")).expect(0);
        for words in [
            "把表格写入 ERP",
            "用法:",
            "速率:",
            "（默认 30s）",
            "退出码：",
        ] {
            assert!(run.stdout.contains(words), "{words}: {run:?}");
        }
        assert!(!run.stdout.contains("[default"), "{run:?}");
    }
    let run = program(&["--lang", "fr"]).expect(2);
    assert!(run.stderr.contains("[possible values: zh, en]"), "{run:?}");
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
        "verify",
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
    let sandbox: String = sandbox.split_whitespace().collect();
    assert!(sandbox.contains(&format!("[default:{flags}]")), "{sandbox}");
}
