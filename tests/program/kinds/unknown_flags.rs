//! A flag that the ERP does not know, or that the account's profile does not list, does not cost a
//! call for every order.

use std::fmt::Write;

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID};

use crate::harness::{Place, Request, ScriptedServer, accepted, finish, refused, sandbox, start};

const UNKNOWN: &str = "as line 2; define the flag in the ERP or correct it";

/// Writes `orders.csv` with orders of these flags, a word each: `5 aa, 3 bb`.
fn sheet(place: &Place, flags: &str) {
    let mut rows = "purchase_no,flag_name\n".to_owned();
    let mut number = 0;
    for part in flags.split(", ") {
        let (count, flag) = part.split_once(' ').expect(part);
        for _ in 0..count.parse().expect(count) {
            number += 1;
            writeln!(rows, "CG{number},{flag}").expect("written");
        }
    }
    place.write("orders.csv", rows);
}

fn server(reply: impl Fn(usize, &Request) -> Vec<u8> + Send + Sync + 'static) -> ScriptedServer {
    ScriptedServer::per_call(move |n, request| Some(reply(n, request)))
}

fn unknown(flag: &str) -> Vec<u8> {
    refused(100, &format!("采购标记不存在:{flag}"))
}

/// The ERP that knows the flag aa only, and says so in these words.
fn knows_aa(words: fn(&str) -> String) -> ScriptedServer {
    server(move |_, request| match request.flag().as_str() {
        "aa" => accepted(),
        flag => refused(100, &words(flag)),
    })
}

/// A case: its name, the sheet's flags, what the ERP says of one that it does not know, the calls,
/// and how many rows are rejected and accepted.
type Case = (
    &'static str,
    &'static str,
    fn(&str) -> String,
    usize,
    [usize; 2],
);

const CASES: [Case; 11] = [
    (
        "public, noflag: one flag for all",
        "60 xx",
        |it| format!("采购标记不存在:{it}"),
        2,
        [60, 0],
    ),
    (
        "public, noflag: one order",
        "1 xx, 1 aa",
        |it| format!("采购标记不存在:{it}"),
        2,
        [1, 1],
    ),
    (
        "public, noflag: two orders",
        "2 xx",
        |it| format!("采购标记不存在:{it}"),
        2,
        [2, 0],
    ),
    (
        "public, noflag: with a wide colon",
        "9 xx",
        |it| format!("采购标记不存在：{it}"),
        2,
        [9, 0],
    ),
    (
        "public, noflag: in other words",
        "9 xx",
        |it| format!("标记{it}  不存在/已停用/类型错误"),
        2,
        [9, 0],
    ),
    (
        "public, noflag: a flag that is off",
        "9 xx",
        |it| format!("标记{it} 已停用"),
        2,
        [9, 0],
    ),
    (
        "public, noflag: several flags",
        "20 xx, 20 aa, 20 yy",
        |it| format!("采购标记不存在:{it}"),
        24,
        [40, 20],
    ),
    (
        "public, noflag: a flag that others contain",
        "9 标记不存在",
        |it| format!("采购标记不存在:{it}"),
        2,
        [9, 0],
    ),
    (
        "public, noflag: not what was sent",
        "9 xx",
        |it| format!("采购标记不存在:{it}x"),
        9,
        [9, 0],
    ),
    (
        "public, noflag: not of the flag",
        "9 xx",
        |_| "单据不存在".into(),
        9,
        [9, 0],
    ),
    (
        "public, noflag: a longer flag",
        "9 xx",
        |it| format!("标记{it}1 不存在"),
        9,
        [9, 0],
    ),
];

#[test]
fn two_orders_show_that_the_erp_does_not_know_a_flag() {
    for (name, flags, words, calls, counts) in CASES {
        for workers in ["-j1", "-j16"] {
            let place = Place::new();
            sheet(&place, flags);
            let server = knows_aa(words);
            place.runs(&server, &format!("orders.csv {workers}"), 1);
            assert_eq!(server.calls(), calls, "{name} {workers}");
            let results = place.table("orders.results.csv");
            let found = ["rejected", "ok"].map(|status| results.count(status));
            assert_eq!(found, counts, "{name} {workers}");
            let messages = results.column("message").into_iter();
            let without_call =
                messages.filter(|it| it.ends_with("define the flag in the ERP or correct it"));
            let rows: usize = counts.iter().sum();
            assert_eq!(without_call.count(), rows - calls, "{name} {workers}");
        }
    }
}

#[test]
fn what_was_not_asked_is_told_as_the_row_that_was() {
    let place = Place::new();
    sheet(&place, "4 xx");
    let server = knows_aa(|flag| format!("采购标记不存在:{flag}"));
    let run = place.runs(&server, "orders.csv -j1 --max-failures 3", 1);
    run.prints(&format!("2  rejected  {UNKNOWN}\n"));
    let results = place.table("orders.results.csv");
    let cells = results.text(["status", "code", "message", "attempts"]);
    let asked = "rejected,100,采购标记不存在:xx,1\n";
    let spared = format!("rejected,100,{UNKNOWN},0\n");
    assert_eq!(cells, [asked, asked, &*spared, &*spared].concat());

    // Somebody may have defined it since: a correction asks anew.
    place.runs(&server, "orders.failures.csv -j1", 1);
    assert_eq!(server.calls(), 4);
    place.edit("orders.failures.csv", &[(",xx", ",aa"), (",xx", ",aa")]);
    place.runs(&server, "orders.failures.csv", 1);
    assert_eq!(server.calls(), 8, "two of aa, and two of xx");
}

