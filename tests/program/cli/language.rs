//! The language that is chosen, and that nothing is said in another.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, Config, SID};

use crate::harness::{
    Finished, Place, ScriptedServer, account, finish, http, sandbox, sandbox_with, sheet, start,
};

#[test]
fn an_option_comes_before_the_variable_and_that_before_the_system() {
    for (system, variable, option) in [
        ("zh_CN.UTF-8", "", None),
        ("en_US.UTF-8", "zh", None),
        ("C", "en", Some("--lang=zh")),
    ] {
        let place = Place::new();
        let mut command = place.program();
        for name in ["LANGUAGE", "LC_ALL", "LC_MESSAGES"] {
            command.env_remove(name);
        }
        command.env("LANG", system).env("WDT_LANG", variable);
        let run = finish(command.args(["run", "--help"]).args(option)).expect(0);
        assert!(run.stdout.starts_with("把表格写入 ERP\n"), "{run:?}");
    }
    let place = Place::new();
    let run = finish(place.program().args(["--lang", "fr"])).expect(2);
    assert!(run.stderr.contains("zh, en"), "{run:?}");
}

#[test]
fn a_command_line_is_refused_with_what_to_type_instead() {
    let place = Place::new();
    for (args, expected) in [
        ("orders.csv", "没有名为“orders.csv”的命令\n"),
        (
            "chek orders.csv",
            "没有名为“chek”的命令\n\n  有相近的写法：check\n",
        ),
        (
            "run a.csv --fresch",
            "无法识别参数“--fresch”\n\n  有相近的写法：--fresh\n",
        ),
        (
            "--dry-run run a.csv",
            "无法识别参数“--dry-run”\n\n  有相近的写法：run --dry-run\n",
        ),
        ("run", "缺少必需的参数：<SHEET>\n"),
        ("run a.csv --rate", "“--rate <RATE>”缺少值\n"),
        ("run a.csv --fresh --fresh", "“--fresh”不能重复给出\n"),
        (
            "check a.csv --flag aa --clear",
            "“--flag <NAME>”不能与 --clear 同时使用\n",
        ),
        (
            "check a.csv --retries x",
            "“--retries <N>”的值“x”无效：请写整数\n",
        ),
        (
            "check a.csv --on-conflict lust",
            "“--on-conflict <HOW>”的值“lust”无效：可用的值是 last、invalid\n\n  有相近的写法：last\n",
        ),
    ] {
        let mut command = place.program();
        let run = finish(command.env("WDT_LANG", "zh").args(args.split(' '))).expect(2);
        let said = run.stderr.strip_prefix("错误：").unwrap_or_default();
        assert!(said.starts_with(expected), "{}", run.stderr);
        assert!(!said.contains("Usage"), "{}", run.stderr);
        assert!(said.ends_with("\n\n更多说明请用“--help”查看。\n"));
    }
}

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

/// Commands in Chinese in one place against one server, and all that they said.
struct Chinese {
    place: Place,
    endpoint: String,
    said: Vec<(String, String)>,
}

impl Chinese {
    fn at(endpoint: String) -> Self {
        Chinese {
            place: Place::new(),
            endpoint,
            said: Vec::new(),
        }
    }

    /// A command line, which may begin with variables as in a shell.
    fn command(&self, line: &str) -> Command {
        let mut command = self.place.program();
        account(&mut command, &self.endpoint);
        command.env("WDT_LANG", "zh");
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                Some((name, value)) if name.starts_with("WDT_") => command.env(name, value),
                _ => command.arg(word),
            };
        }
        if ["run orders", "verify"]
            .iter()
            .any(|start| line.contains(start))
        {
            command.args(["--rate", "unlimited"]);
        }
        command
    }

    #[track_caller]
    fn heard(&mut self, line: &str, code: i32, run: Finished) {
        let said = run.expect(code).said();
        assert!(!said.is_empty(), "{line}: nothing is said");
        self.said.push((line.to_owned(), said));
        for name in self.place.files() {
            if [".results.csv", ".failures.csv", ".verified.csv"]
                .iter()
                .any(|it| name.ends_with(it))
            {
                let messages = self.place.table(&name).column("message").join("\n");
                self.said.push((format!("{name} after {line}"), messages));
            }
        }
    }

    #[track_caller]
    fn run(&mut self, code: i32, line: &str) {
        let run = finish(&mut self.command(line));
        self.heard(line, code, run);
    }

    /// `init` with these lines on standard input.
    fn init(&mut self, code: i32, more: &str, endpoint: &str) {
        let line = format!("init --config config.toml {more}");
        let mut run = start(self.command(&line).stdin(Stdio::piped()));
        let lines = format!("{SID}\n{APP_KEY}\n{APP_SECRET}\n{endpoint}\n");
        // It may have ended without reading.
        let _ = run.stdin().write_all(lines.as_bytes());
        self.heard(&line, code, run.finish());
    }

    #[cfg(unix)]
    fn interrupt(&mut self, line: &str, when_it_says: &str) {
        let mut run = start(&mut self.command(line));
        run.until_it_says(when_it_says);
        run.signal("INT");
        self.heard(line, 130, run.finish());
    }

    /// No line has English, and every option that is named is there.
    #[track_caller]
    fn assert_chinese(self) {
        let mut program = wdt_flags::cli::command();
        program.build();
        let commands = program.get_subcommands().chain([&program]);
        let options = commands.flat_map(|command| command.get_arguments());
        let options: BTreeSet<_> = options.filter_map(|it| it.get_long()).collect();
        for (scenario, said) in &self.said {
            for line in said.lines() {
                assert!(!has_english(line), "{scenario}: {line}");
                let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                for option in words.filter_map(|word| word.strip_prefix("--")) {
                    let is_typed = scenario.contains(option);
                    assert!(options.contains(option) || is_typed, "{scenario}: {line}");
                }
            }
        }
    }
}

