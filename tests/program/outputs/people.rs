//! Messages to people: what a robot hears, when, and what is said where it does not take it.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::harness::{Place, Request, ScriptedServer, finish, http, http_with, sandbox};

const OK: &str = r#"{"errcode":0,"errmsg":"ok"}"#;
/// The secret part of the robot's address.
const TOKEN: &str = "token-0123456789";

/// A robot that answers each message with the next of these bodies, and then goes on with the last.
fn robot(bodies: &'static [&'static str]) -> ScriptedServer {
    ScriptedServer::per_call(move |n, _| {
        let body = bodies.get(n - 1).or(bodies.last())?;
        Some(http("200 OK", body))
    })
}

fn with_robot(command: &mut Command, robot: &ScriptedServer, format: &str) {
    let url = format!("{}/robot/send?access_token={TOKEN}", robot.url());
    command
        .env("WDT_NOTIFY_URL", url)
        .env("WDT_NOTIFY_FORMAT", format);
}

fn text(request: &Request) -> String {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    body["text"]["content"].as_str().expect("a text").to_owned()
}

/// A place with a run and what its robot heard of it.
struct Night {
    place: Place,
    erp: wdt_flags::sandbox::Sandbox,
    robot: ScriptedServer,
}

impl Night {
    fn new() -> Night {
        Night {
            place: Place::new(),
            erp: sandbox(),
            robot: robot(&[OK]),
        }
    }

    /// The first line of each message, after a run of a sheet with these orders.
    #[track_caller]
    fn told(&self, orders: &[&str], line: &str, code: i32) -> Vec<String> {
        let rows: Vec<_> = orders.iter().map(|order| (*order, "aa")).collect();
        self.place.sheet(&rows);
        self.told_of(line, code)
    }

    #[track_caller]
    fn told_of(&self, line: &str, code: i32) -> Vec<String> {
        let before = self.robot.requests().len();
        let mut run = self.place.run(&self.erp, line.split(' '));
        with_robot(&mut run, &self.robot, "dingtalk");
        let run = finish(&mut run).expect(code);
        assert!(!run.said().contains(TOKEN), "{run:#?}");
        let requests = self.robot.requests();
        let texts = requests[before..].iter().map(text);
        texts
            .map(|it| it.lines().next().expect("a line").to_owned())
            .collect()
    }
}

