//! Help, version, completions, and the options that messages name.

use clap::CommandFactory;

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

/// What bash offers for a line typed so far, with the script as it is printed.
#[cfg(unix)]
fn offered(words: &[&str]) -> Vec<String> {
    let script = program(&["completions", "bash"]).expect(0).stdout;
    let place = Place::new();
    place.write("completions.bash", script);
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "-c"]).arg(
        "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
         function=$(complete -p wdt-flags | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
         $function wdt-flags \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; \
         printf '%s\\n' \"${COMPREPLY[@]}\"",
    );
    bash.arg(place.path("completions.bash")).args(words);
    let run = finish(bash.stdin(std::process::Stdio::null())).expect(0);
    assert_eq!(run.stderr, "");
    run.stdout.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn bash_completes_past_the_subcommand() {
    assert_eq!(offered(&["wdt-flags", "chec"]), ["check"]);
    assert_eq!(
        offered(&["wdt-flags", "run", "--max-f"]),
        ["--max-failures"]
    );
    assert_eq!(
        offered(&["wdt-flags", "run", "x.csv", "--fres"]),
        ["--fresh"]
    );
    assert_eq!(
        offered(&["wdt-flags", "run", "--on-conflict", ""]),
        ["last", "invalid"]
    );
    assert_eq!(offered(&["wdt-flags", "check", "--form"]), ["--format"]);
    assert_eq!(offered(&["wdt-flags", "completions", "zs"]), ["zsh"]);
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
