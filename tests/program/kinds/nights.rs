//! What runs at night, unwatched, ends with a code that is right, and leaves a log that says why.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, Config, SID};

use crate::harness::{
    Connection, Finished, JOURNAL, Place, ScriptedServer, Terminal, accepted, account, finish,
    http_with, sandbox, sandbox_with, start, through,
};

const HEADER: &str = "purchase_no,flag_name\n";

/// One command over `orders.csv` that the stand-in answers.
struct Case {
    name: &'static str,
    /// Rows of the sheet.
    rows: &'static str,
    /// The environment, `NAME=VALUE` with blanks between.
    set: &'static str,
    /// The command, in which `{-1h}` is the time of day an hour ago in UTC.
    typed: &'static str,
    code: i32,
    calls: u64,
    /// Stands on stdout or stderr, parts with `|` between; `{-1h+}` is that time with its date.
    says: &'static str,
}

const TWO: &str = "CG1,aa\nCG2,加急\n";

const CASES: [Case; 31] = [
    Case {
        name: "users F20: a header and no rows",
        rows: "",
        set: "",
        typed: "run orders.csv -q",
        code: 2,
        calls: 0,
        says: "orders.csv: has a header and no rows|nothing was sent|--allow-empty",
    },
    Case {
        name: "users F20: check says so, too",
        rows: "",
        set: "",
        typed: "check orders.csv --format json",
        code: 2,
        calls: 0,
        says: "has a header and no rows",
    },
    Case {
        name: "users F20: nothing is read back for a header without rows",
        rows: "",
        set: "",
        typed: "verify orders.csv -q",
        code: 2,
        calls: 0,
        says: "has a header and no rows",
    },
    Case {
        name: "users F20: no rows, as it is meant to be",
        rows: "",
        set: "",
        typed: "run orders.csv --allow-empty",
        code: 0,
        calls: 0,
        says: "0 rows: 0 ok",
    },
    Case {
        name: "users F22, public 14, row 44: the time of day was an hour ago",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "run orders.csv -q --deadline {-1h}",
        code: 4,
        calls: 0,
        says: "{-1h+}:00 has passed (--deadline): nothing was sent",
    },
    Case {
        name: "users F22: it was nearly six hours ago, and by seconds",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "run orders.csv -q --deadline {-5h}:00",
        code: 4,
        calls: 0,
        says: "{-5h+}:00 has passed",
    },
    Case {
        name: "users F22: reading back ends likewise",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "verify orders.csv -q --deadline {-1h}",
        code: 4,
        calls: 0,
        says: "{-1h+}:00 has passed",
    },
    Case {
        name: "attack: check ends likewise",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "check orders.csv --deadline {-1h}",
        code: 4,
        calls: 0,
        says: "{-1h+}:00 has passed (--deadline): nothing was sent",
    },
    Case {
        name: "attack: so does a dry run that would ask the ERP",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "run orders.csv -n --skip-unchanged --deadline {-1h}",
        code: 4,
        calls: 0,
        says: "{-1h+}:00 has passed",
    },
    Case {
        name: "users F22: it was longer ago, so that of tomorrow is meant, and its date is said",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "run orders.csv -q --deadline {17h}",
        code: 0,
        calls: 2,
        says: "deadline  {17h+}:00",
    },
    Case {
        name: "users F22: what is left is said with the date, of today's deadlines as well",
        rows: TWO,
        set: "TZ=UTC0",
        typed: "run orders.csv --deadline {2h}",
        code: 0,
        calls: 2,
        says: "until {2h+} at the latest (--deadline)",
    },
    Case {
        name: "users F24: an ending with 2 is one line with date and time",
        rows: TWO,
        set: "",
        typed: "run absent.csv -q",
        code: 2,
        calls: 0,
        says: "error: absent.csv: no such file ({now+}",
    },
    Case {
        name: "attack: so is one for a wrong value",
        rows: TWO,
        set: "",
        typed: "run orders.csv -q --retries many",
        code: 2,
        calls: 0,
        says: "error: invalid value 'many' for '--retries <N>': write a whole number ({now+}",
    },
    Case {
        name: "attack: so is one in other words, with what to type instead",
        rows: TWO,
        set: "",
        typed: "check orders.csv --limt 5",
        code: 2,
        calls: 0,
        says: "error: unexpected argument '--limt', a similar one exists: --limit ({now+}",
    },
    Case {
        name: "users F24: an ending with 3, too",
        rows: TWO,
        set: "WDT_SID=nobody",
        typed: "run orders.csv -q",
        code: 3,
        calls: 1,
        says: "error: stopped early: |({now+}",
    },
    Case {
        name: "users F25: conflicts stand in the summary",
        rows: "CG1,aa\nCG1,加急\n",
        set: "",
        typed: "run orders.csv -q",
        code: 0,
        calls: 1,
        says: "note      1 order is given different flags; the last row of each decides",
    },
    Case {
        name: "users F25: so does a directory for state that is not to be had",
        rows: TWO,
        set: "XDG_STATE_HOME=/dev/null",
        typed: "run orders.csv -q",
        code: 0,
        calls: 2,
        says: "note      nothing can be kept in the directory for state",
    },
    Case {
        name: "users F28: the failures stand beside the results that are elsewhere",
        rows: TWO,
        set: "",
        typed: "run orders.csv -o out/r.csv",
        code: 0,
        calls: 2,
        says: "results   out/r.csv|failures  out/orders.failures.csv",
    },
    Case {
        name: "users F28: all into a directory",
        rows: TWO,
        set: "",
        typed: "run orders.csv -o out",
        code: 0,
        calls: 2,
        says: "results   out/orders.results.csv|failures  out/orders.failures.csv",
    },
    Case {
        name: "users F28: what is read back, too",
        rows: TWO,
        set: "",
        typed: "verify orders.csv -o out/",
        code: 1,
        calls: 3,
        says: "verified  out/orders.verified.csv|  out/orders.different.csv (2 rows)",
    },
    Case {
        name: "users F28: a directory that is not there is not made",
        rows: TWO,
        set: "",
        typed: "run orders.csv -o none/",
        code: 2,
        calls: 0,
        says: "there is no directory `none`; make it",
    },
    Case {
        name: "public 4, row 37: a time zone that there is not, and a time of day",
        rows: TWO,
        set: "TZ=Asia/Beijing",
        typed: "check orders.csv --deadline 06:30",
        code: 2,
        calls: 0,
        says: "TZ=Asia/Beijing names none that is known",
    },
    Case {
        name: "public 4: without a time of day it is a warning, and stands in the summary",
        rows: TWO,
        set: "TZ=Asia/Beijing",
        typed: "run orders.csv -q --deadline 1h",
        code: 0,
        calls: 2,
        says: "note      TZ=Asia/Beijing names no time zone that is known, so all times are UTC",
    },
    Case {
        name: "public 4: check warns, too",
        rows: TWO,
        set: "TZ=Mars/Olympus",
        typed: "check orders.csv",
        code: 0,
        calls: 0,
        says: "warning: TZ=Mars/Olympus names no time zone that is known",
    },
    Case {
        name: "public row 38: a rule instead of a name is known",
        rows: TWO,
        set: "TZ=CST-8",
        typed: "run orders.csv --deadline {10h}",
        code: 0,
        calls: 2,
        says: "deadline  {10h+}:00",
    },
    Case {
        name: "public row 39: as cron runs it, with no locale",
        rows: TWO,
        set: "LC_ALL=POSIX LANG= HOME=/nonexistent",
        typed: "run orders.csv -q",
        code: 0,
        calls: 2,
        says: "2 rows: 2 ok",
    },
    Case {
        name: "public row 45: a path of Windows between double quotes",
        rows: TWO,
        set: "",
        typed: "run orders.csv --config backslash.toml",
        code: 2,
        calls: 0,
        says: "backslash.toml:2:|in double quotes write \\\\ or / for each \\, or use single quotes",
    },
    Case {
        name: "public 12: such a path that happens to be well-formed",
        rows: TWO,
        set: "WDT_APP_SECRET=",
        typed: "run orders.csv --config tab.toml",
        code: 2,
        calls: 0,
        says: "in double quotes write \\\\ or / for each \\",
    },
    Case {
        name: "public 12: quotes of a Chinese input method",
        rows: TWO,
        set: "",
        typed: "run orders.csv --config quotes.toml",
        code: 2,
        calls: 0,
        says: "quotes.toml:2:|write plain quotes",
    },
    Case {
        name: "public row 46: a mark and Windows line ends in the configuration file",
        rows: TWO,
        set: "",
        typed: "run orders.csv --config windows.toml -q",
        code: 0,
        calls: 2,
        says: "2 rows: 2 ok",
    },
    Case {
        name: "users F23: help documents the code",
        rows: TWO,
        set: "",
        typed: "help nightly",
        code: 0,
        calls: 0,
        says: "    4      time was up (--deadline), and nothing of 3; the same command goes on",
    },
];

