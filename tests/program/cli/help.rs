//! Help and the version.

use unicode_width::UnicodeWidthStr;
use wdt_flags::sandbox;

use crate::harness::{Finished, Place, finish};

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
        &["check", "--help"],
        &["verify", "--help"],
    ] {
        let help = program(args).expect(0).stdout;
        let codes = help.lines().skip_while(|line| *line != "Exit codes:");
        let codes: Vec<_> = codes
            .filter_map(|line| line.split_whitespace().next()?.parse::<u8>().ok())
            .collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 75, 130, 143], "{args:?}: {help}");
    }
}

/// What `--help` says of an option.
fn section<'h>(help: &'h str, option: &str) -> Vec<&'h str> {
    let is_option = |line: &str| line.starts_with("  -") || line.trim_start().starts_with("--");
    let names = |line: &&str| {
        line.split([' ', ','])
            .any(|word| word.trim_end_matches('.') == option)
    };
    let mut lines = help
        .lines()
        .skip_while(|line| !(is_option(line) && names(line)));
    let first = lines
        .next()
        .unwrap_or_else(|| panic!("no {option}: {help}"));
    let rest = lines.take_while(|line| !is_option(line));
    std::iter::once(first).chain(rest).collect()
}

#[test]
fn help_fits_into_80_columns_and_tells_of_every_option_and_its_default() {
    let mut cli = wdt_flags::cli::command();
    cli.build();
    for language in ["en", "zh"] {
        for command in cli.get_subcommands().chain([&cli]) {
            let name = command.get_name();
            let help = |option| {
                let name = Some(name).filter(|name| *name != cli.get_name());
                let args = name.into_iter().chain([option, "--lang", language]);
                program(&args.collect::<Vec<_>>()).expect(0).stdout
            };
            let (short, long) = (help("-h"), help("--help"));
            for line in short.lines().chain(long.lines()) {
                assert!(line.width() <= 80, "{name}: {line}");
            }
            assert!(short.lines().count() < 24, "{name}: {short}");
            for option in command.get_arguments() {
                let Some(long_name) = option.get_long() else {
                    continue;
                };
                let option_name = format!("--{long_name}");
                let text = section(&long, &option_name);
                assert!(text.len() > 1, "{name} {option_name}: {long}");
                let takes_value = option.get_action().takes_values();
                for value in option.get_default_values().iter().filter(|_| takes_value) {
                    let value = value.to_string_lossy();
                    let has_default = text.iter().any(|line| line.contains(&*value));
                    assert!(has_default || long_name == "shell", "{name} {option_name}");
                }
                // Beside the option, not below.
                let mut options = short
                    .lines()
                    .filter(|line| line.trim_start().starts_with('-'));
                let is_shown = options.find(|line| line.contains(&option_name));
                let text = is_shown.map(|line| line.trim().contains("  "));
                assert_eq!(
                    text,
                    (!option.is_hide_short_help_set()).then_some(true),
                    "{short}"
                );
            }
        }
    }
    let sandbox = program(&["sandbox", "--help"]).expect(0).stdout;
    let flags = sandbox::Config::default().flags.join(",");
    assert!(
        sandbox.contains(&format!("(default: {flags})")),
        "{sandbox}"
    );
}

#[test]
fn options_stand_under_headings_that_have_one_order() {
    const HEADINGS: [&str; 8] = [
        "Commands:",
        "Arguments:",
        "Sheet:",
        "Account:",
        "Pace:",
        "Stopping:",
        "Output:",
        "Other:",
    ];
    for (command, shown) in [
        ("run", &HEADINGS[1..]),
        ("init", &["Account:", "Other:"]),
        ("sandbox", &["Pace:", "Output:", "Other:"]),
    ] {
        let help = program(&[command, "--help"]).expect(0).stdout;
        let headings = help.lines().filter(|line| HEADINGS.contains(line));
        assert_eq!(headings.collect::<Vec<_>>(), shown, "{help}");
    }
}

#[test]
fn the_command_help_prints_the_same_as_the_option() {
    for (command, option) in [
        (
            &["help", "run", "--lang", "zh"][..],
            &["run", "--help", "--lang", "zh"][..],
        ),
        (&["help", "sandbox"], &["sandbox", "--help"]),
        (&["help", "help"], &["help", "--help"]),
        (&["help"], &["--help"]),
    ] {
        let help = program(command).expect(0).stdout;
        assert_eq!(help, program(option).expect(0).stdout, "{command:?}");
    }
}

#[test]
fn a_topic_that_is_not_there_is_refused_with_those_that_are() {
    let said = program(&["help", "sheet"]).expect(2).stderr;
    for expected in [
        "possible are run, check, ",
        ", account, sheets, results, ",
        "exists: sheets",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn without_a_command_there_is_help_and_exit_code_two() {
    for (args, named) in [
        (&[][..], "Usage:"),
        (&["--lang", "zh"], "用法："),
        (&["-v"], "Usage:"),
    ] {
        let run = program(args).expect(2);
        run.says("  check    ");
        run.says(named);
        assert_eq!(run.stdout, "");
    }
}