const MIXED: &str = "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG404,aa\nCG2,aa\nCG2,aa\n,aa\nCG3,特急\nCG5,\nCG5,aa\n";

#[test]
fn help_and_sheets_that_cannot_be_used() {
    let mut chinese = Chinese::at("production".to_owned());
    for (name, content) in [
        ("orders.csv", MIXED),
        ("other.csv", "order,colour\nCG1,red\n"),
        ("twice.csv", "采购单号,采购编号,标记\nCG1,CG2,a\n"),
        (
            "headers.csv",
            "采购单号,标记\nCG1,a\n采购单号,备注,标记\n,b,c\n",
        ),
        ("quote.csv", "purchase_no,flag_name\nCG1,\"aa\nCG2,aa\n"),
        ("empty.csv", ""),
        ("page.csv", "%PDF-1.4"),
        ("zip.xlsx", "PK\u{3}\u{4}nonsense"),
        ("torn.xls", "<table><tr><td>purchase_no"),
        ("binary.xls", "\u{9}\u{8}\u{8}\0\0\u{5}\u{5}\0"),
    ] {
        chinese.place.write(name, content);
        let code = if name == "orders.csv" { 1 } else { 2 };
        chinese.run(code, &format!("check {name}"));
    }
    for command in [
        "run",
        "check",
        "verify",
        "init",
        "ping",
        "sandbox",
        "man",
        "completions",
    ] {
        chinese.run(0, &format!("{command} --help"));
    }
    for (code, line) in [
        (2, ""),
        (0, "--help"),
        (0, "run -h"),
        (2, "run orders.csv --nope"),
        (2, "run orders.csv --rate fast"),
        (2, "check orders.csv --deadline soon"),
        (2, "check orders.csv --sheet 2"),
        (2, "check orders.csv --encoding utf-16"),
        (2, "check other.csv --order-column number --header-line 1"),
        (2, "check absent.csv"),
        (2, "check ."),
        (2, "verify orders.csv --deadline 1s -o orders.csv"),
        (3, "man --dir orders.csv"),
        (2, "WDT_SID= WDT_APP_KEY= WDT_APP_SECRET= run orders.csv"),
    ] {
        chinese.run(code, line);
    }
    chinese.assert_chinese();
}

#[test]
fn cells_that_are_wrong() {
    let mut chinese = Chinese::at("production".to_owned());
    let long = "9".repeat(41);
    let orders = [
        "合计",
        "备注：急",
        "采购单号",
        "CG1 CG2",
        "#REF!",
        "####",
        "2.2E+10",
        "2204130001.00",
        "2024-01-02",
        "TRUE",
        "CG\u{3164}1",
        "CG😀",
        "\"CG\n4\"",
        "\"CG\t4\"",
        &long,
    ];
    let rows = orders.map(|order| format!("{order},aa\n{order},加急\nCG1,{order}\n"));
    let rows = rows.concat();
    chinese.place.write(
        "orders.csv",
        format!("purchase_no,flag_name\n{rows}CG2,aa,more\n"),
    );
    for line in ["check orders.csv", "run orders.csv --sandbox -v"] {
        chinese.run(1, line);
    }
    chinese.assert_chinese();
}

#[test]
fn the_samples() {
    let mut chinese = Chinese::at("production".to_owned());
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for (name, code) in [
        ("purchase_flags.csv", 1),
        ("purchase_flags.xlsx", 0),
        ("purchase_flags_gbk.csv", 0),
        ("purchase_flags_unicode.txt", 0),
    ] {
        std::fs::copy(samples.join(name), chinese.place.path(name)).expect("copied");
        chinese.run(code, &format!("check {name} -v"));
        chinese.run(code, &format!("check {name} --deadline 20s"));
    }
    chinese.run(1, "run purchase_flags.csv --dry-run");
    chinese.assert_chinese();
}