/// With times for `{HOURSh}`, so many hours from now, and `{HOURSh+}`, with their date.
fn filled(text: &str, now: Timestamp) -> String {
    let now = now.to_zoned_datetime(TimeZone::UTC);
    let mut filled = text.replace("{now+}", &now.strftime("%Y-%m-%d ").to_string());
    for hours in [-5, -1, 2, 10, 17] {
        let at = now.saturating_add(SignedDuration::from_hours(hours));
        for (form, mark) in [("%H:%M", ""), ("%Y-%m-%d %H:%M", "+")] {
            let at = at.strftime(form).to_string();
            filled = filled.replace(&format!("{{{hours}h{mark}}}"), &at);
        }
    }
    filled
}

/// Prints the name of a case that fails.
struct Named(&'static str);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed: {}", self.0);
        }
    }
}

#[test]
fn of_one_command() {
    for case in CASES {
        let _named = Named(case.name);
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", HEADER.to_owned() + case.rows);
        fs::create_dir(place.path("out")).expect("made");
        place.write(
            "backslash.toml",
            "[default]\napp_secret_file = \"C:\\Users\\me\\s.txt\"\n",
        );
        place.write(
            "tab.toml",
            "[default]\napp_secret_file = \"C:\\test\\notes.txt\"\n",
        );
        place.write("quotes.toml", "[default]\nsid = “shop”\n");
        place.write("windows.toml", "\u{feff}[default]\r\nrate = '600/min'\r\n");
        let now = Timestamp::now();
        let mut command = place.program();
        account(&mut command, &erp.endpoint());
        command.args(filled(case.typed, now).split(' '));
        if ["run", "verify"]
            .iter()
            .any(|it| case.typed.starts_with(it))
        {
            command.arg("--rate=unlimited");
        }
        let set = case.set.split(' ').filter_map(|it| it.split_once('='));
        let run = finish(command.env("TZ", "UTC0").envs(set)).expect(case.code);
        for words in filled(case.says, now).split('|') {
            assert!(run.said().contains(words), "{words:?}: {run:#?}");
        }
        assert_eq!(erp.stats().calls, case.calls, "{run:#?}");
        if case.code == 2 {
            assert_eq!(run.stderr.lines().count(), 1, "{run:#?}");
        }
        if case.code == 2 || case.calls == 0 && case.code == 4 {
            let files = place.files().into_iter();
            let left: Vec<_> = files.filter(|it| it.starts_with("orders.")).collect();
            assert_eq!(left, ["orders.csv"], "nothing is written: {run:#?}");
        }
    }
}

