//! What is different where somebody sits in front of it: questions and colours.

use std::process::Command;

use crate::harness::{Place, finish, on_a_terminal, sandbox, sheet};

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";

fn clearing(place: &Place, erp: &wdt_flags::sandbox::Sandbox, more: &[&str]) -> Command {
    place.write("orders.csv", sheet(3));
    place.run(erp, [&["orders.csv", "--clear"], more].concat())
}

#[test]
fn clearing_asks_and_sends_nothing_unless_the_answer_is_yes() {
    for (typed, code, calls) in [("y\n", 0, 3), ("是\n", 0, 3), ("n\n", 2, 0), ("\n", 2, 0)] {
        let (place, erp) = (Place::new(), sandbox());
        let mut command = clearing(&place, &erp, &[]);
        let run = on_a_terminal(&command, typed).expect(code);
        let question = "clear the flags of 3 orders? account: sandbox (app key sandbox-app) at";
        run.prints(question);
        assert_eq!(run.stdout.contains("--yes"), code == 2, "{run:?}");
        assert_eq!(erp.stats().calls, calls, "{typed:?}");
        // Nobody is there to answer.
        let run = finish(&mut command).expect(0);
        assert!(!run.said().contains("clear the flags"), "{run:?}");
    }
}

#[test]
fn yes_answers_and_setting_flags_asks_nothing() {
    for more in [
        &["--clear", "--yes"][..],
        &["--clear", "-y"],
        &["--flag", "aa"],
    ] {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(3));
        let command = place.run(&erp, [&["orders.csv"], more].concat());
        let run = on_a_terminal(&command, "").expect(0);
        assert!(!run.stdout.contains("[y/N]"), "{run:?}");
        assert_eq!(erp.stats().calls, 3);
    }
}

#[test]
fn errors_and_warnings_are_coloured_unless_colours_are_not_wanted() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\nCG1,aa\nCG1,无\n");
    let mut command = place.run(&erp, ["orders.csv"]);
    let run = on_a_terminal(&command, "").expect(0);
    run.prints(YELLOW);
    command.env("NO_COLOR", "1");
    let run = on_a_terminal(&command, "").expect(0);
    run.prints("warning: 1 order");
    assert!(!run.stdout.contains(YELLOW), "{run:?}");

    let mut command = place.program();
    command.args(["check", "absent.csv"]);
    let run = on_a_terminal(&command, "").expect(2);
    run.prints(RED);
    command.env("NO_COLOR", "1");
    let run = on_a_terminal(&command, "").expect(2);
    run.prints("error: absent.csv");
    assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
}
