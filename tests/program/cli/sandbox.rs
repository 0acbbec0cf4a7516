//! `sandbox`: the stand-in ERP as a program of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::SystemTime;

use md5::{Digest, Md5};
use serde_json::{Value, json};
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID};

use crate::harness::{Finished, Place, Running, finish, sheet, start, through};

/// The stand-in at work, and the lines it printed that point a client at it.
struct Serving {
    place: Place,
    running: Running,
    exports: String,
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        Self::start_in(Place::new(), args)
    }

    fn start_in(place: Place, args: &[&str]) -> Self {
        let mut command = place.program();
        let mut running = start(command.arg("sandbox").args(args));
        let exports = running.until_it_prints(4).join("\n");
        Serving {
            place,
            running,
            exports,
        }
    }

    /// Runs the program in a shell that has evaluated the lines.
    fn client(&self, args: &str) -> Finished {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("eval \"$EXPORTS\"; exec \"$0\" {args}")]);
        let mut command = through(shell, &self.place.program());
        finish(command.env("EXPORTS", &self.exports))
    }

    /// Where it listens.
    fn address(&self) -> &str {
        let endpoint = self.exports.lines().last().unwrap_or_default();
        endpoint
            .trim_start_matches("export WDT_ENDPOINT=http://")
            .trim_end_matches("/openapi")
    }

    fn reply(&self, query: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(self.address()).expect("connected");
        let request = format!(
            "POST /openapi?{query} HTTP/1.1\r\nHost: erp\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        let json = reply.split("\r\n\r\n").nth(1).unwrap_or_default();
        serde_json::from_str(json).expect(&reply)
    }

    /// What it has to show on a page of its orders.
    fn page(&self, argument: &Value, paging: &[(&str, &str)]) -> Value {
        let (secret, salt) = APP_SECRET.split_once(':').expect("two halves");
        let now = SystemTime::UNIX_EPOCH.elapsed().expect("a time").as_secs();
        let (timestamp, body) = ((now - 1_325_347_200).to_string(), format!("[{argument}]"));
        let common = [
            ("sid", SID),
            ("key", APP_KEY),
            ("salt", salt),
            ("method", "purchase.PurchaseOrder.queryWithDetail"),
            ("v", "1.0"),
            ("timestamp", timestamp.as_str()),
        ];
        let fields = [&common[..], paging].concat();
        let mut signed = [&fields[..], &[("body", body.as_str())]].concat();
        signed.sort_unstable();
        let signed: String = signed
            .iter()
            .flat_map(|(name, value)| [*name, value])
            .collect();
        let sign = Md5::digest(format!("{secret}{signed}{secret}"));
        let sign: String = sign.iter().map(|byte| format!("{byte:02x}")).collect();
        let query = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}&"));
        let query = query.collect::<String>();
        let mut reply = self.reply(&format!("{query}sign={sign}"), &body);
        assert_eq!(reply["status"], 0, "{reply}");
        reply["data"].take()
    }

    /// The number and the flag of the order with this number.
    fn looked_up(&self, number: &str) -> Vec<(String, String)> {
        let argument = json!({ "purchase_no": number });
        shown(&self.page(&argument, &[("page_size", "1"), ("page_no", "0")]))
    }
}

/// The numbers and flags on a page.
fn shown(page: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let orders = page["order"].as_array().expect("orders").iter();
    orders
        .map(|order| (text(&order["purchase_no"]), text(&order["flag_name"])))
        .collect()
}

#[test]
fn what_it_prints_points_a_client_at_it_and_sigterm_ends_it() {
    let mut erp = Serving::start(&[]);
    let names: Vec<_> = erp
        .exports
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split('=').next())
        .collect();
    let expected = ["WDT_SID", "WDT_APP_KEY", "WDT_APP_SECRET", "WDT_ENDPOINT"];
    assert_eq!(names, expected);
    erp.client("ping").expect(0);
    erp.place.write("orders.csv", sheet(5));
    erp.client("run orders.csv --rate unlimited").expect(0);
    assert_eq!(erp.place.table("orders.results.csv").count("ok"), 5);

    erp.running.signal("TERM");
    let ended = erp.running.finish().expect(143);
    assert!(
        ended.stderr.starts_with("serving a stand-in ERP"),
        "{ended:?}"
    );
}

#[test]
fn it_prints_for_the_shell_that_is_named() {
    for (shell, begins) in [("powershell", "$env:WDT_SID='"), ("cmd", "set \"WDT_SID=")] {
        let mut erp = Serving::start(&["--shell", shell]);
        assert!(erp.exports.starts_with(begins), "{}", erp.exports);
        erp.running.signal("TERM");
        erp.running.finish().expect(143);
    }
}

#[test]
fn it_can_be_made_difficult() {
    let options = [
        "--flags",
        "急,缓",
        "--clock-skew",
        "-5m",
        "--latency",
        "1ms",
    ];
    let mut erp = Serving::start(&options);
    let run = erp.client("ping").expect(1);
    assert!(run.stdout.contains("ahead of the ERP's"), "{run:?}");
    let sheet = "purchase_no,flag_name\nCG1,急\nCG2,aa\nCG3,无\nCG4,缓\n";
    erp.place.write("orders.csv", sheet);
    erp.client("run orders.csv --rate unlimited").expect(1);
    let results = erp.place.table("orders.results.csv");
    assert_eq!(results.column("status"), ["ok", "rejected", "ok", "ok"]);
    erp.running.signal("INT");
    erp.running.finish().expect(130);
}