const NIGHTS: [(&str, fn()); 18] = [
    (
        "users F20: nothing is replaced, and an empty failures file is no reason to end so",
        empty,
    ),
    (
        "users F21: no reply at all, and after ten seconds what may be wrong",
        unanswered,
    ),
    (
        "users F23: the deadline comes first, over a row that was rejected",
        time_up,
    ),
    ("users F23: the deadline and a full disk", time_up_and_full),
    (
        "users F24: another run at it is one line with date and time",
        busy,
    ),
    (
        "users F25: listings refused, and nothing read back",
        refused_listings,
    ),
    (
        "users F25: hidden rows, and a journal set aside",
        hidden_rows_and_old_journal,
    ),
    (
        "users F27: directories are named, and there is no home",
        no_home,
    ),
    (
        "users F28: a directory that cannot be written, and the way out",
        read_only,
    ),
    (
        "users F29: several accounts, and none is named",
        several_accounts,
    ),
    (
        "users F32, F41: a run of last night is continued, which the summary says",
        last_night,
    ),
    ("users F40: standard output is full", full_stdout),
    (
        "public row 33: the deadline comes in the midst of trouble",
        trouble,
    ),
    (
        "attack: nothing was answered until the deadline",
        never_reached,
    ),
    (
        "attack: a signal while another run of the account is waited for",
        signal_while_busy,
    ),
    (
        "attack: a pause that lasted to the deadline",
        throttled_to_the_end,
    ),
    (
        "public row 37: the time zones are in the program",
        no_zoneinfo,
    ),
    (
        "public row 42: SIGINT is ignored, as in the background of a script",
        ignored,
    ),
];

