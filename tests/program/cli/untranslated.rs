//! Whoever has chosen Chinese reads no English, whichever command says it.

use std::io::Write;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, Config, SID};

use crate::harness::{
    Connection, Finished, Place, Running, ScriptedServer, account, finish, http, sandbox,
    sandbox_with, sheet, start,
};

/// What is the same in every language.
const NOT_OURS: [&str; 7] = [
    // A status.
    "not found",
    // Of the system.
    "No such file or directory",
    "os error",
    // Of the ERP.
    "sid is not exists",
    // Of who reads TOML.
    "unquoted keys cannot be empty, expected letters, numbers",
    "unknown field",
    "expected one of",
];

const MIXED: &str = "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG404,aa\nCG2,aa\nCG2,aa\n,aa\nCG3,特急\n\"CG\n4\",aa\n";

fn in_chinese(command: &mut Command) -> &mut Command {
    command.env_remove("WDT_LANG").args(["--lang", "zh"])
}

/// A line without what stands in quotes or backticks.
fn unquoted(line: &str) -> String {
    let mut left = String::new();
    let mut until = None;
    for c in line.chars() {
        match until {
            Some(end) if c == end => until = None,
            Some(_) => {}
            None if "\"'`".contains(c) => {
                until = Some(c);
                left.push('·');
            }
            None if c == '“' => until = Some('”'),
            None => left.push(c),
        }
    }
    left
}

/// Whether it is an English word, such as no name of a command, an option, a column or a file is.
fn is_word(text: &str) -> bool {
    let text = text.trim_matches([',', ';', ':', '.', '(', ')', '?', '!']);
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase())
}

/// The lines of a text in which English is left.
fn english(text: &str) -> Vec<&str> {
    let is_english = |line: &&str| {
        let mut ours = (*line).to_owned();
        for other in NOT_OURS {
            ours = ours.replace(other, "·");
        }
        let ours = unquoted(&ours);
        let words: Vec<_> = ours.split_whitespace().map(is_word).collect();
        words.windows(2).any(|two| two == [true, true])
    };
    text.lines().filter(is_english).collect()
}