#[test]
fn runs_and_reading_back() {
    let erp = sandbox();
    let mut chinese = Chinese::at(erp.endpoint());
    chinese.place.write("orders.csv", MIXED);
    for (code, line) in [
        (1, "run orders.csv -vv -j1"),
        (1, "run orders.csv -v --on-conflict invalid"),
        (1, "run orders.failures.csv -v"),
        (1, "run orders.csv --limit 1"),
        (3, "run orders.csv --max-failures 1"),
        (1, "run orders.csv --fresh"),
        (1, "run orders.csv --verify --skip-unchanged"),
        (1, "verify orders.csv -vv"),
        (3, "WDT_SID=nobody run orders.csv"),
        (
            3,
            "WDT_ENDPOINT=http://127.0.0.1:1/ run orders.csv -v --fresh --give-up-after 1s",
        ),
        (0, "ping"),
        (3, "WDT_SID=nobody ping -v"),
    ] {
        chinese.run(code, line);
    }
    chinese.assert_chinese();
    for (erp, code, line) in [
        (
            Config {
                may_list: false,
                ..Config::default()
            },
            1,
            "run orders.csv --verify",
        ),
        (
            Config {
                may_list: false,
                ..Config::default()
            },
            3,
            "verify orders.csv",
        ),
        (
            Config {
                clock_skew: SignedDuration::from_mins(10),
                ..Config::default()
            },
            1,
            "run orders.csv -v",
        ),
        (
            Config {
                clock_skew: SignedDuration::from_mins(10),
                ..Config::default()
            },
            1,
            "ping",
        ),
    ] {
        let erp = sandbox_with(erp);
        let mut chinese = Chinese::at(erp.endpoint());
        chinese.place.write("orders.csv", MIXED);
        chinese.run(code, line);
        chinese.assert_chinese();
    }
    for (reply, code, line) in [
        (
            http("503 Service Unavailable", ""),
            1,
            "run orders.csv -v --retries 1",
        ),
        (
            http("200 OK", "<html></html>"),
            1,
            "run orders.csv --retries 0",
        ),
        (
            http("200 OK", r#"{"status":0,"data":{}}"#),
            1,
            "verify orders.csv",
        ),
        (http("404 Not Found", ""), 3, "run orders.csv"),
    ] {
        let erp = ScriptedServer::always(reply);
        let mut chinese = Chinese::at(erp.endpoint());
        chinese.place.write("orders.csv", MIXED);
        chinese.run(code, line);
        chinese.assert_chinese();
    }
}

#[test]
fn accounts() {
    let erp = sandbox();
    let mut chinese = Chinese::at(erp.endpoint());
    chinese.init(0, "", &erp.endpoint());
    chinese.init(2, "", &erp.endpoint());
    chinese.init(2, "--yes", "nowhere");
    chinese.init(1, "--profile away", "http://127.0.0.1:1/");
    for config in [
        "[",
        "[default]\ncolour = \"red\"\n",
        "[default]\nrate = \"9\"\n",
        "[default]\nworkers = 0\n",
        "[default]\napp_secret = 1\n",
        "[default]\nsid = \"a\"\n",
        "[default]\nsid = \"a\"\napp_key = \"b\"\napp_secret = \"c\"\n",
    ] {
        chinese.place.write("wrong.toml", config);
        chinese.run(
            2,
            "WDT_SID= WDT_APP_KEY= WDT_APP_SECRET= ping --config wrong.toml",
        );
    }
    for line in [
        "ping --config absent.toml",
        "ping --config config.toml --profile other",
        "WDT_APP_KEY= ping",
        "WDT_APP_SECRET=hush ping",
        "WDT_APP_SECRET='hush:salt' ping",
        "WDT_ENDPOINT=ftp://erp/openapi ping",
    ] {
        chinese.run(2, line);
    }
    assert!(!chinese.said.iter().any(|(_, said)| said.contains("hush")));
    chinese.assert_chinese();
}

#[cfg(unix)]
#[test]
fn what_waits_or_is_interrupted() {
    use crate::harness::Connection;

    let throttling = sandbox_with(Config {
        limit: Some(2),
        ..Config::default()
    });
    let mut chinese = Chinese::at(throttling.endpoint());
    chinese.place.write("orders.csv", sheet(20));
    chinese.interrupt("run orders.csv -v -j1", "暂停 ");
    chinese.interrupt("sandbox -v", "Ctrl-C");
    let (server, gate) = ScriptedServer::gated(Connection::accept);
    chinese.endpoint = server.endpoint();
    let first = start(&mut chinese.command("run orders.csv -j1 --fresh"));
    server.wait_for_calls(1);
    chinese.run(75, "run orders.csv");
    gate.open();
    chinese.heard("run orders.csv", 0, first.finish());
    chinese.assert_chinese();
}
