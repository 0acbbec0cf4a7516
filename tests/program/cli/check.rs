//! `check`: what would be sent?

use serde_json::{Value, json};

use crate::harness::{Finished, Place, finish};

fn check(sheet: &str, more: &[&str]) -> Finished {
    let place = Place::new();
    place.write("orders.csv", format!("purchase_no,flag_name\n{sheet}"));
    // No account: it calls nobody.
    let mut command = place.program();
    let run = finish(command.args(["check", "orders.csv"]).args(more));
    assert_eq!(place.files(), ["orders.csv"], "and writes nothing");
    run
}

#[test]
fn rows_orders_flags_and_findings_by_what_is_the_matter() {
    let run = check("CG1,aa\nCG2,加急\nCG1,aa\n,aa\nCG3,aa\nCG2,无\nCG4\n", &[]).expect(1);
    let (time, rest) = run.stdout.split_once(", until ").expect("a time");
    let expected = "\
read as CSV, UTF-8, separated by `,`, header on line 1
orders from column \"purchase_no\", flags from column \"flag_name\"

7 rows, 2 invalid; 3 distinct orders
a run now makes 3 calls at 55/min: about 3.3 s";
    assert_eq!(time, expected);
    let expected = "\
first: line 4, \"CG1\" gets \"aa\"
last: line 6, \"CG3\" gets \"aa\"
       3  aa
       1  加急
       1  无
1 order is given different flags; the last row of each decides (--on-conflict)

1 row: a later row gives the order another flag, and decides
  line 3  CG2  gives 加急, but line 7 decides

1 row: purchase_no is empty
  line 5

1 row: flag_name is empty
  line 8  CG4
";
    let (found, next) = rest.split_once("\nnext ").expect("what comes next");
    assert_eq!(found.split_once('\n').expect("more lines").1, expected);
    assert!(next.contains("orders.csv"), "{next}");
}

#[test]
fn the_first_ten_rows_of_a_kind_and_a_thousand_with_v() {
    let rows: String = (1..=25).map(|n| format!("CG{n},\n2.2E+{n},aa\n")).collect();
    let run = check(&rows, &[]).expect(1);
    let lines: Vec<_> = run.stdout.lines().skip(5).collect();
    let first = [
        "",
        "25 rows: flag_name is empty",
        "  line 2  CG1",
        "  line 4  CG2",
    ];
    assert_eq!(lines[..4], first);
    let more = "  and 15 more (-v lists up to 1000)";
    assert_eq!(lines[11..13], ["  line 20  CG10", more]);
    assert!(lines[14].starts_with("25 rows: purchase_no is a number"));
    assert_eq!(lines[15], "  line 3  2.2E+1  \"2.2E+1\"");
    let rows: String = (1..=1_001).map(|n| format!("CG{n},\n")).collect();
    let all = check(&rows, &["-v"]).expect(1);
    all.prints("\n  line 1001  CG1000\n  and 1 more\n");
}

fn parsed(run: &Finished) -> Value {
    run.json()["check"].clone()
}

#[test]
fn findings_of_a_kind_are_counted_in_json_and_the_first_ten_listed_or_more_with_v() {
    let rows: String = (1..=25).map(|n| format!("CG{n},\nCG,a{n}\n")).collect();
    for (options, listed) in [(&[][..], 10), (&["-v"], 25)] {
        let options = [&["--format", "json"], options].concat();
        let found = parsed(&check(&rows, &options).expect(1));
        assert_eq!(found["invalid_rows"], 25);
        let [invalid, superseded] = &found["findings"].as_array().expect("groups")[..] else {
            panic!("two groups: {found}");
        };
        let summary = |of: &Value| [&of["kind"], &of["rows"]].map(ToString::to_string);
        assert_eq!(summary(invalid), ["\"invalid\"", "25"]);
        assert_eq!(invalid["message"], "flag_name is empty");
        assert_eq!(summary(superseded), ["\"superseded\"", "24"]);
        let rows = invalid["listed"].as_array().expect("rows");
        assert_eq!(rows.len(), listed);
        for (n, row) in (1..).zip(rows) {
            let order = format!("CG{n}");
            let expected = json!({ "line": 2 * n, "order": order, "column": "flag_name" });
            assert_eq!(row, &expected);
        }
        let first = json!({
            "line": 3, "order": "CG", "flag": "a1", "last_row": { "line": 51 },
            "detail": "gives a1, but line 51 decides",
        });
        assert_eq!(superseded["listed"][0], first);
        let length = superseded["listed"].as_array().map(Vec::len);
        assert_eq!(length, Some(listed.min(24)));
    }
    let found = parsed(&check("CG1,aa\n", &["--format", "json"]).expect(0));
    assert_eq!(found["findings"], json!([]));
}

#[test]
fn how_long_a_run_will_take_and_what_a_deadline_leaves() {
    let rows: String = (0..1_000).map(|n| format!("CG{n},aa\n")).collect();
    for (options, expected) in [
        (["--rate=1/s", "--deadline=1h"], ", in time for "),
        (
            ["--rate=unlimited", "-j7"],
            "1000 calls, 7 at once, as fast as they are answered\n",
        ),
    ] {
        check(&rows, &options).expect(0).prints(expected);
    }
    let options = ["--format", "json", "--rate", "1/s", "--deadline", "10m"];
    let run = check(&rows, &options).expect(0);
    let found = parsed(&run);
    assert_eq!(found["seconds"], 1_004);
    // One more for each second that it takes to find that out.
    let left = found["left_at_deadline"].as_u64();
    assert!(matches!(left, Some(402..430)), "{left:?}");
}

#[test]
fn zero_if_all_is_well_one_if_rows_would_not_be_sent_two_if_it_is_no_sheet() {
    check("CG1,aa\n", &[]).expect(0);
    check("CG1,aa\nCG1,加急\n", &[]).expect(0);
    check("CG1,\n", &[]).expect(1);
    check("CG1,aa\nCG1,\"加急\n", &[]).expect(2);
    let refused = check("CG1,aa\nCG1,加急\n", &["--on-conflict", "invalid"]).expect(1);
    refused.prints("makes no calls");
}
