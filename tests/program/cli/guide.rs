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
const AGAIN: &str = "put it right and drag";
const SEND: &str = "send the flags of";
const REFUSED: &str = "the ERP does not accept this account";
/// The right secret, and all else as it is.
const ENTERED_AGAIN: [(&str, &str); 5] = [
    (REFUSED, "y"),
    ("seller account (sid) [sandbox]:", ""),
    ("app key [sandbox-app]:", ""),
    ("app secret", APP_SECRET),
    ("endpoint", ""),
];
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
    let answers = [(SEND, "n"), (AGAIN, ""), (SEND, "y"), (NEXT, "orders.csv")];
    answer(&mut terminal, &answers);
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
fn what_is_saved_between_question_and_answer_is_not_sent() {
    let (place, erp) = (Place::new(), sandbox());
    save_account(&place, "default", &erp);
    place.numbered(3);
    let mut terminal = guide(&place, &["orders.csv"]);
    terminal.until("the question", |lines| {
        lines.iter().any(|line| line.starts_with(SEND))
    });
    place.sheet(&[("CG7", "待付款")]);
    answer(&mut terminal, &[(SEND, "y"), (AGAIN, "")]);
    terminal.finish();
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn what_is_missing_is_asked_for() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "ordre,drapeau\nPO-1,加急\n");
    let mut terminal = guide(&place, &["orders.csv"]);
    let endpoint = erp.endpoint();
    let refused = [
        (ACCOUNT, "y"),
        ("seller account (sid):", SID),
        ("app key:", APP_KEY),
        ("app secret", "wrong:wrong"),
        ("endpoint", &endpoint),
    ];
    answer(&mut terminal, &refused);
    answer(&mut terminal, &ENTERED_AGAIN);
    let wrong = "--order-column order --flag-column \"drapeau\"";
    let columns = [(AGAIN, wrong), (AGAIN, "--order-column=ordre")];
    answer(&mut terminal, &columns);
    answer(&mut terminal, &[(SEND, "y"), (NEXT, "")]);
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert_eq!(place.statuses("orders.results.csv"), ["ok"]);
    assert!(!terminal.raw().contains(APP_SECRET));
}

#[test]
fn the_account_is_the_one_that_is_named_and_can_be_entered_again() {
    let (place, erp, other) = (Place::new(), sandbox(), sandbox());
    save_account(&place, "shop1", &erp);
    place.numbered(1);
    let mut terminal = guide(&place, &["orders.csv"]);
    answer(&mut terminal, &[(SEND, "y"), (NEXT, "")]);
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    save_account(&place, "shop2", &other);
    let config = "config/wdt-flags/config.toml";
    let accounts = place.read(config);
    let secret = format!("secret = '{APP_SECRET}'\nendpoint = '{}'", other.endpoint());
    assert!(accounts.contains(&secret), "{accounts}");
    let wrong = secret.replacen(APP_SECRET, "wrong:wrong", 1);
    place.write(config, accounts.replacen(&secret, &wrong, 1));
    let mut terminal = guide(&place, &["orders.csv"]);
    let which = "which account: shop1, shop2?";
    let answers = [(which, "shop3"), (which, ""), (which, "shop2"), (SEND, "y")];
    answer(&mut terminal, &answers);
    answer(&mut terminal, &ENTERED_AGAIN);
    let sent = [
        (NEXT, "orders.csv"),
        (which, "shop2"),
        (SEND, "y"),
        (NEXT, ""),
    ];
    answer(&mut terminal, &sent);
    assert_eq!(terminal.finish(), Some(0), "{:#?}", terminal.lines());
    assert_eq!(erp.stats().calls, 1);
    assert_eq!(place.read(config).replace('"', "'"), accounts);
}

#[test]
fn signals_stop_a_run_and_end_a_question() {
    for signal in ["INT", "TERM"] {
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
        let code = if signal == "INT" {
            terminal.type_in("\u{3}");
            130
        } else {
            terminal.kill(signal);
            143
        };
        assert_eq!(terminal.finish(), Some(code), "{:#?}", terminal.lines());
    }
}

#[test]
fn where_nobody_can_be_asked_it_says_so() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(1);
    let mut guide = place.program();
    guide.arg("guide");
    for mut command in [guide, place.run(&erp, ["orders.csv", "--ask"])] {
        let refused = finish(&mut command).expect(2);
        refused.says("it needs a terminal");
    }
    assert_eq!(erp.stats().calls, 0);
}
