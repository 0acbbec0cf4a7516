//! What a person sees on a terminal while a run is under way.

use unicode_width::UnicodeWidthStr;
use wdt_flags::sandbox::{Config, Sandbox};

use crate::harness::{
    Place, Request, ScriptedServer, Terminal, accepted, http, sandbox, sandbox_with, sheet,
};

const REASON: &str = "超过每分钟最大调用频率限制，请稍后重试";

/// Pauses every run for a minute after five calls.
fn throttling() -> Sandbox {
    sandbox_with(Config {
        limit: Some(5),
        ..Config::default()
    })
}

fn says(lines: &[String], words: &str) -> bool {
    lines.concat().contains(words)
}

#[test]
fn the_line_fits_every_width_and_follows_a_resize() {
    let (place, erp) = (Place::new(), throttling());
    place.write("orders.csv", sheet(100));
    let mut run = Terminal::start(&mut place.run_at("100/s", &erp, ["orders.csv", "-j1"]), 120);
    let shown = run.until("the pause", |lines| says(lines, REASON));
    let line = shown.last().expect("a line");
    assert!(line.starts_with("[-----"), "{line}");
    assert!(
        line.contains("] 5 of 100 rows: 5 ok, paused until "),
        "{line}"
    );
    for columns in [80, 60, 40, 120] {
        run.resize(columns);
        // A line of its own at all but the first width, and never cut.
        let shown = run.until("the reason", |lines| {
            says(lines, &format!(": {REASON}")) && lines.iter().any(|line| line.ends_with(" left"))
        });
        let at = shown.iter().position(|line| line.contains("5 of 100 rows"));
        let lines = &shown[at.expect("the counts")..];
        for line in lines {
            assert!(
                line.width() <= usize::from(columns) - 3,
                "{columns}: {lines:#?}"
            );
        }
        assert!(lines.len() <= 3, "{columns}: {lines:#?}");
    }
    run.interrupt();
    assert_eq!(run.finish(), Some(130));
    let shown = run.lines();
    for dead in ["paused until", "[-", "^C"] {
        assert!(!says(&shown, dead), "{shown:#?}");
    }
    assert!(says(&shown, "stopped early: interrupted"), "{shown:#?}");
}

#[test]
fn leaving_at_once_leaves_no_bar() {
    let server = ScriptedServer::per_call(|n, _| (n == 1).then(accepted));
    let place = Place::new();
    place.write("orders.csv", "purchase_no,flag_name\nCG0,aa\nCG1,aa\n");
    let mut run = Terminal::start(&mut place.run(&server, ["orders.csv", "-j1"]), 60);
    run.until("the bar", |lines| says(lines, "1 of 2 rows"));
    run.interrupt();
    run.until("the end of sending", |lines| {
        says(lines, "stopping: interrupted")
    });
    run.interrupt();
    assert_eq!(run.finish(), Some(130));
    let shown = run.lines();
    assert!(says(&shown, "left at once"), "{shown:#?}");
    assert!(!says(&shown, "1 of 2 rows"), "{shown:#?}");
}

#[test]
fn while_the_server_is_away_there_is_no_time_left() {
    let server = ScriptedServer::start(|caller| {
        loop {
            let call = Request::read(&mut caller.stream)?;
            match call.order().as_str() {
                "CG-0-00" => caller.accept(&call)?,
                _ => caller.send(http("503 Service Unavailable", ""))?,
            }
        }
    });
    let place = Place::new();
    place.write("orders.csv", sheet(20));
    let command = &mut place.run_at("100/s", &server, ["orders.csv", "-j1"]);
    for columns in [100, 40] {
        let mut run = Terminal::start(command, columns);
        let shown = run.until("the outage", |lines| {
            says(lines, "server away since ") && lines.concat().ends_with(": HTTP 503")
        });
        assert!(!says(&shown, " left"), "{shown:#?}");
        run.interrupt();
        assert_eq!(run.finish(), Some(130));
    }
}

#[test]
fn the_time_left_is_that_of_the_calls_left() {
    let (place, erp) = (Place::new(), sandbox());
    let rows =
        "CG1,aa\n".repeat(900) + &(0..100).map(|n| format!("CGX{n},aa\n")).collect::<String>();
    place.write("orders.csv", format!("purchase_no,flag_name\n{rows}"));
    let mut run = Terminal::start(
        &mut place.run_at("60/min", &erp, ["orders.csv", "-j1"]),
        100,
    );
    let shown = run.until("the first order", |lines| {
        says(lines, "900 of 1000 rows: 900 ok")
    });
    assert!(says(&shown, "60 calls/min, 1 min "), "{shown:#?}");
    run.interrupt();
    assert_eq!(run.finish(), Some(130));
}

#[test]
fn what_was_taken_over_counts_by_how_it_ended() {
    let (place, erp) = (Place::new(), throttling());
    let rows: String = (0..20).map(|n| format!("CG{n},aa\n")).collect();
    place.write(
        "orders.csv",
        format!("purchase_no,flag_name\nCG404,aa\n,aa\nCG0,加急\n{rows}"),
    );
    for _ in 0..2 {
        let mut run = Terminal::start(&mut place.run(&erp, ["orders.csv", "-j1"]), 100);
        run.until("the counts", |lines| {
            says(
                lines,
                "7 of 23 rows: 4 ok, 1 superseded, 1 rejected, 1 invalid",
            ) && says(lines, "paused until")
        });
        run.interrupt();
        assert_eq!(run.finish(), Some(130));
    }
}

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "TERM=dumb exec \"$0\" \"$@\""]);
    let mut command = crate::harness::through(shell, &place.run(&erp, ["orders.csv"]));
    let mut run = Terminal::start(&mut command, 80);
    assert_eq!(run.finish(), Some(0));
    assert!(run.raw().contains("3 rows: 3 ok"), "{}", run.raw());
    assert!(!run.raw().contains('\u{1b}'), "{:?}", run.raw());
}