#[test]
fn problems_are_told_and_that_they_are_over_once() {
    let night = Night::new();
    let title = |how: &str| vec![format!("wdt-flags sandbox orders.csv: {how}")];
    let nothing = Vec::<String>::new();
    let line = "orders.csv";
    assert_eq!(night.told(&["CG1"], line, 0), nothing, "all is well");
    let bad = title("1 to look at (1 ok)");
    assert_eq!(night.told(&["CG1", "CG404"], line, 1), bad);
    let text = text(night.robot.requests().last().expect("a message"));
    for part in [
        "account sandbox (app key sandbox-app) at http://",
        "exit code 1",
        "2 rows: 1 ok, 1 rejected",
        "since the last results: 1 new, 0 recovered",
        "1 × 单据不存在 (new)",
        "results ",
        "orders.failures.csv",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let command = text.lines().last().expect("a line");
    let file = command.strip_prefix("wdt-flags run ").expect("a command");
    let file = Path::new(file.trim_start_matches(['\'', '"']));
    assert!(file.is_absolute(), "{text}");
    // Known already, and so not new.
    assert_eq!(night.told(&["CG1", "CG404"], line, 1), bad);
    let last = night
        .robot
        .requests()
        .last()
        .map(self::text)
        .expect("a message");
    assert!(last.contains("1 × 单据不存在\n"), "{last}");
    let over = title("recovered, 1 more in (2 ok)");
    assert_eq!(night.told(&["CG1", "CG2"], line, 0), over);
    assert_eq!(night.told(&["CG1", "CG2"], line, 0), nothing);
    assert_eq!(
        night.told(&["CG1"], "orders.csv --notify always", 0),
        title("all in (1 ok)")
    );
    assert_eq!(
        night.told(&["CG404"], "orders.csv --notify never", 1),
        nothing
    );
    assert_eq!(night.told(&[], line, 2), title("nothing was done"));
    assert_eq!(night.told(&["CG404"], "orders.csv --dry-run", 0), nothing);
}

#[test]
fn a_correction_tells_of_its_sheet_in_chinese_as_well() {
    let night = Night::new();
    night.told(&["CG1", "CG404"], "orders.csv", 1);
    night.place.edit("orders.failures.csv", &[("CG404", "CG4")]);
    let told = night.told_of("orders.failures.csv --lang zh --keyword [标记通知]", 0);
    let title = "旺店通标记 sandbox orders.failures.csv：已恢复，1 行已写入（1 成功）";
    assert_eq!(told, [title]);
    let last = night.robot.requests().last().map(text).expect("a message");
    assert!(last.lines().any(|line| line == "[标记通知]"), "{last}");
}

#[test]
fn what_is_new_is_told_by_the_order_wherever_its_column_is() {
    let night = Night::new();
    let sheet = |orders: [&str; 2]| {
        let rows = (1..).zip(orders);
        let rows: String = rows.map(|(n, order)| format!("{n},{order},aa\n")).collect();
        let text = format!("序号,purchase_no,flag_name\n{rows}");
        night.place.write("orders.csv", text);
    };
    sheet(["CG1", "CG404"]);
    assert_eq!(night.told_of("orders.csv", 1).len(), 1);
    sheet(["CG404", "CG1"]);
    assert_eq!(night.told_of("orders.csv", 1).len(), 1);
    let last = night.robot.requests().last().map(text).expect("a message");
    assert!(!last.contains("recovered"), "{last}");
}

#[test]
fn the_night_after_a_correction_tells_that_it_is_over_once() {
    let night = Night::new();
    let told = night.told(&["CG1", "CG404"], "orders.csv", 1);
    assert_eq!(told.len(), 1);
    night.place.edit("orders.failures.csv", &[("CG404", "CG4")]);
    // By somebody at a terminal, who needs no message.
    assert_eq!(
        night.told_of("orders.failures.csv --notify never", 0),
        [""; 0]
    );
    let over = ["wdt-flags sandbox orders.csv: recovered, 1 more in (2 ok)"];
    assert_eq!(night.told(&["CG1", "CG4"], "orders.csv", 0), over);
    assert_eq!(night.told(&["CG1", "CG4"], "orders.csv", 0), [""; 0]);
}

/// What the robot answers, how often it is asked, and what is said of that in the summary.
const REPLIES: [(&str, &[&str], usize, &str); 8] = [
    ("taken", &[OK], 1, ""),
    (
        "busy, then taken",
        &[r#"{"errcode":-1,"errmsg":"busy"}"#, OK],
        2,
        "",
    ),
    (
        "throttled, then taken",
        &[r#"{"errcode":130101,"errmsg":"too fast","wait":1}"#, OK],
        2,
        "",
    ),
    (
        "throttled for good",
        &[r#"{"errcode":130101,"errmsg":"too fast","wait":1}"#],
        2,
        "too fast (code 130101)",
    ),
    (
        "no keyword",
        &[r#"{"errcode":310000,"errmsg":"keywords not in content"}"#],
        1,
        "set --keyword",
    ),
    ("no robot", &["<html>welcome</html>"], 1, "HTTP 200"),
    (
        "it repeats the token",
        &[r#"{"errcode":1,"errmsg":"no token-0123456789"}"#],
        1,
        "no *** (code 1)",
    ),
    ("nothing", &[""], 1, "HTTP 200"),
];

#[test]
fn what_is_not_taken_is_said_and_changes_nothing() {
    for (name, bodies, asked, says) in REPLIES {
        let (place, erp, robot) = (Place::new(), sandbox(), robot(bodies));
        place.sheet(&[("CG404", "aa")]);
        let mut run = place.run(&erp, ["orders.csv", "--log=l", "--summary=s.json", "-vv"]);
        with_robot(&mut run, &robot, "dingtalk");
        let run = finish(&mut run).expect(1);
        assert_eq!(robot.calls(), asked, "{name}: {run:#?}");
        assert!(run.stdout.contains(says), "{name}: {run:#?}");
        assert_eq!(
            run.stdout.contains("nobody was told"),
            !says.is_empty(),
            "{name}"
        );
        let said = run.said() + &place.written(&[]);
        assert!(!said.contains(TOKEN), "{name}: {said}");
    }
}

#[test]
fn a_redirect_is_not_followed_and_no_connection_is_tried_again() {
    let elsewhere = robot(&[OK]);
    let location = format!("Location: {}/x?access_token={TOKEN}\r\n", elsewhere.url());
    let redirecting = ScriptedServer::always(http_with("302 Found", &location, ""));
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG404", "aa")]);
    for format in ["dingtalk", "json"] {
        let mut run = place.run(&erp, ["orders.csv"]);
        with_robot(&mut run, &redirecting, format);
        finish(&mut run).expect(1).prints("HTTP 302");
    }
    assert_eq!(elsewhere.calls(), 0);
    let closing = ScriptedServer::start(|connection| connection.request().map(drop));
    let mut run = place.run(&erp, ["orders.csv"]);
    with_robot(&mut run, &closing, "wecom");
    finish(&mut run).expect(1).prints("nobody was told");
    assert_eq!(closing.connections(), 3, "three tries");
}

#[test]
fn a_wrong_clock_is_corrected_by_the_robots_once() {
    let times = Arc::<Mutex<Vec<i64>>>::default();
    let seen = Arc::clone(&times);
    let robot = ScriptedServer::per_call(move |_, request| {
        let time = request.query("timestamp").and_then(|it| it.parse().ok());
        seen.lock().expect("no panic").push(time.expect("a time"));
        let date = "Date: Sun, 01 Nov 2026 00:00:00 GMT\r\n";
        let body = r#"{"errcode":310000,"errmsg":"invalid timestamp"}"#;
        Some(http_with("200 OK", date, body))
    });
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG404", "aa")]);
    let mut run = place.run(&erp, ["orders.csv"]);
    with_robot(&mut run, &robot, "dingtalk");
    run.env("WDT_NOTIFY_SECRET", "SECtest");
    let run = finish(&mut run).expect(1);
    run.prints("this machine's clock is off");
    assert!(!run.said().contains("SECtest"));
    let times = times.lock().expect("no panic");
    let corrected = 1_793_491_200_000;
    assert_eq!(times.len(), 2);
    assert!(
        (corrected..corrected + 60_000).contains(&times[1]),
        "{times:?}"
    );
}

#[test]
fn a_webhook_gets_the_summary_and_feishu_a_card() {
    let (place, erp, webhook) = (Place::new(), sandbox(), robot(&["{}"]));
    place.sheet(&[("CG404", "aa")]);
    let mut run = place.run(&erp, ["orders.csv"]);
    with_robot(&mut run, &webhook, "json");
    run.env("WDT_NOTIFY_SECRET", "hooksecret");
    finish(&mut run).expect(1);
    let request = &webhook.requests()[0];
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    assert_eq!(
        (&body["exit_code"], &body["rows"]["failures"]),
        (&json!(1), &json!(1))
    );
    assert!(body["title"].is_string() && body["text"].is_string());
    let mac = hmac_sha256::HMAC::mac(&request.body, "hooksecret");
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let head = request.head.to_lowercase();
    let signed = format!("x-wdt-flags-signature: sha256={mac}\r\n");
    assert!(head.contains(&signed), "{head}");

    let feishu = robot(&[r#"{"code":0}"#]);
    let mut run = place.run(&erp, ["orders.csv"]);
    with_robot(&mut run, &feishu, "feishu");
    run.env("WDT_NOTIFY_SECRET", "demo");
    finish(&mut run).expect(1);
    let body: Value = serde_json::from_str(&feishu.requests()[0].body).expect("JSON");
    assert_eq!(body["msg_type"], "interactive");
    assert!(body["timestamp"].is_string() && body["sign"].is_string());
    let elements = &body["card"]["elements"][0]["text"];
    assert_eq!(elements["tag"], "plain_text");
}

#[test]
fn healthchecks_hears_of_every_night() {
    let (place, erp, checks) = (Place::new(), sandbox(), robot(&["OK"]));
    place.sheet(&[("CG1", "aa")]);
    for (line, code, ending) in [("orders.csv", 0, "/0?"), ("absent.csv", 2, "/2?")] {
        let mut run = place.run(&erp, [line]);
        let url = format!("{}/ping-key/slug", checks.url());
        run.env("WDT_NOTIFY_URL", url)
            .env("WDT_NOTIFY_FORMAT", "healthchecks");
        finish(&mut run).expect(code);
        let target = checks
            .requests()
            .last()
            .expect("a ping")
            .target()
            .to_owned();
        assert!(target.contains(&format!("slug{ending}rid=")), "{target}");
    }
}

#[test]
fn a_test_message_says_whether_it_arrived_and_where_the_robot_is_given() {
    let (place, taking) = (Place::new(), robot(&[OK]));
    let refusing = robot(&[r#"{"errcode":300005,"errmsg":"token is not exist"}"#]);
    let url = |robot: &ScriptedServer| format!("{}/robot/send?access_token={TOKEN}", robot.url());
    place.write("url.txt", url(&taking) + "\n");
    let profiles = format!(
        "[good]\nsid = \"x\"\nnotify_url_file = \"url.txt\"\nnotify_format = \"dingtalk\"\n\
         [bad]\nnotify_url = \"{}\"\nnotify_format = \"dingtalk\"\n\
         [none]\nsid = \"x\"\n[wrong]\nnotify_url = \"hush-{TOKEN}\"\n",
        url(&refusing)
    );
    place.write("c.toml", profiles);
    for (profile, code, says) in [
        ("good", 0, "delivered to dingtalk (127.0.0.1)"),
        ("bad", 1, "copy it again"),
        ("none", 2, "no robot to tell people"),
        ("wrong", 2, "is no http(s) address"),
    ] {
        let mut test = place.program();
        let run = finish(test.args(["notify", "--test", "--config=c.toml", "--profile", profile]));
        let run = run.expect(code);
        assert!(run.said().contains(says), "{profile}: {run:#?}");
        assert!(!run.said().contains(TOKEN), "{profile}: {run:#?}");
    }
    let mut test = place.program();
    with_robot(&mut test, &taking, "wecom");
    finish(test.args(["notify", "--test"])).expect(0);
    assert_eq!(taking.calls(), 2);
}