#[test]
fn with_v_it_tells_of_each_request() {
    let mut erp = Serving::start(&["-v"]);
    erp.client("ping").expect(0);
    erp.place
        .write("orders.csv", "purchase_no,flag_name\nCG1,aa\nCG404,aa\n");
    erp.client("run orders.csv -j1 --rate unlimited").expect(1);
    erp.client("ping --endpoint ${WDT_ENDPOINT%/openapi}/elsewhere")
        .expect(3);
    erp.running.until_it_says("POST /elsewhere");
    erp.running.signal("TERM");
    let ended = erp.running.finish().expect(143);
    for told in [
        "system.Core.now []: {\"status\":0,\"data\":\"20",
        "updatePurchaseInfo [{\"purchase_no\":\"CG1\",\"flag_name\":\"aa\"}]: {\"status\":0}",
        "\"CG404\",\"flag_name\":\"aa\"}]: {\"message\":\"单据不存在\",\"status\":100}",
        "POST /elsewhere : HTTP 404",
    ] {
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
    }
    let mut silent = Serving::start(&[]);
    silent.client("ping").expect(0);
    silent.running.signal("TERM");
    let ended = silent.running.finish().expect(143);
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

#[test]
fn it_starts_with_the_orders_of_a_file_and_lists_them() {
    let place = Place::new();
    let rows: String = (100..350)
        .map(|n| format!("CG{n},加急,2020-11-01 08:{:02}:{:02}\n", n / 60, n % 60))
        .collect();
    place.write(
        "there.csv",
        format!("order,flag,modified\n{rows}CG1,,\nCG2,,\n"),
    );
    let args = ["--orders", "there.csv", "--hidden", "CG2,CG349"];
    let mut erp = Serving::start_in(place, &args);
    let november = json!({
        "start_time": "2020-11-01 00:00:00",
        "end_time": "2020-11-30 00:00:00",
    });
    let mut listed = Vec::new();
    for page_no in 0.. {
        let number = page_no.to_string();
        let mut paging = vec![("page_size", "100"), ("page_no", number.as_str())];
        if page_no == 0 {
            paging.push(("calc_total", "1"));
        }
        let page = erp.page(&november, &paging);
        let total = if page_no == 0 {
            json!(249)
        } else {
            Value::Null
        };
        assert_eq!(page["total_count"], total);
        let orders = shown(&page);
        listed.extend_from_slice(&orders);
        if orders.len() < 100 {
            break;
        }
    }
    let there = (100..349).map(|n| (format!("CG{n}"), "加急".to_owned()));
    assert_eq!(listed, there.collect::<Vec<_>>());

    let flagged = |number: &str, flag: &str| vec![(number.to_owned(), flag.to_owned())];
    assert_eq!(erp.looked_up("CG1"), flagged("CG1", "无"));
    assert_eq!(erp.looked_up("CG2"), []);
    assert_eq!(erp.looked_up("CG3"), []);
    erp.place
        .sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG100", "无")]);
    erp.client("run orders.csv --rate unlimited").expect(0);
    assert_eq!(erp.looked_up("CG1"), flagged("CG1", "aa"));
    assert_eq!(erp.looked_up("CG2"), []);
    assert_eq!(erp.looked_up("CG3"), flagged("CG3", "aa"));
    assert_eq!(erp.looked_up("CG100"), flagged("CG100", "无"));
    erp.running.signal("TERM");
    erp.running.finish().expect(143);
}

#[test]
fn orders_that_cannot_be_read_are_an_error_of_usage() {
    let place = Place::new();
    place.write("there.csv", "order,flag,modified\nCG1,,\nCG2,,yesterday\n");
    for (file, wrong) in [
        (
            "there.csv",
            "error: there.csv: line 3, column modified: \"yesterday\" is no time",
        ),
        ("elsewhere.csv", "error: elsewhere.csv: cannot be read: "),
    ] {
        let mut command = place.program();
        let run = finish(command.args(["sandbox", "--orders", file])).expect(2);
        assert!(run.stderr.starts_with(wrong), "{run:?}");
        assert_eq!((run.stderr.lines().count(), &*run.stdout), (1, ""));
    }
    let args = ["sandbox", "--orders", "there.csv", "--lang", "zh"];
    let run = finish(place.program().args(args)).expect(2);
    let wrong = "there.csv：第 3 行，列 modified：\"yesterday\" 不是有效的时间；请写成 ";
    assert!(run.stderr.contains(wrong), "{run:?}");
}

#[test]
fn a_call_that_names_no_method_is_told_in_either_language() {
    for (language, told) in [("en", "no method []"), ("zh", "未指明方法 []")] {
        let mut erp = Serving::start(&["-v", "--lang", language]);
        assert_eq!(erp.reply("", "[]")["status"], 2);
        erp.running.until_it_says(told);
        erp.running.signal("TERM");
        erp.running.finish().expect(143);
    }
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    let erp = Serving::start(&[]);
    let address = erp.address();
    let mut command = erp.place.program();
    let run = finish(command.args(["sandbox", "--listen", address])).expect(3);
    assert!(run.stderr.contains(address), "{run:?}");
    assert_eq!(run.stdout, "");
}

#[test]
fn options_out_of_range_are_refused() {
    let place = Place::new();
    for args in [
        ["--fail-rate", "1.5"],
        ["--limit", "0/min"],
        ["--max-concurrency", "0"],
        ["--latency", "soon"],
        ["--listen", "here"],
    ] {
        let mut command = place.program();
        let run = finish(command.arg("sandbox").args(args)).expect(2);
        assert!(run.stderr.contains(args[0]), "{run:?}");
    }
}
