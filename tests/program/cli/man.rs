//! Man pages.

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use crate::harness::{Place, finish};

fn pages() -> Place {
    let place = Place::new();
    let run = finish(place.program().args(["man", "--dir", "share/man1"])).expect(0);
    assert_eq!(run.said(), "");
    // Once more over those that are there.
    finish(place.program().args(["man", "--dir", "share/man1"])).expect(0);
    place
}

#[test]
fn every_command_has_a_page_with_a_text_for_every_option() {
    let place = pages();
    let mut cli = wdt_flags::cli::command();
    cli.build();
    let mut expected = vec!["wdt-flags.1".to_owned()];
    for command in cli.get_subcommands().filter(|it| it.get_name() != "help") {
        let name = format!("wdt-flags-{}.1", command.get_name());
        let page = place.read(&format!("share/man1/{name}"));
        let page = page.replace("\\-", "-");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            page.contains(concat!("\"wdt-flags ", env!("CARGO_PKG_VERSION"))),
            "{page}"
        );
        for option in command.get_arguments() {
            let (Some(long), Some(help)) = (option.get_long(), option.get_help()) else {
                continue;
            };
            assert!(
                page.contains(&format!("--{long}")),
                "{name}: {long}: {page}"
            );
            let words = help.to_string().replace('\'', "\\*(Aq");
            let first = words.split(['[', ';']).next().unwrap_or_default().trim();
            assert!(page.contains(first), "{name}: {long}: {first}: {page}");
        }
        expected.push(name);
    }
    expected.sort();
    let written = std::fs::read_dir(place.path("share/man1")).expect("made");
    let written = written.map(|it| it.expect("readable").file_name().into_string());
    let mut written: Vec<_> = written.map(|name| name.expect("UTF-8")).collect();
    written.sort();
    assert_eq!(written, expected);
}

#[test]
fn groff_finds_nothing_wrong() {
    let place = pages();
    for page in ["wdt-flags.1", "wdt-flags-run.1", "wdt-flags-init.1"] {
        let mut groff = Command::new("groff");
        groff.args(["-K", "utf8", "-T", "utf8", "-man", "-ww", "-z"]);
        groff.arg(place.path("share/man1").join(page));
        groff.stdin(Stdio::null());
        match groff.output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let _ = writeln!(
                    std::io::stderr(),
                    "skipped: groff is not installed, which would read the man pages"
                );
                return;
            }
            output => {
                let output = output.expect("groff runs");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && said.is_empty(), "{page}: {said}");
            }
        }
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let place = Place::new();
    place.write("taken", "");
    let run = finish(place.program().args(["man", "--dir", "taken"])).expect(3);
    assert!(
        run.stderr.contains("cannot write man pages into `taken`"),
        "{run:?}"
    );
    finish(place.program().arg("man")).expect(2);
}
