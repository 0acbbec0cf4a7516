//! The command that the summary gives to be typed next.

use std::path::Path;
use std::process::Command;

use crate::harness::{Finished, Place, finish, sandbox, sheet, start, through};

/// The command to type, as the summary gives it.
fn next(stdout: &str) -> Option<&str> {
    let line = stdout.lines().find_map(|line| line.strip_prefix("next "))?;
    Some(line.rsplit(": ").next().unwrap_or(line).trim())
}

/// Types the command that comes after a run into a shell.
#[track_caller]
fn type_next(run: &Finished, command: &Command) -> Finished {
    let program = Path::new(command.get_program());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", next(&run.stdout).expect("a command")]);
    let mut typed = through(shell, command);
    finish(typed.env("PATH", program.parent().expect("a directory")))
}

#[test]
fn it_can_be_typed_as_it_stands() {
    for (sheet, name) in [
        ("my orders.csv", "my orders.failures.csv"),
        ("-x.csv", "-x.failures.csv"),
    ] {
        let (place, erp) = (Place::new(), sandbox());
        place.write(sheet, "单号,purchase_no,flag_name\nCG1,,aa\nCG404,,aa\n");
        let mut command = place.run(&erp, ["-j1", "--order-column", "A", "--limit=9"]);
        command.args(["--flag-column", "flag_name", "--", sheet]);
        let run = finish(&mut command).expect(1);
        let correct = format!("next      correct the rows of {name}, then: wdt-flags run ");
        run.prints(&correct);
        let kept = " --order-column=单号 --flag-column=flag_name --rate=unlimited --workers=1\n";
        assert!(run.stdout.ends_with(kept), "{run:?}");
        let again = type_next(&run, &command).expect(1);
        again.prints("calls     1 in");
    }
}

#[test]
fn a_fresh_run_that_stopped_is_continued_and_not_begun_again() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    let mut run = start(&mut place.run_at("1/h", &erp, ["orders.csv", "--fresh", "-j1"]));
    run.until("a recorded row", || !place.recorded().is_empty());
    run.signal("INT");
    let run = run.finish().expect(130);
    let same = "the same command without --fresh continues from here";
    run.says(same);
    let expected = "wdt-flags run orders.csv -j1 --rate 1/h";
    assert_eq!(next(&run.stdout), Some(expected));
    let mut again = start(&mut place.run_at("1/h", &erp, ["orders.csv", "-j1"]));
    again.until_it_says("1 row taken over");
    again.signal("INT");
    again.finish().expect(130);
    assert_eq!(erp.stats().calls, 1);
}

#[test]
fn a_run_that_stopped_is_continued_by_the_command_that_comes_next() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(2));
    let mut command = place.run(&erp, ["orders.csv"]);
    let run = finish(command.env("WDT_SID", "nobody")).expect(3);
    let expected = "next      wdt-flags ping; once that is accepted: wdt-flags run orders.csv --rate=unlimited";
    run.prints(expected);
}
