//! What is said on stderr, and what is not.
use crate::harness::{Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG404,aa\n";

#[test]
fn quiet_leaves_stderr_empty_but_for_why_a_run_stopped() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let run = place.runs(&erp, "orders.csv -q", 1);
    assert_eq!(run.stderr, "");
    run.prints("3 rows: ");
    let mut command = place.run(&erp, ["orders.csv", "-q"]);
    let run = finish(command.env("WDT_SID", "nobody")).expect(3);
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    run.says("sid is not exists");
}

#[test]
fn verbosity_grows() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let said = |more: &[&str]| {
        let args = ["orders.csv"].iter().chain(more);
        finish(&mut place.run(&erp, args)).expect(1).stderr
    };
    let (plain, v, vv) = (said(&[]), said(&["-v"]), said(&["-vv"]));
    let lines: Vec<_> = plain.lines().collect();
    let [warning, calls, first, last] = lines[..] else {
        panic!("only a warning and what lies ahead: {plain}");
    };
    assert!(warning.starts_with("warning: 1 order"), "{plain}");
    assert!(calls.starts_with("2 calls"), "{plain}");
    assert_eq!(first, "first: line 3, \"CG1\" gets \"加急\"");
    assert_eq!(last, "last: line 4, \"CG404\" gets \"aa\"");
    assert!(
        v.contains("app key from environment variable WDT_APP_KEY"),
        "{v}"
    );
    assert!(!v.contains("line 3, order"), "{v}");
    for call in [
        "line 3, order CG1: accepted",
        "line 4, order CG404: rejected: 单据不存在",
    ] {
        let line = vv.lines().find(|line| line.contains(call));
        let time = line.and_then(|line| line.split(' ').next());
        let time = time.map(str::parse::<jiff::civil::Time>);
        assert!(matches!(time, Some(Ok(_))), "{vv}");
    }
}

#[test]
fn without_a_terminal_there_are_no_escape_codes() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    for line in ["orders.csv", "orders.csv -vv", "orders.csv --rtries 1"] {
        let run = finish(&mut place.run(&erp, line.split(' ')));
        assert!(!run.said().contains(['\u{1b}', '\r']), "{run:?}");
    }
}
