//! Whoever has chosen Chinese reads no English, whichever command says it.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, Config, SID};

use crate::harness::{
    Finished, Place, ScriptedServer, account, finish, http, sandbox, sandbox_with, sheet, start,
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

/// Whether two English words stand in a line, neither of them the name of something.
fn has_english(line: &str) -> bool {
    let is_word = |text: &str| {
        let text = text.trim_matches([',', ';', ':', '.', '(', ')', '?', '!']);
        !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase())
    };
    let ours = NOT_OURS
        .iter()
        .fold(line.to_owned(), |line, other| line.replace(other, "·"));
    let words: Vec<_> = unquoted(&ours).split_whitespace().map(is_word).collect();
    words.windows(2).any(|two| two == [true, true])
}

#[test]
fn english_is_known_where_it_stands() {
    assert!(has_english("错误：the sheet is empty"));
    assert!(has_english("  -v  更多 (see what is said)"));
    assert!(!has_english(
        "下一步    wdt-flags run orders.csv --rate unlimited -v"
    ));
    assert!(!has_english(
        "列 \"the order of these\" 和 `as it is`，“one two three”"
    ));
    assert!(!has_english("错误：No such file or directory (os error 2)"));
}

/// Commands in Chinese in one place, with the account of the stand-in at one endpoint.
struct Chinese {
    place: Place,
    endpoint: String,
}

impl Chinese {
    fn at(endpoint: String) -> Self {
        let place = Place::new();
        place.write("orders.csv", MIXED);
        Chinese { place, endpoint }
    }

    /// A command line, which may begin with variables as in a shell.
    fn command(&self, line: &str) -> Command {
        let mut command = self.place.program();
        account(&mut command, &self.endpoint);
        command.env("WDT_LANG", "zh");
        for word in line.split_whitespace() {
            match word.split_once('=') {
                Some((name, value)) if name.starts_with("WDT_") => command.env(name, value),
                _ => command.arg(word),
            };
        }
        if line.contains("orders.csv") && !line.contains("--rate") && !line.contains("--dir") {
            command.args(["--rate", "unlimited"]);
        }
        command
    }

    #[track_caller]
    fn run(&self, code: i32, line: &str) {
        self.heard(line, code, finish(&mut self.command(line)));
    }

    /// Runs command lines, each after the exit code that it is to have.
    #[track_caller]
    fn run_all(&self, lines: &str) {
        for line in lines.lines() {
            let (code, line) = line.trim().split_once(' ').expect("a code");
            self.run(code.parse().expect("a code"), line);
        }
    }

    /// `init` with the account on standard input.
    #[track_caller]
    fn init(&self, code: i32, more: &str, endpoint: &str) {
        let line = format!("init --config config.toml {more}");
        let mut run = start(self.command(&line).stdin(Stdio::piped()));
        let lines = format!("{SID}\n{APP_KEY}\n{APP_SECRET}\n{endpoint}\n");
        // It may have ended without reading.
        let _ = run.stdin().write_all(lines.as_bytes());
        self.heard(&line, code, run.finish());
    }

    #[cfg(unix)]
    #[track_caller]
    fn interrupt(&self, line: &str, when_it_says: &str) {
        let mut run = start(&mut self.command(line));
        run.until_it_says(when_it_says);
        run.signal("INT");
        self.heard(line, 130, run.finish());
    }

    /// Nothing that was said or written has English in it, and every option that is named is there.
    #[track_caller]
    fn heard(&self, scenario: &str, code: i32, run: Finished) {
        let mut said = run.expect(code).said();
        assert!(!said.is_empty(), "{scenario}: nothing is said");
        for name in self.place.files() {
            if name.starts_with("orders.") && name != "orders.csv" && name.ends_with(".csv") {
                said.push_str(&self.place.table(&name).column("message").join("\n"));
            }
        }
        let options = options();
        for line in said.lines() {
            assert!(!has_english(line), "{scenario}: {line}");
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            for option in words.filter_map(|word| word.strip_prefix("--")) {
                let is_there = options.contains(option) || scenario.contains(option);
                assert!(is_there, "{scenario}: {line}");
            }
        }
    }
}

/// The names of all options.
fn options() -> BTreeSet<String> {
    let program = wdt_flags::cli::command();
    let commands = program.get_subcommands().chain([&program]);
    let options = commands.flat_map(|command| command.get_arguments());
    options
        .filter_map(|option| option.get_long().map(str::to_owned))
        .collect()
}

const MIXED: &str = "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG404,aa\nCG2,aa\nCG2,aa\n,aa\nCG3,特急\nCG5,\nCG5,aa\n";

/// Orders that are none.
const WRONG: &str = "合计|备注：急|采购单号|CG1 CG2|#REF!|####|2.2E+10|2204130001.00|2024-01-02|TRUE|CG\u{3164}1|CG😀|\"CG\n4\"|\"CG\t4\"|99999999999999999999999999999999999999999";

