//! What stands in the results after each row: status, code, message, attempts, time.

use jiff::Timestamp;

use crate::harness::{Place, ScriptedServer, accepted, http, refused, sandbox};

const OUTCOME: [&str; 6] = [
    "purchase_no",
    "line",
    "status",
    "code",
    "attempts",
    "message",
];

#[test]
fn all_six_statuses_in_one_results_file() {
    let place = Place::new();
    let rows = "A,aa\nA,bb\nA,bb\nB,aa\nB,zz\nB,zz\n,aa\nC,aa\nC,bb\nD,aa\nE,aa\nE,bb\nE,bb\n";
    place.write("orders.csv", format!("purchase_no,flag_name\n{rows}"));
    let erp = ScriptedServer::per_call(|_, call| {
        Some(match (&*call.order(), &*call.flag()) {
            ("A", "bb") => accepted(),
            ("B", "zz") => refused(100, "采购标记不存在:zz"),
            ("C", "bb") => http("502 Bad Gateway", "<html></html>"),
            ("D", "aa") => refused(6, "ip限制"),
            other => panic!("never to be sent: {other:?}"),
        })
    });
    let before = Timestamp::now();
    let run = place.runs(&erp, "orders.csv -j 1 --retries 0", 3);
    let after = Timestamp::now();
    let results = place.table("orders.results.csv");
    assert_eq!(
        results.text(OUTCOME),
        "A,2,superseded,,0,line 4 decides\n\
         A,3,ok,0,0,same as line 4\n\
         A,4,ok,0,1,\n\
         B,5,skipped,,0,line 7 decides and was rejected; take that row out to send this one\n\
         B,6,rejected,100,0,same as line 7: 采购标记不存在:zz\n\
         B,7,rejected,100,1,采购标记不存在:zz\n\
         ,8,invalid,,0,purchase_no is empty\n\
         C,9,superseded,,0,line 10 decides, but failed: the order keeps the flag it had, unless \
         the ERP applied a call whose reply was lost\n\
         C,10,failed,,1,HTTP 502\n\
         D,11,skipped,,0,not sent: ip限制 (status 6)\n\
         E,12,superseded,,0,line 14 decides, but was skipped: the order keeps the flag it had\n\
         E,13,skipped,,0,not sent: ip限制 (status 6)\n\
         E,14,skipped,,0,not sent: ip限制 (status 6)\n"
    );
    for at in results.column("finished_at") {
        let at: Timestamp = at.parse().expect("RFC 3339 with an offset");
        let early = before.as_millisecond() <= at.as_millisecond();
        assert!(early && at <= after, "{before} {at} {after}");
    }
    let mut expected = results.clone();
    expected
        .rows
        .retain(|row| !["ok", "superseded"].contains(&row[3].as_str()));
    assert_eq!(place.table("orders.failures.csv"), expected);
    assert_eq!(erp.calls(), 4, "one call an order");
    run.prints("13 rows: 2 ok, 3 superseded, 2 rejected, 1 failed, 1 invalid, 4 skipped");
}

#[test]
fn rows_that_cannot_be_sent_are_invalid_and_stop_nobody() {
    let (place, erp) = (Place::new(), sandbox());
    let (order, flag) = ("C".repeat(41), "标".repeat(33));
    let rows = format!(
        "CG1,aa,fine\n,aa,no order\nCG2,,no flag\n\"  \",aa,blank order\n\
         {order},aa,\"long\norder\"\nCG3,{flag},long flag\n合计,aa\nCG5,aa,long,er\nCG6,加急\n"
    );
    place.write("orders.csv", format!("purchase_no,flag_name,note\n{rows}"));
    let run = place.runs(&erp, "orders.csv", 1);
    let results = place.table("orders.results.csv");
    let text = results.text(["line", "status", "message"]);
    let expected = "2,ok,\n\
        3,invalid,purchase_no is empty\n\
        4,invalid,flag_name is empty\n\
        5,invalid,purchase_no is empty\n\
        6,invalid,purchase_no has more than the 40 characters that the ERP takes (41 characters)\n\
        8,invalid,flag_name has more than the 32 characters that the ERP takes (33 characters)\n\
        9,invalid,purchase_no is a total line\n\
        10,invalid,wrong number of fields: more than the 3\n\
        11,ok,\n";
    for (found, expected) in text.lines().zip(expected.lines()) {
        assert!(found.starts_with(expected), "{text}");
    }
    assert_eq!(text.lines().count(), 9, "and a short row is fine");
    assert_eq!(results.column("code")[1..8], [""; 7]);
    assert_eq!(
        results.column("purchase_no")[4],
        order,
        "cells stay as they are"
    );
    assert_eq!(place.table("orders.failures.csv").rows, results.rows[1..8]);
    assert_eq!(erp.stats().calls, 2, "invalid rows are never sent");
    run.prints("2  invalid   purchase_no is empty");
}

#[test]
fn messages_are_summed_up_most_frequent_first() {
    let (place, erp) = (Place::new(), sandbox());
    let rows = [
        ("CG404", "aa"),
        ("CG1", "x"),
        ("CG2", "x"),
        ("CG2", "x"),
        ("CG3", "aa"),
    ];
    place.sheet(&rows);
    let run = place.runs(&erp, "orders.csv", 1);
    let listed = run.stdout.lines().map(str::trim);
    let listed: Vec<_> = listed
        .filter(|line| line.contains("  rejected  "))
        .collect();
    let expected = ["3  rejected  采购标记不存在:x", "1  rejected  单据不存在"];
    assert_eq!(listed, expected);
}

#[test]
fn a_call_that_fails_for_a_while_is_made_again() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG1", "aa")]);
    let erp = ScriptedServer::per_call(|n, _| match n {
        1 => Some(refused(99, "其他错误")),
        _ => Some(accepted()),
    });
    let run = place.runs(&erp, "orders.csv -v", 0);
    let results = place.table("orders.results.csv");
    let expected = "CG1,2,ok,0,0,same as line 3\nCG1,3,ok,0,2,\n";
    assert_eq!(results.text(OUTCOME), expected);
    run.says("其他错误").prints("(1 retry, 0 pauses)");
}
