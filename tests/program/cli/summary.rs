//! What is said before the first call, and at the end.

use std::path::Path;
use std::process::Command;

use wdt_flags::sandbox::Config;

use crate::harness::{Place, Running, finish, sandbox, sandbox_with, sheet, start, through};

/// The command to type, as the summary gives it.
fn next(stdout: &str) -> Option<&str> {
    let line = stdout.lines().find_map(|line| line.strip_prefix("next "))?;
    Some(line.rsplit(": ").next().unwrap_or(line).trim())
}

/// Waits for words on stderr and interrupts the run.
fn interrupt_at(mut run: Running, words: &str) -> String {
    let line = run.until_it_says(words);
    run.signal("INT");
    run.finish().expect(130);
    line
}

#[test]
fn before_the_first_call_it_says_how_many_how_fast_until_when_and_for_whom() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(1_000));
    for (options, expected) in [
        (&["--deadline", "10m"][..], "about 402 orders will be left"),
        (&["--deadline", "30m"], "in time for "),
        (&[], "1000 calls at 1/s"),
    ] {
        let args = [&["orders.csv", "--fresh"], options].concat();
        let line = interrupt_at(start(&mut place.run_at("1/s", &erp, args)), expected);
        assert!(line.starts_with("1000 calls at 1/s"), "{line}");
        assert!(line.contains("sandbox"), "{line}");
        assert!(line.ends_with(&erp.endpoint()), "{line}");
    }
}

#[test]
fn the_end_names_date_sheet_and_account() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(2));
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    let value = |name| {
        let line = run.stdout.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name}: {run:?}")).trim()
    };
    assert_eq!(value("sheet "), "orders.csv");
    assert!(value("account ").contains(&erp.endpoint()), "{run:?}");
    let finished = value("finished ").parse::<jiff::civil::DateTime>();
    assert!(finished.is_ok(), "{run:?}");
    assert_eq!(next(&run.stdout), None, "nothing is left to be done");
}

#[test]
fn the_command_that_comes_next_can_be_typed_as_it_stands() {
    let (place, erp) = (Place::new(), sandbox());
    let rows = "CG1,aa\nCG404,aa\n";
    place.write("my orders.csv", format!("purchase_no,flag_name\n{rows}"));
    let mut command = place.run(&erp, ["my orders.csv", "-j1"]);
    let run = finish(&mut command).expect(1);
    let correct = "next      correct the rows of my orders.failures.csv, then: ";
    assert!(run.stdout.contains(correct), "{run:?}");
    let program = Path::new(command.get_program());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", next(&run.stdout).expect("a command")]);
    let mut typed = through(shell, &command);
    let again = finish(typed.env("PATH", program.parent().expect("a directory"))).expect(1);
    assert!(again.stdout.contains("calls     1 in"), "{again:?}");
}

#[test]
fn a_run_that_stopped_is_continued_by_the_command_that_comes_next() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(2));
    let mut command = place.run(&erp, ["orders.csv"]);
    let run = finish(command.env("WDT_SID", "nobody")).expect(3);
    let expected = "next      wdt-flags ping; once that is accepted: wdt-flags run orders.csv --rate unlimited";
    assert!(run.stdout.contains(expected), "{run:?}");

    let erp = sandbox_with(Config {
        limit: Some(1),
        ..Config::default()
    });
    let mut run = start(&mut place.run(&erp, ["orders.csv", "-v"]));
    run.until_it_says("pausing for");
    run.signal("INT");
    let run = run.finish().expect(130);
    assert_eq!(
        next(&run.stdout),
        Some("wdt-flags run orders.csv -v --rate unlimited --workers=4")
    );
}
