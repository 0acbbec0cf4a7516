//! `guide`: what is missing is asked for, on a terminal.

use std::fs;

use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID, Sandbox};

use crate::harness::{Place, Terminal, finish, sandbox};

fn guide(place: &Place, sheets: &[&str]) -> Terminal {
    let mut command = place.program();
    command.env("XDG_CONFIG_HOME", place.path("config"));
    Terminal::with_keyboard(command.arg("guide").args(sheets), 250)
}

fn save_account(place: &Place, profile: &str, erp: &Sandbox) {
    fs::create_dir_all(place.path("config/wdt-flags")).expect("a directory");
    let endpoint = erp.endpoint();
    let path = place.path("config/wdt-flags/config.toml");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let account = format!(
        "[{profile}]\nsid = '{SID}'\napp_key = '{APP_KEY}'\napp_secret = '{APP_SECRET}'\nendpoint = '{endpoint}'\n"
    );
    fs::write(path, before + &account).expect("written");
}

/// Answers questions in turn, each once it stands in the last line.
#[track_caller]
fn answer(terminal: &mut Terminal, answers: &[(&str, &str)]) {
    for (question, keys) in answers {
        terminal.until(question, |lines| {
            let last = lines.last().map_or("", |last| last.trim_end());
            last.starts_with(question) && last.ends_with([':', ']', ')', '?'])
        });
        terminal.type_in(&format!("{keys}\n"));
    }
}

const SHEET: &str = "drag the sheet";
const NEXT: &str = "another sheet";
const AGAIN: &str = "drag the corrected sheet";
const SEND: &str = "send this to the ERP? account: sandbox";
const ACCOUNT: &str = "there is no account yet";

#[test]
fn without_an_account_the_stand_in_takes_a_sheet_and_its_corrections() {
    let place = Place::new();
    place.write(
        "my orders.csv",
        "purchase_no,flag_name\nPO-1,加急\nPO-404,加急\n",
    );
    let mut terminal = guide(&place, &[]);
    answer(
        &mut terminal,
        &[(SHEET, "\"my orders.csv\" "), (ACCOUNT, "n")],
    );
    terminal.until("the end", |lines| {
        lines.last().is_some_and(|it| it.starts_with(NEXT))
    });
    let failures = "my orders.sandbox.failures.csv";
    place.edit(failures, &[("PO-404", "PO-505")]);
    answer(
        &mut terminal,
        &[(NEXT, &format!("'{failures}'")), (NEXT, "")],
    );
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert_eq!(
        place.statuses("my orders.sandbox.results.csv"),
        ["ok", "ok"]
    );
}

#[test]
fn nothing_is_sent_before_it_was_shown_and_wanted() {
    let (place, erp) = (Place::new(), sandbox());
    save_account(&place, "default", &erp);
    place.numbered(3);
    place.write("more.csv", "采购单,标记,备注\nCG9,加急,\nCG8,,\n");
    let mut terminal = guide(&place, &["orders.csv", "more.csv"]);
    answer(
        &mut terminal,
        &[(SEND, "n"), (SEND, "y"), (NEXT, "orders.csv")],
    );
    terminal.until("what would be sent", |lines| {
        lines.iter().any(|line| line.contains("3 calls"))
    });
    assert_eq!(
        erp.stats().calls,
        1,
        "more.csv has one row that can be sent"
    );
    answer(&mut terminal, &[(SEND, "y"), (NEXT, "")]);
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert_eq!(erp.stats().calls, 4);
}

#[test]
fn what_is_missing_is_asked_for() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "ordre,drapeau\nPO-1,加急\n");
    let mut terminal = guide(&place, &["orders.csv"]);
    let endpoint = erp.endpoint();
    let account = [
        (ACCOUNT, "y"),
        ("seller account (sid):", SID),
        ("app key:", APP_KEY),
        ("app secret", APP_SECRET),
        ("endpoint", &endpoint),
    ];
    answer(&mut terminal, &account);
    answer(
        &mut terminal,
        &[
            (AGAIN, "--order-column ordre"),
            (AGAIN, "--flag-column \"drapeau\""),
            (SEND, "y"),
            (NEXT, ""),
        ],
    );
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert_eq!(place.statuses("orders.results.csv"), ["ok"]);
    assert!(!terminal.raw().contains(APP_SECRET));
}

#[test]
fn of_several_accounts_one_is_chosen() {
    let (place, erp, other) = (Place::new(), sandbox(), sandbox());
    save_account(&place, "default", &erp);
    save_account(&place, "shop2", &other);
    place.numbered(1);
    let mut terminal = guide(&place, &["orders.csv"]);
    let which = "which account: default, shop2";
    answer(
        &mut terminal,
        &[(which, "shop3"), (which, "shop2"), (SEND, "y"), (NEXT, "")],
    );
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert_eq!((erp.stats().calls, other.stats().calls), (0, 1));
}

#[test]
fn ctrl_c_stops_a_run_and_ends_a_question() {
    let (place, erp) = (Place::new(), sandbox());
    save_account(&place, "default", &erp);
    place.numbered(60);
    let mut terminal = guide(&place, &["orders.csv"]);
    answer(&mut terminal, &[(SEND, "y")]);
    terminal.until("a call", |_| erp.stats().calls > 0);
    terminal.type_in("\u{3}");
    terminal.until("the end", |lines| {
        lines.last().is_some_and(|it| it.starts_with(NEXT))
    });
    assert_eq!(place.statuses("orders.results.csv").len(), 60);
    terminal.type_in("\u{3}");
    assert_eq!(terminal.finish(), Some(130), "{:#?}", terminal.lines());
}

#[test]
fn where_nobody_can_be_asked_it_says_so() {
    let place = Place::new();
    let refused = finish(place.program().arg("guide")).expect(2);
    assert!(
        refused.said().contains("it needs a terminal"),
        "{refused:?}"
    );
}