#[test]
fn of_several_steps() {
    // Most of them wait.
    std::thread::scope(|scope| {
        for (name, night) in NIGHTS {
            scope.spawn(move || {
                let _named = Named(name);
                night();
            });
        }
    });
}

fn empty() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG404", "aa")]);
    place.runs(&erp, "orders.csv", 1);
    let before = place.written(&["orders.csv"]);
    place.sheet(&[]);
    place.runs(&erp, "orders.csv -q", 2);
    assert_eq!(place.written(&["orders.csv"]), before);
    // Rows are corrected until none is left, and the command is typed once more.
    place.edit("orders.failures.csv", &[("CG404", "CG2")]);
    place.runs(&erp, "orders.failures.csv", 0);
    let results = place.read("orders.results.csv");
    for _ in 0..2 {
        place.runs(&erp, "orders.failures.csv -q", 0);
    }
    assert_eq!(
        (place.read("orders.results.csv"), erp.stats().calls),
        (results, 3)
    );
}

fn unanswered() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let nobody = "http://127.0.0.1:1/openapi".to_owned();
    let mut run = Terminal::start(&mut place.run(&nobody, ["orders.csv"]), 300);
    let lines = run.until("what may be wrong", |lines| {
        lines
            .iter()
            .any(|line| line.contains("is http://127.0.0.1:1/openapi the right endpoint"))
    });
    let trying = |line: &String| line.contains("trying on for 1 h 00 min (--give-up-after)");
    assert!(lines.iter().any(trying), "{lines:#?}");
    run.interrupt();
    assert_eq!(run.finish(), Some(130));
}

fn time_up() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG404", "aa"), ("CG1", "aa"), ("CG2", "aa")]);
    let mut command = place.run_at("1/h", &erp, ["orders.csv", "-q", "--deadline", "5s"]);
    let run = finish(&mut command).expect(4);
    run.ends_by_saying("the deadline has passed (--deadline); the same command continues");
    let statuses = ["rejected", "skipped", "skipped"];
    assert_eq!(place.statuses("orders.results.csv"), statuses);
    place
        .runs(&erp, "orders.csv -q", 1)
        .prints("1 row taken over");
    assert_eq!(erp.stats().calls, 3);
}

fn time_up_and_full() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let args = ["orders.csv", "-q", "--deadline", "2s"];
    let run = to_full_disk(&place.run_at("1/h", &erp, args));
    run.expect(3).says("the summary cannot be written");
}

/// Runs a command whose standard output takes nothing.
fn to_full_disk(command: &Command) -> Finished {
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" \"$@\" > /dev/full"]);
    finish(&mut through(shell, command))
}

fn busy() {
    let place = Place::new();
    let (erp, gate) = ScriptedServer::gated(Connection::accept);
    place.sheet(&[("CG1", "aa")]);
    let mut first = start(&mut place.run(&erp, ["orders.csv"]));
    first.until("a call", || erp.calls() > 0);
    let run = finish(place.run(&erp, ["orders.csv", "-q"]).env("TZ", "UTC0")).expect(75);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.lines().count()),
        ("", 1),
        "{run:#?}"
    );
    run.says(&filled("({now+}", Timestamp::now()));
    gate.open();
    first.finish().expect(0);
}

fn refused_listings() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    for (option, note) in [
        (
            "--skip-unchanged",
            "the ERP does not list its orders: refused: 权限不足",
        ),
        ("--verify", "nothing is read back: "),
    ] {
        let erp = sandbox_with(Config {
            may_list: false,
            ..Config::default()
        });
        let run = place.runs(&erp, &format!("orders.csv -q {option}"), 0);
        run.prints(&format!("note      {note}"));
        assert_eq!(run.stderr, "");
    }
}

