//! What is different where somebody sits in front of it: questions and colours.

use std::fs;
use std::process::Command;

use crate::harness::{Place, ScriptedServer, Terminal, finish, sandbox, sheet};

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";

/// What is to be seen of a command that is run on a terminal, to which this is typed.
#[track_caller]
fn shown(command: &Command, typed: &str, code: i32) -> String {
    let mut terminal = Terminal::with_keyboard(command, 200);
    terminal.type_in(typed);
    assert_eq!(terminal.finish(), Some(code), "{:#?}", terminal.lines());
    terminal.raw()
}

#[test]
fn clearing_asks_and_sends_nothing_unless_the_answer_is_yes() {
    for (typed, code, calls) in [("y\n", 0, 3), ("是\n", 0, 3), ("n\n", 2, 0), ("\n", 2, 0)] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(3));
        let mut command = place.run(&erp, ["orders.csv", "--clear"]);
        let shown = shown(&command, typed, code);
        let question = "clear the flags of 3 orders? account: sandbox (app key sandbox-app) at";
        assert!(shown.contains(question), "{shown}");
        assert_eq!(shown.contains("--yes"), code == 2, "{shown}");
        assert_eq!(erp.stats().calls, calls, "{typed:?}");
        // Nobody is there to answer.
        let run = finish(&mut command).expect(0);
        assert!(!run.said().contains("clear the flags"), "{run:?}");
    }
}

#[test]
fn yes_answers_and_setting_flags_asks_nothing() {
    for more in ["orders.csv --clear --yes", "orders.csv --flag aa"] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(3));
        let shown = shown(&place.run(&erp, more.split(' ')), "", 0);
        assert!(!shown.contains("[y/N]"), "{shown}");
        assert_eq!(erp.stats().calls, 3);
    }
}

#[test]
fn errors_and_warnings_are_coloured_unless_colours_are_not_wanted() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\nCG1,aa\nCG1,无\n");
    let mut check = place.program();
    check.args(["check", "absent.csv"]);
    for (mut command, code, words, colour) in [
        (place.run(&erp, ["orders.csv"]), 0, "1 order", YELLOW),
        (check, 2, "absent.csv", RED),
    ] {
        let coloured = shown(&command, "", code);
        assert!(coloured.contains(colour) && coloured.contains(words));
        let plain = shown(command.env("NO_COLOR", "1"), "", code);
        assert!(!plain.contains(colour) && plain.contains(words));
    }
}

#[test]
fn what_is_open_elsewhere_at_the_end_is_waited_for() {
    for is_closed in [true, false] {
        let place = Place::new();
        let results = place.path("orders.results.csv");
        let (server, gate) = ScriptedServer::gated(|caller, call| caller.accept(call));
        place.numbered(2);
        let command = place.run(&server, ["orders.csv", "-j1", "--quiet"]);
        let mut terminal = Terminal::with_keyboard(&command, 200);
        server.wait_for_calls(1);
        // Linux lets nobody write to a program that runs.
        fs::copy("/bin/sleep", &results).expect("copied");
        let mut open = Command::new(&results).arg("600").spawn().expect("runs");
        gate.open();
        terminal.until("the wait", |lines| {
            lines
                .iter()
                .any(|line| line.contains("ten minutes at most"))
        });
        if is_closed {
            open.kill().expect("killed");
            open.wait().expect("ended");
        } else {
            terminal.type_in("\u{3}");
        }
        // To rename over it, it lets everybody.
        assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
        assert_eq!(place.statuses("orders.results.csv"), ["ok", "ok"]);
        assert_eq!(server.orders().len(), 2);
        let _ = open.kill();
        let _ = open.wait();
    }
}
