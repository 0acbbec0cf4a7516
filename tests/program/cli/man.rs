//! Man pages.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

use crate::harness::{Place, finish};

#[test]
fn every_command_and_topic_has_a_page_that_groff_reads() {
    let place = Place::new();
    // The second time over those that are there.
    for _ in 0..2 {
        let run = finish(place.program().args(["man", "--dir", "share/man1"])).expect(0);
        assert_eq!(run.said(), "");
    }
    for command in wdt_flags::cli::command().get_subcommands() {
        let name = format!("wdt-flags-{}.1", command.get_name());
        let page = place
            .read(&format!("share/man1/{name}"))
            .replace("\\-", "-");
        assert!(page.contains(concat!("\"wdt-flags ", env!("CARGO_PKG_VERSION"))));
        for option in command.get_arguments().filter_map(|it| it.get_long()) {
            // With a text, also where `-h` hides it.
            let text = page.split(&format!("--{option}\\fR")).nth(2);
            let text = text.and_then(|text| text.lines().nth(1));
            assert!(
                text.is_some_and(|it| !it.starts_with('.')),
                "{name} {option}"
            );
        }
    }
    let names = std::fs::read_dir(place.path("share/man1")).expect("pages");
    let names = names.map(|it| {
        it.expect("a page")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let names: BTreeSet<_> = names.collect();
    for name in &names {
        let page = place
            .read(&format!("share/man1/{name}"))
            .replace("\\-", "-");
        for other in page.split("wdt-flags").skip(1) {
            if let Some((rest, _)) = other.split_once("(1)")
                && rest.chars().all(|c| c == '-' || c.is_ascii_lowercase())
            {
                assert!(
                    names.contains(&format!("wdt-flags{rest}.1")),
                    "{name}: {rest}"
                );
            }
        }
        let mut groff = Command::new("groff");
        groff.args(["-K", "utf8", "-T", "utf8", "-man", "-ww", "-z"]);
        let path = place.path("share/man1").join(name);
        match groff.arg(path).stdin(Stdio::null()).output() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let _ = writeln!(std::io::stderr(), "skipped: groff is not installed");
            }
            output => {
                let output = output.expect("groff runs");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && said.is_empty(), "{name}: {said}");
            }
        }
    }
    for name in ["wdt-flags.1", "wdt-flags-sheets.1"] {
        assert!(names.contains(name), "{names:?}");
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let place = Place::new();
    place.write("taken", "");
    let run = finish(place.program().args(["man", "--dir", "taken"])).expect(3);
    let says = "cannot write man pages into `taken`";
    run.says(says);
    finish(place.program().arg("man")).expect(2);
}
