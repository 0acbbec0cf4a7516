//! Orders that are given different flags: who decides, what is said, what is sent.
use crate::harness::{Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG2,aa\nCG1,加急\nCG2,aa\nCG1,aa\nCG1,无\n";

#[test]
fn by_default_the_last_row_decides_and_a_warning_counts_the_orders() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert!(
        run.stderr
            .starts_with("warning: 1 order is given different flags; the last row of each decides"),
        "{run:?}"
    );
    assert_eq!(
        place
            .table("orders.results.csv")
            .select(["status", "message"]),
        [
            ["superseded", "line 7 decides"],
            ["ok", "same as line 5"],
            ["superseded", "line 7 decides"],
            ["ok", ""],
            ["superseded", "line 7 decides"],
            ["ok", ""],
        ]
    );
    assert_eq!((erp.accepted("CG1"), erp.accepted("CG2")), (1, 1));
    assert_eq!(erp.flags().get("CG1"), None, "无 clears");
    assert!(place.table("orders.failures.csv").rows.is_empty());
}

#[test]
fn with_on_conflict_invalid_such_orders_are_not_sent_at_all() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", SHEET);
    let args = ["orders.csv", "--on-conflict", "invalid"];
    let run = finish(&mut place.run(&erp, args)).expect(1);
    assert!(
        run.stderr
            .starts_with("warning: 1 order is given different flags and will not be sent"),
        "{run:?}"
    );
    let conflict = "the order is given different flags; its last row is line 7";
    assert_eq!(
        place
            .table("orders.results.csv")
            .select(["status", "code", "message", "attempts"]),
        [
            ["invalid", "", conflict, "0"],
            ["ok", "0", "same as line 5", "0"],
            ["invalid", "", conflict, "0"],
            ["ok", "0", "", "1"],
            ["invalid", "", conflict, "0"],
            ["invalid", "", conflict, "0"],
        ]
    );
    assert_eq!(erp.accepted("CG1"), 0);
    assert_eq!(erp.stats().calls, 1);
    assert_eq!(place.table("orders.failures.csv").rows.len(), 4);
}

#[test]
fn an_invalid_row_decides_nothing() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "orders.csv",
        "purchase_no,flag_name\nCG1,aa\nCG1,加急\nCG1,\nCG1,aa,more\n",
    );
    finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    assert_eq!(
        place.table("orders.results.csv").column("status"),
        ["superseded", "ok", "invalid", "invalid"]
    );
    assert_eq!(erp.flags()["CG1"], "加急");
}

#[test]
fn cells_that_differ_only_in_white_space_are_no_conflict() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\n CG1,aa \nCG1,aa\n");
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert!(!run.stderr.contains("different flags"), "{run:?}");
    assert_eq!(
        place
            .table("orders.results.csv")
            .select(["purchase_no", "flag_name", "status"]),
        [[" CG1", "aa ", "ok"], ["CG1", "aa", "ok"]]
    );
    assert_eq!(erp.stats().calls, 1);
}