fn hidden_rows_and_old_journal() {
    let (place, erp) = (Place::new(), sandbox());
    let row = |order, hidden| format!("<tr{hidden}><td>{order}</td><td>aa</td></tr>");
    let rows = [
        row("CG404", ""),
        row("CG2", " style=\"display:none\""),
        row("CG3", ""),
    ];
    let header = "<tr><th>purchase_no</th><th>flag_name</th></tr>";
    place.write(
        "orders.xls",
        format!("<table>{header}{}</table>", rows.concat()),
    );
    place.runs(&erp, "orders.xls -q -j1 --max-failures 1", 3);
    let run = place.runs(&erp, "orders.xls -q --fresh", 1);
    run.prints("note      1 row is hidden, by a filter perhaps, and sent too");
    let mut noted = run.stdout.lines().filter(|line| line.starts_with("note "));
    let aside = noted.any(|line| line.contains("is not continued, as asked (--fresh)"));
    assert!(aside, "{run:#?}");
}

fn no_home() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    let directory = |name: &str| {
        let path = place.path(name);
        fs::create_dir_all(path.join("wdt-flags")).expect("made");
        path
    };
    let (config, state) = (directory("config"), directory("state"));
    let profile = format!(
        "[shop]\nsid = '{SID}'\napp_key = '{APP_KEY}'\napp_secret = '{APP_SECRET}'\nendpoint = '{}'\n",
        erp.endpoint()
    );
    place.write("config/wdt-flags/config.toml", profile);
    let mut command = place.program();
    command
        .env_clear()
        .args(["run", "orders.csv", "--profile", "shop"]);
    command
        .env("XDG_CONFIG_HOME", config)
        .env("XDG_STATE_HOME", &state);
    let run = finish(&mut command).expect(0);
    run.says_nothing_of("the directory for state");
    let kept = fs::read_dir(state.join("wdt-flags")).expect("readable");
    assert_eq!(kept.count(), 1, "the pace of the account");
    command.env_remove("XDG_CONFIG_HOME");
    finish(&mut command).expect(2);
}

fn read_only() {
    // Nobody, not even root, makes a file there.
    let directory = Path::new("/sys");
    if !directory.is_dir() {
        return;
    }
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    for name in ["run", "verify"] {
        let mut command = place.program();
        account(&mut command, &erp.endpoint());
        let run = finish(command.args([name, "orders.csv", "-q", "-o", "/sys/"])).expect(2);
        run.says("nothing can be written in the directory `/sys`")
            .says("nothing was sent");
        run.says("--results DIRECTORY/");
        assert_eq!(run.stderr.lines().count(), 1, "{run:#?}");
    }
    assert_eq!(
        (place.files(), erp.stats().calls),
        (vec!["orders.csv".to_owned()], 0)
    );
    fs::create_dir(place.path("out")).expect("made");
    let args = ["orders.csv", "-o", "out", "-j1", "--deadline", "5s"];
    place.numbered(2);
    finish(&mut place.run_at("1/h", &erp, args)).expect(4);
    assert_eq!(
        place.files(),
        ["orders.csv", "out"],
        "the journal is there, too"
    );
    place
        .runs(&erp, "orders.csv -o out", 0)
        .says("1 row taken over");
}

fn several_accounts() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    place.write("c.toml", "[shop1]\nsid = 'a'\n[shop2]\nsid = 'b'\n");
    for arguments in ["run orders.csv", "ping"] {
        let arguments = arguments.split(' ').chain(["--config", "c.toml"]);
        let run = finish(place.program().args(arguments)).expect(2);
        run.says(
            "no profile `default` in c.toml; it has: shop1, shop2; take one with --profile NAME",
        );
    }
    place.checks("orders.csv --config c.toml", 0);
}

fn last_night() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(3);
    let mut run = start(&mut place.run_at("1/h", &erp, ["orders.csv"]));
    run.until("a call", || !place.recorded().is_empty());
    run.kill();
    let mut calls = erp.stats().calls;
    for hours in [31, 29] {
        let journal = place.read(JOURNAL);
        let before = Timestamp::now() - SignedDuration::from_hours(hours);
        let (start, rest) = journal.split_once("\"finished_at\":\"").expect("a time");
        let (_, rest) = rest.split_once('"').expect("its end");
        let other = Place::new();
        other.numbered(3);
        other.write(
            JOURNAL,
            format!("{start}\"finished_at\":\"{before}\"{rest}"),
        );
        // The endpoint is part of what the journal is of.
        let run = other.runs(&erp, "orders.csv -q", 0);
        calls += if hours == 29 { 2 } else { 3 };
        assert_eq!(erp.stats().calls, calls);
        let continued =
            "note      continuing an interrupted run of 29 h 00 min ago: 1 row taken over";
        assert_eq!(run.stdout.contains(continued), hours == 29, "{run:#?}");
    }
}