/// All that was said, and in which scenario.
#[derive(Default)]
struct Said(Vec<(&'static str, String)>);

impl Said {
    fn run(&mut self, scenario: &'static str, code: i32, command: &mut Command) {
        let run = finish(in_chinese(command));
        self.heard(scenario, code, run);
    }

    fn heard(&mut self, scenario: &'static str, code: i32, run: Finished) {
        let run = run.expect(code);
        let said = run.said();
        assert!(!said.is_empty(), "{scenario}: nothing is said");
        self.0.push((scenario, said));
    }

    /// The messages of a file of results or failures.
    fn messages(&mut self, scenario: &'static str, place: &Place, name: &str) {
        let messages = place.table(name).column("message").join("\n");
        self.0.push((scenario, messages));
    }

    #[track_caller]
    fn has_no_english(self) {
        let mut left = Vec::new();
        for (scenario, said) in &self.0 {
            left.extend(english(said).into_iter().map(|line| (scenario, line)));
        }
        assert!(left.is_empty(), "{left:#?}");
    }
}

#[test]
fn english_is_known_where_it_stands() {
    for line in [
        "错误：the sheet is empty",
        "回复 accepted, and then more",
        "  -v  更多 (see what is said)",
    ] {
        assert_eq!(english(line), [line]);
    }
    for line in [
        "下一步    wdt-flags run orders.csv --rate unlimited -v",
        "账号      sandbox（app key sandbox-app）",
        "列 \"the order of these\" 和 `as it is`，“one two three”",
        "错误：No such file or directory (os error 2)",
        "invalid   第 2 行",
    ] {
        assert_eq!(english(line), [""; 0]);
    }
}

#[test]
fn of_a_run_and_what_comes_after() {
    let (mut said, place, erp) = (Said::default(), Place::new(), sandbox());
    place.write("orders.csv", MIXED);
    let mut again = |scenario, code, args: &[&str]| {
        said.run(scenario, code, &mut place.run(&erp, args));
    };
    again("a run", 1, &["orders.csv", "-vv", "-j1"]);
    again("the same again", 1, &["orders.csv", "-v"]);
    again("failures", 1, &["orders.failures.csv", "-v"]);
    again(
        "conflicts",
        1,
        &["orders.csv", "--on-conflict", "invalid", "-vv"],
    );
    again("a limit", 1, &["orders.csv", "--limit", "1"]);
    again(
        "too many failures",
        3,
        &["orders.csv", "--max-failures", "1"],
    );
    again("fresh", 1, &["orders.csv", "--fresh"]);
    said.messages("messages", &place, "orders.results.csv");
    said.messages("messages of failures", &place, "orders.failures.csv");
    let none = "purchase_no,flag_name\n";
    place.write("none.csv", none);
    said.run("no rows", 0, &mut place.run(&erp, ["none.csv"]));
    said.run("no sheet", 2, &mut place.run(&erp, ["absent.csv"]));
    let mut stranger = place.run(&erp, ["orders.csv"]);
    said.run("refused", 3, stranger.env("WDT_SID", "nobody"));
    said.has_no_english();
}

#[test]
fn of_the_samples() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let (mut said, place) = (Said::default(), Place::new());
    for (name, code) in [
        ("purchase_flags.csv", 1),
        ("purchase_flags.xlsx", 0),
        ("purchase_flags_gbk.csv", 0),
        ("purchase_flags_unicode.txt", 0),
    ] {
        std::fs::copy(samples.join(name), place.path(name)).expect("copied");
        for more in [&["-v"][..], &["--deadline", "20s"]] {
            let mut check = place.program();
            said.run("a check", code, check.args(["check", name]).args(more));
        }
    }
    let rows = [["purchase_no", "flag_name"], ["CG1", "aa"]];
    let cells = rows.map(|[order, flag]| format!("<tr><td>{order}</td><td>{flag}</td></tr>"));
    for (name, content) in [
        ("orders.txt", rows.map(|row| row.join("|")).join("\n")),
        ("orders.xls", format!("<table>{}</table>", cells.concat())),
    ] {
        place.write(name, content);
        let mut check = place.program();
        said.run("another format", 0, check.args(["check", name]));
    }
    let mut run = place.program();
    run.args(["run", "purchase_flags.csv", "--sandbox", "-v"]);
    said.run("a trial", 1, &mut run);
    let mut run = place.program();
    run.args(["run", "purchase_flags.csv", "--dry-run"]);
    said.run("a dry run", 1, &mut run);
    said.has_no_english();
}

#[test]
fn of_what_is_wrong_with_a_command_line_or_a_sheet() {
    let (mut said, place) = (Said::default(), Place::new());
    place.write("orders.csv", MIXED);
    place.write("other.csv", "order,colour\nCG1,red\n");
    place.write("empty.csv", "");
    place.write("page.csv", "%PDF-1.4");
    for (scenario, code, args) in [
        ("nothing", 2, &[][..]),
        ("help", 0, &["--help"]),
        ("help of run", 0, &["run", "--help"]),
        ("short help of run", 0, &["run", "-h"]),
        (
            "an option that is none",
            2,
            &["run", "orders.csv", "--nope"],
        ),
        ("a dry run", 2, &["check", "orders.csv", "-n"]),
        ("no command", 2, &["orders.csv"]),
        ("no sheet", 2, &["run"]),
        ("a rate", 2, &["run", "orders.csv", "--rate", "fast"]),
        (
            "a deadline",
            2,
            &["check", "orders.csv", "--deadline", "soon"],
        ),
        (
            "two at once",
            2,
            &["check", "orders.csv", "--flag", "aa", "--clear"],
        ),
        ("an absent sheet", 2, &["check", "absent.csv"]),
        ("a directory", 2, &["check", "."]),
        ("no columns", 2, &["check", "other.csv"]),
        (
            "a column",
            2,
            &["check", "other.csv", "--order-column", "number"],
        ),
        ("nothing in it", 2, &["check", "empty.csv"]),
        ("no sheet at all", 2, &["check", "page.csv"]),
        ("a worksheet", 2, &["check", "orders.csv", "--sheet", "2"]),
        (
            "an encoding",
            2,
            &["check", "orders.csv", "--encoding", "utf-16"],
        ),
        ("no account", 2, &["run", "orders.csv"]),
        ("man pages", 3, &["man", "--dir", "orders.csv"]),
    ] {
        said.run(scenario, code, place.program().args(args));
    }
    said.has_no_english();
}

#[test]
fn of_accounts() {
    let (mut said, place, erp) = (Said::default(), Place::new(), sandbox());
    let init = |endpoint: &str, more: &[&str]| {
        let mut command = place.program();
        command.args(["init", "--config", "config.toml"]).args(more);
        let mut run = start(in_chinese(&mut command).stdin(Stdio::piped()));
        let lines = format!("{SID}\n{APP_KEY}\n{APP_SECRET}\n{endpoint}\n");
        // It may have ended without reading.
        let _ = run.stdin().write_all(lines.as_bytes());
        run.finish()
    };
    said.heard("init", 0, init(&erp.endpoint(), &[]));
    said.heard("init again", 2, init(&erp.endpoint(), &[]));
    said.heard("an endpoint", 2, init("nowhere", &["--yes"]));
    said.heard(
        "away",
        1,
        init("http://127.0.0.1:1/", &["--profile", "away"]),
    );
    place.sheet(&[("CG1", "aa")]);
    for (scenario, config) in [
        ("no TOML", "["),
        ("an unknown setting", "[default]\ncolour = \"red\"\n"),
        ("half an account", "[default]\nsid = \"a\"\n"),
        (
            "a secret",
            "[default]\nsid = \"a\"\napp_key = \"b\"\napp_secret = \"c\"\n",
        ),
    ] {
        place.write("wrong.toml", config);
        let mut ping = place.program();
        said.run(scenario, 2, ping.args(["ping", "--config", "wrong.toml"]));
    }
    let mut ping = place.program();
    ping.arg("ping");
    account(&mut ping, &erp.endpoint());
    said.run("ping", 0, &mut ping);
    let mut ping = place.program();
    ping.args(["ping", "-v"]);
    account(&mut ping, &erp.endpoint());
    said.run("ping refused", 3, ping.env("WDT_SID", "nobody"));
    let late = sandbox_with(Config {
        clock_skew: SignedDuration::from_mins(10),
        ..Config::default()
    });
    let mut ping = place.program();
    ping.arg("ping");
    account(&mut ping, &late.endpoint());
    said.run("the clock", 1, &mut ping);
    said.run(
        "the clock of a run",
        0,
        &mut place.run(&late, ["orders.csv", "-v"]),
    );
    said.has_no_english();
}

#[cfg(unix)]
#[test]
fn of_runs_that_stop_wait_or_meet() {
    let mut said = Said::default();
    let interrupted = |mut run: Running, until: &str| {
        run.until_it_says(until);
        run.signal("INT");
        run.finish()
    };
    let throttling = sandbox_with(Config {
        limit: Some(2),
        ..Config::default()
    });
    let place = Place::new();
    place.write("orders.csv", sheet(20));
    let mut command = place.run(&throttling, ["orders.csv", "-v", "-j1"]);
    let run = start(in_chinese(&mut command));
    said.heard("throttled", 130, interrupted(run, "暂停 "));
    said.messages("not sent", &place, "orders.failures.csv");
    let run = start(&mut command);
    said.heard("continued", 130, interrupted(run, "首次调用先等待 "));

    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let nowhere = "http://127.0.0.1:1/".to_owned();
    let mut command = place.run(&nowhere, ["orders.csv", "-v", "--give-up-after", "1s"]);
    said.run("away", 3, &mut command);
    said.messages("away", &place, "orders.failures.csv");
    let busy = ScriptedServer::always(http("503 Service Unavailable", ""));
    let mut command = place.run(&busy, ["orders.csv", "-v", "--retries", "1"]);
    said.run("tried again", 1, &mut command);
    said.messages("tried again", &place, "orders.failures.csv");

    let (server, gate) = ScriptedServer::gated(Connection::accept);
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let first = start(in_chinese(&mut place.run(&server, ["orders.csv", "-j1"])));
    server.wait_for_calls(1);
    said.run(
        "the same files",
        75,
        &mut place.run(&server, ["orders.csv"]),
    );
    gate.open();
    said.heard("the first", 0, first.finish());

    let mut command = place.program();
    let run = start(in_chinese(command.args(["sandbox", "-v"])));
    let run = interrupted(run, "Ctrl-C");
    said.heard("the stand-in", 130, run);
    said.has_no_english();
}

#[test]
fn of_reading_back() {
    let (mut said, place) = (Said::default(), Place::new());
    place.write("orders.csv", MIXED);
    let erp = sandbox();
    said.run("a run", 1, &mut place.run(&erp, ["orders.csv", "--verify"]));
    said.messages("a run", &place, "orders.results.csv");
    said.run(
        "differences",
        1,
        &mut place.verify(&erp, ["orders.csv", "-vv"]),
    );
    said.messages("differences", &place, "orders.verified.csv");
    let erp = sandbox_with(Config {
        may_list: false,
        ..Config::default()
    });
    said.run(
        "no permission",
        1,
        &mut place.run(&erp, ["orders.csv", "--verify"]),
    );
    said.messages("no permission", &place, "orders.results.csv");
    said.run("no permission", 3, &mut place.verify(&erp, ["orders.csv"]));
    said.messages("no permission", &place, "orders.verified.csv");
    let erp = ScriptedServer::always(http("200 OK", r#"{"status":0,"data":{}}"#));
    said.run("no listing", 1, &mut place.verify(&erp, ["orders.csv"]));
    said.messages("no listing", &place, "orders.verified.csv");
    let args = ["orders.csv", "--deadline", "0s", "-o", "orders.csv"];
    said.run("no file", 2, &mut place.verify(&erp, args));
    said.has_no_english();
}