#[test]
fn what_needs_no_erp() {
    let chinese = Chinese::at("production".to_owned());
    let wrong = WRONG.split('|');
    let wrong: String = wrong
        .map(|it| format!("{it},aa\n{it},加急\nCG1,{it}\n"))
        .collect();
    let wrong = format!("purchase_no,flag_name\n{wrong}CG2,aa,more\n");
    for (code, name, content) in [
        (1, "wrong.csv", wrong.as_str()),
        (2, "other.csv", "order,colour\nCG1,red\n"),
        (2, "twice.csv", "采购单号,采购编号,标记\nCG1,CG2,a\n"),
        (
            2,
            "two.csv",
            "采购单号,标记\nCG1,a\n采购单号,备注,标记\n,b,c\n",
        ),
        (2, "quote.csv", "purchase_no,flag_name\nCG1,\"aa\nCG2,aa\n"),
        (2, "empty.csv", ""),
        (2, "page.csv", "%PDF-1.4"),
        (2, "zip.xlsx", "PK\u{3}\u{4}nonsense"),
        (2, "torn.xls", "<table><tr><td>purchase_no"),
        (2, "binary.xls", "\u{9}\u{8}\u{8}\0\0\u{5}\u{5}\0"),
    ] {
        chinese.place.write(name, content);
        chinese.run(code, &format!("check {name}"));
    }
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for (code, name) in [
        (1, "purchase_flags.csv"),
        (0, "purchase_flags.xlsx"),
        (0, "purchase_flags_gbk.csv"),
        (0, "purchase_flags_unicode.txt"),
    ] {
        std::fs::copy(samples.join(name), chinese.place.path(name)).expect("copied");
        chinese.run(code, &format!("check {name} -v --deadline 20s"));
    }
    chinese.place.write("orders.csv", MIXED);
    chinese.run_all(
        "0 --help
        0 run --help
        0 check --help
        0 verify --help
        0 init --help
        0 ping --help
        0 sandbox --help
        0 man --help
        0 completions --help
        0 run -h
        2 run orders.csv --nope
        2 run orders.csv --rate fast
        2 check orders.csv --deadline soon
        2 check orders.csv --sheet 2
        2 check orders.csv --encoding utf-16
        2 check orders.csv --visible-only
        2 check other.csv --order-column number --header-line 1
        2 check absent.csv
        2 check .
        2 verify orders.csv --deadline 1s -o orders.csv
        1 run orders.csv --dry-run
        1 run wrong.csv --sandbox -v
        3 man --dir orders.csv
        2 WDT_SID= WDT_APP_KEY= WDT_APP_SECRET= run orders.csv",
    );
}

#[test]
fn runs_and_reading_back() {
    let erp = sandbox();
    Chinese::at(erp.endpoint()).run_all(
        "1 run orders.csv -vv -j1
        1 run orders.csv -v --on-conflict invalid
        1 run orders.failures.csv -v
        1 run orders.csv --limit 1
        3 run orders.csv --max-failures 1
        1 run orders.csv --fresh
        1 run orders.csv --verify --skip-unchanged
        1 verify orders.csv -vv
        3 WDT_SID=nobody run orders.csv
        3 WDT_ENDPOINT=http://127.0.0.1:1/ run orders.csv -v --fresh --give-up-after 1s
        0 ping
        3 WDT_SID=nobody ping -v",
    );
    let closed = sandbox_with(Config {
        may_list: false,
        ..Config::default()
    });
    Chinese::at(closed.endpoint()).run_all("1 run orders.csv --verify\n3 verify orders.csv");
    let late = sandbox_with(Config {
        clock_skew: SignedDuration::from_mins(10),
        ..Config::default()
    });
    Chinese::at(late.endpoint()).run_all("1 run orders.csv -v\n1 ping");
    for (reply, scenario) in [
        (
            http("503 Service Unavailable", ""),
            "1 run orders.csv -v --retries 1",
        ),
        (
            http("200 OK", "<html></html>"),
            "1 run orders.csv --retries 0",
        ),
        (
            http("200 OK", r#"{"status":0,"data":{}}"#),
            "1 verify orders.csv",
        ),
        (http("404 Not Found", ""), "3 run orders.csv"),
    ] {
        let erp = ScriptedServer::always(reply);
        Chinese::at(erp.endpoint()).run_all(scenario);
    }
}

#[test]
fn accounts() {
    let erp = sandbox();
    let chinese = Chinese::at(erp.endpoint());
    chinese.init(0, "", &erp.endpoint());
    chinese.init(2, "", &erp.endpoint());
    chinese.init(2, "--yes", "nowhere");
    chinese.init(1, "--profile away", "http://127.0.0.1:1/");
    for settings in [
        "[",
        "colour = \"red\"",
        "rate = \"9\"",
        "workers = 0",
        "app_secret = 1",
        "sid = \"a\"",
        "sid = \"a\"\napp_key = \"b\"\napp_secret = \"c\"",
    ] {
        chinese
            .place
            .write("wrong.toml", format!("[default]\n{settings}\n"));
        chinese.run(
            2,
            "WDT_SID= WDT_APP_KEY= WDT_APP_SECRET= ping --config wrong.toml",
        );
    }
    chinese.run_all(
        "2 ping --config absent.toml
        2 ping --config config.toml --profile other
        2 WDT_APP_KEY= ping
        2 WDT_APP_SECRET=hush ping
        2 WDT_APP_SECRET='hush:salt' ping
        2 WDT_ENDPOINT=ftp://erp/openapi ping",
    );
}

#[cfg(unix)]
#[test]
fn what_waits_or_is_interrupted() {
    use crate::harness::Connection;

    let throttling = sandbox_with(Config {
        limit: Some(2),
        ..Config::default()
    });
    let chinese = Chinese::at(throttling.endpoint());
    chinese.interrupt("run orders.csv -v -j1", "暂停 ");
    chinese.interrupt("sandbox -v", "Ctrl-C");

    let (server, gate) = ScriptedServer::gated(Connection::accept);
    let chinese = Chinese::at(server.endpoint());
    chinese.place.write("orders.csv", sheet(2));
    let first = start(&mut chinese.command("run orders.csv -j1"));
    server.wait_for_calls(1);
    chinese.run(75, "run orders.csv");
    gate.open();
    chinese.heard("run orders.csv", 0, first.finish());
}