fn full_stdout() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    let run = to_full_disk(&place.run(&erp, ["orders.csv", "-q"])).expect(3);
    run.says("error: the summary cannot be written: ");
    assert_eq!(place.statuses("orders.results.csv"), ["ok"]);
}

fn trouble() {
    let busy = http_with("503 Busy", "Retry-After: 3600\r\n", "");
    for (erp, code) in [
        (ScriptedServer::always(busy), 4),
        (ScriptedServer::start(Connection::stall), 3),
    ] {
        let place = Place::new();
        place.numbered(2);
        place.runs(&erp, "orders.csv -q --deadline 1s --timeout 2s", code);
        assert_eq!(place.table("orders.results.csv").count("ok"), 0);
    }
}

fn never_reached() {
    let nobody = "http://127.0.0.1:1/openapi".to_owned();
    for command in ["run", "verify", "check --skip-unchanged"] {
        let place = Place::new();
        place.numbered(2);
        let mut program = place.program();
        account(&mut program, &nobody);
        let line = format!("{command} orders.csv -q --deadline 1s");
        let run = finish(program.args(line.split(' '))).expect(3);
        run.says("not one call was answered in ")
            .says("(is the endpoint right?) (--deadline)");
        if command != "check --skip-unchanged" {
            run.prints("note      the last calls before the deadline did not get through: ");
        }
    }
}

fn signal_while_busy() {
    let place = Place::new();
    let (erp, gate) = ScriptedServer::gated(Connection::accept);
    place.write("first.csv", HEADER.to_owned() + TWO);
    place.write("orders.csv", HEADER.to_owned() + TWO);
    let first = start(&mut place.run(&erp, ["first.csv"]));
    erp.wait_for_calls(1);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        for command in ["run", "verify"] {
            let mut program = place.program();
            account(&mut program, &erp.endpoint());
            let mut second = start(program.args([command, "orders.csv"]));
            second.until_it_says("another run is calling for the same account");
            second.signal(signal);
            let run = second.finish().expect(code);
            run.ends_by_saying("error: interrupted");
            let mut files = place.files().into_iter();
            let left = files.find(|it| it.starts_with("orders.") && it != "orders.csv");
            assert_eq!(left, None, "{command} {signal}");
        }
    }
    gate.open();
    first.finish().expect(0);
}

fn throttled_to_the_end() {
    let place = Place::new();
    place.numbered(3);
    let throttled = || http_with("429 Too Many Requests", "Retry-After: 600\r\n", "");
    let server =
        ScriptedServer::by_order(move |n, _| if n == 1 { accepted() } else { throttled() });
    let run = place.runs(&server, "orders.csv -q -j1 --deadline 2s", 4);
    run.prints("note      the last calls before the deadline did not get through: HTTP 429");
    assert_eq!(place.table("orders.results.csv").count("ok"), 1);
}

fn no_zoneinfo() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa")]);
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "mount --bind \"$PWD\" /usr/share/zoneinfo; exec \"$0\" \"$@\"",
    ]);
    let alone = through(shell, &place.run(&erp, ["orders.csv", "-q"]));
    let mut unshared = Command::new("unshare");
    unshared.args(["-m", "true"]).stderr(Stdio::null());
    let mut command = if unshared.status().is_ok_and(|it| it.success()) {
        let mut unshare = Command::new("unshare");
        unshare.arg("-m");
        through(unshare, &alone)
    } else {
        alone
    };
    finish(command.env("TZ", "Asia/Kathmandu")).expect(0);
    let times = place.table("orders.results.csv");
    assert!(
        times.column("finished_at")[0].ends_with("+05:45"),
        "{times:?}"
    );
}

fn ignored() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(20);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' INT; exec \"$0\" \"$@\""]);
    let mut run = start(&mut through(
        shell,
        &place.run_at("20/s", &erp, ["orders.csv"]),
    ));
    run.until("a call", || !place.recorded().is_empty());
    run.signal("INT");
    run.finish().expect(0);
}
