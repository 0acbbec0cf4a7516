//! What is about to be sent is shown before the first call: the first order and the last, and those
//! that look different from the rest.

use serde_json::{Value, json};

use crate::harness::{Finished, Place, finish, sandbox, start};

/// Twenty orders, and four that are none, among them and at the end.
fn odd() -> String {
    let mut rows: Vec<String> = (0..20).map(|n| format!("CG2022041300{n:02},aa")).collect();
    rows[0].push_str("\n CG202204130000 ,\u{3000}加\u{a0}急");
    rows.insert(3, "12345,aa".to_owned());
    rows.insert(9, "XS202204130099,aa".to_owned());
    rows.insert(9, "无名氏,aa".to_owned());
    format!("purchase_no,flag_name\n{}\n", rows.join("\n"))
}

const FIRST: &str = "first: line 3, \"CG202204130000\" gets \"加\\u{a0}急\"";
const LAST: &str = "last: line 25, \"CG202204130019\" gets \"aa\"";
const UNLIKE: &str = "3 of 23 orders look different from the rest: line 6 \"12345\", line 12 \"无名氏\", line 13 \"XS202204130099\"";

/// The lines about orders on stderr.
fn shown(run: &Finished) -> Vec<&str> {
    let lines = run.stderr.lines();
    let preview = |line: &&str| {
        line.starts_with("first") || line.starts_with("last") || line.contains("different from")
    };
    lines.filter(preview).collect()
}

#[test]
fn by_run_before_the_first_call() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", odd());
    let run = place.runs(&erp, "orders.csv -vv", 1);
    assert_eq!(shown(&run), [FIRST, LAST, UNLIKE]);
    let before = run.stderr.split(", order ").next().unwrap_or_default();
    assert!(before.contains(UNLIKE), "{run:?}");
    assert_eq!(erp.flags()["CG202204130019"], "aa");
}

#[test]
fn by_check_in_words_and_in_json() {
    let place = Place::new();
    place.write("orders.csv", odd());
    let mut check = place.program();
    let run = finish(check.args(["check", "orders.csv"])).expect(0);
    run.prints(&format!("\n{FIRST}\n{LAST}\n{UNLIKE}\n"));
    let run = finish(check.args(["--format", "json"])).expect(0);
    let found = &run.json()["check"];
    let sent =
        |line: u64, order: &str, flag: &str| json!({ "line": line, "order": order, "flag": flag });
    assert_eq!(found["first"], sent(3, "CG202204130000", "加\u{a0}急"));
    assert_eq!(found["last"], sent(25, "CG202204130019", "aa"));
    let unlike = [(6, "12345"), (12, "无名氏"), (13, "XS202204130099")];
    let first = unlike.map(|(line, order)| sent(line, order, "aa"));
    assert_eq!(found["unlike"], json!({ "orders": 3, "first": first }));

    place.sheet(&[("", "aa")]);
    let run = finish(&mut check).expect(1);
    let found = &run.json()["check"];
    assert_eq!([&found["first"], &found["last"]], [&Value::Null; 2]);
}

#[test]
fn of_what_will_be_sent_only() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", odd());
    let run = place.runs(&erp, "orders.csv --limit 4", 1);
    let last = "last: line 6, \"12345\" gets \"aa\"";
    let unlike = "1 of 4 orders looks different from the rest: line 6 \"12345\"";
    assert_eq!(shown(&run), [FIRST, last, unlike]);
    let run = place.runs(&erp, "orders.csv --on-conflict invalid", 1);
    let first = "first: line 4, \"CG202204130001\" gets \"aa\"";
    assert_eq!(shown(&run)[0], first);
    place.sheet(&[("CG1", ""), ("CG2", "")]);
    assert!(shown(&place.runs(&erp, "orders.csv", 1)).is_empty());
}

#[test]
fn of_what_an_interrupted_run_has_left() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", odd());
    let mut run = start(&mut place.run_at("1/h", &erp, ["orders.csv", "-j1"]));
    run.until("a recorded row", || !place.recorded().is_empty());
    run.kill();
    let run = finish(&mut place.run(&erp, ["orders.csv"]));
    let first = "first: line 4, \"CG202204130001\" gets \"aa\"";
    let unlike = UNLIKE.replace("of 23", "of 22");
    assert_eq!(shown(&run), [first, LAST, &unlike]);
}