/// A case: its name, what comes of the first calls with the flag, and the calls for 12 orders, which
/// the ERP refuses from then on.
#[test]
fn a_flag_that_was_accepted_is_known_and_what_says_nothing_of_it_holds_nobody_up() {
    for (name, first, calls) in [
        ("public, noflag: known at first", vec![accepted()], 12),
        (
            "public, noflag: known between",
            vec![unknown("xx"), accepted()],
            12,
        ),
        (
            "public, noflag: another refusal first",
            vec![refused(100, "单据不存在")],
            3,
        ),
        (
            "public, noflag: a fault first",
            vec![refused(99, "其他错误")],
            3,
        ),
        (
            "public, noflag: the ERP is back",
            vec![unknown("xx"), refused(99, "其他错误")],
            3,
        ),
    ] {
        let place = Place::new();
        sheet(&place, "12 xx");
        let server = server(move |n, request| match first.get(n - 1) {
            Some(reply) => reply.clone(),
            None => unknown(&request.flag()),
        });
        place.runs(&server, "orders.csv -j1", 1);
        assert_eq!(server.calls(), calls, "{name}");
        assert_eq!(
            place.table("orders.results.csv").count("failed"),
            0,
            "{name}"
        );
    }
}

#[test]
fn a_call_that_hangs_holds_up_the_orders_of_its_flag_for_one_attempt() {
    let (name, place) = ("public, noflag: the first call hangs", Place::new());
    sheet(&place, "6 aa, 1 bb");
    let server = ScriptedServer::start(|caller| {
        let request = caller.request()?;
        match request.order().as_str() {
            "CG1" => caller.stall(),
            _ => caller.accept(&request),
        }
    });
    place.runs(&server, "orders.csv -j4 --timeout=1s --retries=1", 1);
    let results = place.table("orders.results.csv");
    assert_eq!(
        (results.count("ok"), results.count("failed")),
        (6, 1),
        "{name}"
    );
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn a_stop_wakes_the_orders_that_wait() {
    let (name, place) = (
        "public, noflag: interrupted while others wait",
        Place::new(),
    );
    sheet(&place, "1 bb, 40 aa");
    let server = ScriptedServer::start(|caller| {
        let request = caller.request()?;
        match request.flag().as_str() {
            "aa" => caller.stall(),
            _ => caller.accept(&request),
        }
    });
    let mut run = start(&mut place.run(
        &server,
        ["orders.csv", "-j8", "--timeout=2s", "--retries=0"],
    ));
    server.wait_for_calls(2);
    run.signal("INT");
    run.finish().expect(130);
    assert_eq!(server.calls(), 2, "{name}");
    assert_eq!(
        place.table("orders.results.csv").count("skipped"),
        39,
        "{name}"
    );
}

#[test]
fn what_an_interrupted_run_knows_counts() {
    // Before it was cut short, after so many calls, and then: the calls in all.
    for (name, flags, cut, calls) in [
        ("public, noflag: one refused before", "9 xx", 1, 3),
        ("public, noflag: two refused before", "9 xx", 2, 4),
        ("public, noflag: accepted before", "1 xx, 9 yy, 8 xx", 3, 13),
    ] {
        let place = Place::new();
        sheet(&place, flags);
        let is_first = name.ends_with("accepted before");
        let server = server(move |n, request| match n {
            1 if is_first => accepted(),
            _ => unknown(&request.flag()),
        });
        place.runs(
            &server,
            &format!(
                "orders.csv -j1 --max-failures={}",
                cut - usize::from(is_first)
            ),
            3,
        );
        assert_eq!(server.calls(), cut, "{name}");
        place.runs(&server, "orders.csv -j4", 1);
        assert_eq!(server.calls(), calls, "{name}");
    }
}

/// A case: its name, the flags of orders that stand around others, how many failures stop the run, the
/// calls of it, and those of the next, for which somebody has defined the flag.
type Stopped = (&'static str, &'static str, usize, usize, usize);

const STOPPED: [Stopped; 3] = [
    (
        "attack: not reached, and of a flag that is unknown",
        "2 xx, 30 aa, 2 xx",
        2,
        2,
        32,
    ),
    (
        "attack: settled without a call, and then stopped",
        "4 xx, 1 yy, 3 aa",
        3,
        3,
        5,
    ),
    ("attack: all of a flag", "9 xx", 2, 2, 7),
];

#[test]
fn what_a_stopped_run_has_not_sent_is_sent_by_the_next() {
    for (name, flags, most, calls, again) in STOPPED {
        let place = Place::new();
        sheet(&place, flags);
        let server = server(move |n, request| match request.flag().as_str() {
            "aa" => accepted(),
            _ if n > calls => accepted(),
            flag => unknown(flag),
        });
        place.runs(&server, &format!("orders.csv -j1 --max-failures={most}"), 3);
        assert_eq!(server.calls(), calls, "{name}");
        let results = place.table("orders.results.csv");
        let rows = results.select(["status", "attempts"]).into_iter();
        let spared = rows.filter(|it| it == &["rejected", "0"]).count();
        assert_eq!(results.count("rejected") - spared, calls, "{name}");
        assert_eq!(spared + results.count("skipped"), again, "{name}");

        place.runs(&server, "orders.csv", 1);
        assert_eq!(server.calls(), calls + again, "{name}");
        let results = place.table("orders.results.csv");
        assert_eq!(
            (results.count("ok"), results.count("rejected")),
            (again, calls),
            "{name}"
        );
    }
}

#[test]
fn who_waits_to_call_looks_once_more_whether_the_flag_is_known() {
    let (name, place) = ("attack: a passing fault first, many workers", Place::new());
    sheet(&place, "60 xx");
    let server = server(|n, request| match n {
        1 => refused(99, "其他错误"),
        _ => unknown(&request.flag()),
    });
    let run = finish(&mut place.run_at("300/min", &server, ["orders.csv", "-j30"]));
    run.expect(1);
    let calls = server.calls();
    // Those that were on their way: a machine that is busy has more of them.
    assert!((3..20).contains(&calls), "{name}: {calls}");
    assert_eq!(place.table("orders.results.csv").count("rejected"), 60);
}

#[test]
fn a_limit_chooses_before_by_the_order_of_the_sheet() {
    let (name, place) = ("public, noflag: --limit", Place::new());
    sheet(&place, "5 xx, 5 aa");
    let server = knows_aa(|flag| format!("采购标记不存在:{flag}"));
    place.runs(&server, "orders.csv --limit 6", 1);
    let results = place.table("orders.results.csv");
    let counts = ["rejected", "ok", "skipped"].map(|status| results.count(status));
    assert_eq!((counts, server.calls()), ([5, 1, 4], 3), "{name}");
}

/// Writes a profile for the server that lists these flags.
fn profile(place: &Place, endpoint: &str, flags: &str) {
    let text = format!(
        "[default]\nsid = '{SID}'\napp_key = '{APP_KEY}'\napp_secret = '{APP_SECRET}'\n\
         endpoint = '{endpoint}'\nflags = {flags}\n"
    );
    place.write("config.toml", text);
}

/// A case: its name, the options, the flags of the sheet, the exit code, and what is said.
type Listed = (&'static str, &'static str, &'static str, i32, &'static str);

const LISTED: [Listed; 8] = [
    (
        "public 7, a list of flags: a slip",
        "",
        "2 加急, 1 加及, 1 待质检",
        1,
        "\"加及\", the nearest is \"加急\"",
    ),
    (
        "attack: like none of the list",
        "",
        "2 加急, 1 特快, 1 待质检",
        1,
        "  CG3  \"特快\"\n",
    ),
    (
        "public 7, a list of flags: all are listed",
        "",
        "2 加急, 1 待质检, 1 无",
        0,
        "",
    ),
    (
        "public 7, a list of flags: clearing",
        " --clear",
        "2 加及",
        0,
        "",
    ),
    (
        "public 7, a list of flags: one for all",
        " --flag 加急",
        "2 加及",
        0,
        "",
    ),
    (
        "public 7, a list of flags: one for all with a slip",
        " --flag 待质捡",
        "2 加急",
        2,
        "the nearest is \"待质检\"",
    ),
    (
        "public 7, a list of flags: blanks around it",
        "",
        "1 加急 ",
        0,
        "",
    ),
    (
        "public 7, a list of flags: of another account",
        " --sandbox",
        "1 aa",
        0,
        "",
    ),
];

#[test]
fn a_flag_that_the_profile_does_not_list_is_found_before_any_call() {
    for (name, options, flags, code, says) in LISTED {
        let (place, erp) = (Place::new(), sandbox());
        sheet(&place, flags);
        profile(&place, &erp.endpoint(), "[\"加急\", ' 待质检 ']");
        for command in ["check", "run"] {
            if options == " --sandbox" && command == "check" {
                continue;
            }
            let mut program = place.program();
            program.arg(command).arg("orders.csv");
            let config = if options == " --sandbox" {
                ""
            } else {
                " --config config.toml"
            };
            let line = format!("{config}{options} --rate=unlimited");
            let run = finish(program.args(line.split_whitespace())).expect(code);
            let said = run.said();
            if command == "check" || code == 2 {
                assert!(said.contains(says), "{name}, {command}: {said}");
                assert_eq!(erp.stats().calls, 0, "{name}");
            }
        }
        if code == 1 {
            let results = place.table("orders.results.csv");
            assert_eq!(
                results.column("status"),
                ["ok", "ok", "invalid", "ok"],
                "{name}"
            );
            assert_eq!(erp.stats().calls, 3, "{name}");
        }
    }
}
