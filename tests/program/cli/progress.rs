//! What a person sees on a terminal while a run is under way.

use unicode_width::UnicodeWidthStr;
use wdt_flags::sandbox::{Config, Sandbox};

use crate::harness::{Place, ScriptedServer, Terminal, accepted, sandbox, sandbox_with, sheet};

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
fn the_line_fits_every_width_with_the_most_important_first() {
    for columns in [120, 40] {
        let (place, erp) = (Place::new(), throttling());
        place.write("orders.csv", sheet(100));
        let mut command = place.run_at("100/s", &erp, ["orders.csv", "-j1"]);
        let mut run = Terminal::start(&mut command, columns);
        let shown = run.until("the pause", |lines| {
            says(lines, "] 5 of 100 rows, ") && says(lines, " min ")
        });
        let line = shown.last().expect("a line");
        assert!(line.starts_with("[---"), "{line}");
        assert!(line.width() <= usize::from(columns), "{line}");
        assert_eq!(
            line.contains(&format!(": {REASON}, 5 ok")),
            columns == 120,
            "{line}"
        );
        run.interrupt();
        assert_eq!(run.finish(), Some(130));
        assert!(
            says(&run.lines(), "stopped early: interrupted"),
            "{shown:#?}"
        );
    }
}

#[test]
fn leaving_at_once_says_so() {
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
        let mut command = place.run_at("100/s", &erp, ["orders.csv", "-j1"]);
        let mut run = Terminal::start(&mut command, 200);
        run.until("the counts", |lines| {
            says(lines, "7 of 23 rows, ")
                && says(lines, "4 ok, 1 superseded, 1 rejected, 1 invalid")
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
