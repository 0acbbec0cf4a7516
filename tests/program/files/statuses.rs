//! What stands in the results after each row: status, code, message, attempts, time.

use jiff::Timestamp;

use crate::harness::{Place, ScriptedServer, accepted, finish, http, refused, sandbox};

const OUTCOME: [&str; 6] = [
    "purchase_no",
    "line",
    "status",
    "code",
    "message",
    "attempts",
];

#[test]
fn all_six_statuses_in_one_results_file() {
    let place = Place::new();
    place.write(
        "orders.csv",
        "purchase_no,flag_name\n\
         A,aa\nA,bb\nA,bb\n\
         B,aa\nB,zz\nB,zz\n\
         ,aa\n\
         C,aa\nC,bb\n\
         D,aa\n\
         E,aa\nE,bb\nE,bb\n",
    );
    let erp = ScriptedServer::per_call(|_, call| {
        Some(match (&*call.order(), &*call.flag()) {
            ("A", "bb") => accepted(),
            ("B", "zz") => refused(100, "采购标记不存在:zz"),
            ("C", "bb") => http("502 Bad Gateway", "<html></html>"),
            ("D", "aa") => refused(6, "ip限制"),
            other => panic!("never to be sent: {other:?}"),
        })
    });
    let args = ["orders.csv", "-j", "1", "--retries", "0"];
    let before = Timestamp::now();
    let run = finish(&mut place.run(&erp, args)).expect(3);
    let after = Timestamp::now();

    let superseded = "the order keeps the flag it had";
    let refused = "line 7 decides and was rejected; take that row out to send this one";
    let skipped = format!("line 14 decides, but was skipped: {superseded}");
    let failed = format!(
        "line 10 decides, but failed: {superseded}, unless the ERP applied a call whose reply was lost"
    );
    let not_sent = "not sent: ip限制 (status 6)";
    let results = place.table("orders.results.csv");
    let expected = [
        ["A", "2", "superseded", "", "line 4 decides", "0"],
        ["A", "3", "ok", "0", "same as line 4", "0"],
        ["A", "4", "ok", "0", "", "1"],
        ["B", "5", "skipped", "", refused, "0"],
        [
            "B",
            "6",
            "rejected",
            "100",
            "same as line 7: 采购标记不存在:zz",
            "0",
        ],
        ["B", "7", "rejected", "100", "采购标记不存在:zz", "1"],
        ["", "8", "invalid", "", "purchase_no is empty", "0"],
        ["C", "9", "superseded", "", &failed, "0"],
        ["C", "10", "failed", "", "HTTP 502", "1"],
        ["D", "11", "failed", "6", "ip限制", "1"],
        ["E", "12", "superseded", "", &skipped, "0"],
        ["E", "13", "skipped", "", not_sent, "0"],
        ["E", "14", "skipped", "", not_sent, "0"],
    ];
    assert_eq!(results.select(OUTCOME), expected);

    for at in results.column("finished_at") {
        let at: Timestamp = at.parse().expect("RFC 3339 with an offset");
        let early = before.as_millisecond() <= at.as_millisecond();
        assert!(early && at <= after, "{before} {at} {after}");
    }
    let failures = place.table("orders.failures.csv");
    assert_eq!(failures.header, results.header);
    let of_failures = |row: &&Vec<String>| !["ok", "superseded"].contains(&row[3].as_str());
    let expected: Vec<_> = results.rows.iter().filter(of_failures).cloned().collect();
    assert_eq!(failures.rows, expected);
    assert_eq!(erp.calls(), 4, "one call an order");
    assert!(
        run.stdout
            .starts_with("13 rows: 2 ok, 3 superseded, 2 rejected, 2 failed, 1 invalid, 3 skipped"),
        "{run:?}"
    );
}

#[test]
fn rows_that_cannot_be_sent_are_invalid_and_stop_nobody() {
    let (place, erp) = (Place::new(), sandbox());
    let (order, flag) = ("C".repeat(41), "标".repeat(33));
    place.write(
        "orders.csv",
        format!(
            "purchase_no,flag_name,note\n\
             CG1,aa,fine\n\
             ,aa,no order\n\
             CG2,,no flag\n\
             \"  \",aa,blank order\n\
             {order},aa,\"long\norder\"\n\
             CG3,{flag},long flag\n\
             合计,aa\n\
             CG5,aa,long,er\n\
             CG6,加急\n"
        ),
    );
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    let results = place.table("orders.results.csv");
    let too_long = |max: u8, length: u8| {
        format!("more than the {max} characters that the ERP takes ({length} characters)")
    };
    let invalid = [
        ["3", "invalid", "purchase_no is empty"],
        ["4", "invalid", "flag_name is empty"],
        ["5", "invalid", "purchase_no is empty"],
        [
            "6",
            "invalid",
            &format!("purchase_no has {}", too_long(40, 41)),
        ],
        [
            "8",
            "invalid",
            &format!("flag_name has {}", too_long(32, 33)),
        ],
    ];
    let found = results.select(["line", "status", "message"]);
    assert_eq!(found[1..6], invalid);
    for (row, line, expected) in [
        (6, "9", "purchase_no is a total line"),
        (7, "10", "wrong number of fields: more than the 3"),
    ] {
        let [at, status, message] = found[row];
        assert_eq!((at, status), (line, "invalid"));
        assert!(message.starts_with(expected), "{message}");
    }
    assert_eq!(found[0], ["2", "ok", ""]);
    assert_eq!(found[8], ["11", "ok", ""], "and a short row is fine");

    assert!(
        results.column("code")[1..8]
            .iter()
            .all(|code| code.is_empty())
    );
    assert_eq!(
        results.column("purchase_no")[4],
        order,
        "cells stay as they are"
    );
    assert_eq!(erp.stats().calls, 2, "invalid rows are never sent");
    assert_eq!(erp.flags().len(), 2);
    assert_eq!(place.table("orders.failures.csv").rows, results.rows[1..8]);
    assert!(
        run.stdout.contains("2  invalid   purchase_no is empty"),
        "{run:?}"
    );
}

#[test]
fn messages_are_summed_up_most_frequent_first() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "orders.csv",
        "purchase_no,flag_name\nCG404,aa\nCG1,x\nCG2,x\nCG2,x\nCG3,aa\n",
    );
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    let listed = run.stdout.lines().map(str::trim);
    let listed: Vec<_> = listed
        .filter(|line| line.contains("  rejected  "))
        .collect();
    assert_eq!(
        listed,
        ["3  rejected  采购标记不存在:x", "1  rejected  单据不存在"]
    );
}

#[test]
fn a_call_that_fails_for_a_while_is_made_again() {
    let place = Place::new();
    place.write("orders.csv", "purchase_no,flag_name\nCG1,aa\nCG1,aa\n");
    let erp = ScriptedServer::per_call(|n, _| match n {
        1 => Some(refused(99, "其他错误")),
        _ => Some(accepted()),
    });
    let run = finish(&mut place.run(&erp, ["orders.csv", "-v"])).expect(0);
    let expected = [
        ["CG1", "2", "ok", "0", "same as line 3", "0"],
        ["CG1", "3", "ok", "0", "", "2"],
    ];
    assert_eq!(place.table("orders.results.csv").select(OUTCOME), expected);
    assert!(run.stderr.contains("其他错误"), "{run:?}");
    assert!(run.stdout.contains("(1 retry, 0 pauses)"), "{run:?}");
}
