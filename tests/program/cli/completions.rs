//! Completion scripts, each loaded by the shell that it is for, where that is installed.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use crate::harness::{Finished, Place, finish};

/// What is typed, and what is offered for its last word.
const OFFERS: [(&[&str], &[&str]); 8] = [
    (&["chec"], &["check"]),
    (&["run", "--max-f"], &["--max-failures"]),
    (&["run", "x.csv", "--fres"], &["--fresh"]),
    (&["run", "--on-conflict", ""], &["invalid", "last"]),
    (&["check", "--form"], &["--format"]),
    (&["completions", "zs"], &["zsh"]),
    (&["help", "chec"], &["check"]),
    (&["help", "readi"], &["reading-back"]),
];

/// A place with the script for a shell in it.
fn script(shell: &str) -> Place {
    let place = Place::new();
    let run = finish(place.program().args(["completions", shell])).expect(0);
    assert_eq!(run.stderr, "");
    place.write("script.ps1", run.stdout);
    place
}

/// Whether the shell is here. If not, it is said, past what the tests' runner keeps to itself.
fn is_here(shell: &str) -> bool {
    let mut command = Command::new(shell);
    command.arg("--version").stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let _ = writeln!(
                std::io::stderr(),
                "skipped: {shell} is not installed, which would load its completion script"
            );
            false
        }
        _ => true,
    }
}

/// What a shell prints for a program of its own, run where the script is.
#[track_caller]
fn printed(place: &Place, shell: &mut Command) -> Vec<String> {
    shell.current_dir(place.path("")).stdin(Stdio::null());
    shell.env("HOME", place.path("")).env("LC_ALL", "C");
    let run: Finished = finish(shell).expect(0);
    assert_eq!(run.stderr, "");
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn there_is_a_script_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = script(shell).read("script.ps1");
        for offered in ["on-conflict", "reading-back"] {
            assert!(script.contains(offered), "{shell}: {script}");
        }
    }
    finish(Place::new().program().args(["completions", "cmd"])).expect(2);
}

#[test]
fn bash_completes() {
    if !is_here("bash") {
        return;
    }
    let place = script("bash");
    for (typed, offered) in OFFERS {
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c"]).arg(
            "source script.ps1; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
             function=$(complete -p wdt-flags | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
             $function wdt-flags \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"; \
             printf '%s\\n' \"${COMPREPLY[@]}\" | sort",
        );
        bash.args(["bash", "wdt-flags"]).args(typed);
        assert_eq!(printed(&place, &mut bash), offered, "{typed:?}");
    }
}

#[test]
fn fish_completes() {
    if !is_here("fish") {
        return;
    }
    let place = script("fish");
    for (typed, offered) in OFFERS {
        let mut fish = Command::new("fish");
        let line = format!("wdt-flags {}", typed.join(" "));
        fish.args(["--no-config", "--command"]).arg(format!(
            "source script.ps1; complete --do-complete='{line}' | cut -f 1 | sort"
        ));
        assert_eq!(printed(&place, &mut fish), offered, "{typed:?}");
    }
}

#[test]
fn powershell_completes() {
    let shell = if cfg!(windows) { "powershell" } else { "pwsh" };
    if !is_here(shell) {
        return;
    }
    let place = script("powershell");
    // It offers no values of options, and nothing behind one.
    for (typed, offered) in OFFERS.into_iter().filter(|(typed, _)| typed.len() < 3) {
        let mut powershell = Command::new(shell);
        let line = format!("wdt-flags {}", typed.join(" "));
        powershell
            .args(["-NoProfile", "-ExecutionPolicy", "Bypass", "-Command"])
            .arg(format!(
                ". ./script.ps1; (TabExpansion2 '{line}' {}).CompletionMatches.CompletionText",
                line.len()
            ));
        assert_eq!(printed(&place, &mut powershell), offered, "{typed:?}");
    }
}

/// zsh completes on a terminal alone.
#[cfg(target_os = "linux")]
#[test]
fn zsh_completes() {
    use crate::harness::Terminal;

    if !is_here("zsh") {
        return;
    }
    let place = script("zsh");
    place.write(
        "setup",
        "autoload -U compinit; compinit -u -D; source script.ps1; PS1='ready> '; clear\n",
    );
    for (typed, offered) in OFFERS {
        let mut zsh = Command::new("zsh");
        zsh.args(["-f", "-i"]).current_dir(place.path(""));
        let mut terminal = Terminal::with_keyboard(&zsh, 100);
        terminal.type_in("source ./setup\n");
        let last =
            |lines: &[String], text: &str| lines.last().is_some_and(|it| it.trim_end() == text);
        terminal.until("the prompt", |lines| last(lines, "ready>"));
        let line = format!("wdt-flags {}", typed.join(" "));
        terminal.type_in(&format!("{line}\t"));
        match offered {
            [only] => {
                let stem = line.rsplit_once(' ').map_or("", |(stem, _)| stem);
                let whole = format!("ready> {stem} {only}");
                terminal.until(only, |lines| {
                    last(lines, &whole) || last(lines, &format!("{whole}="))
                });
            }
            several => {
                let listed = |lines: &[String]| {
                    let starts = |word: &&str| lines.iter().any(|line| line.starts_with(*word));
                    several.iter().all(starts)
                };
                terminal.until("a list", listed);
            }
        }
    }
}
