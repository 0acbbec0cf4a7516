//! The main job, as a newcomer meets it.
use crate::harness::{Place, sandbox};

#[test]
fn a_sheet_is_carried_in_and_every_row_accounted_for() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "orders.csv",
        "purchase_no,flag_name\nCG1,aa\nCG404,aa\nCG2,加急\n",
    );
    let run = place.runs(&erp, "orders.csv", 1);
    assert!(
        run.stdout.starts_with("3 rows: 2 ok, 1 rejected\n"),
        "{run:?}"
    );
    let results = place.table("orders.results.csv");
    assert_eq!(results.column("purchase_no"), ["CG1", "CG404", "CG2"]);
    assert_eq!(results.column("line"), ["2", "3", "4"]);
    assert_eq!(results.column("status"), ["ok", "rejected", "ok"]);
    assert_eq!(results.column("code"), ["0", "100", "0"]);
    assert_eq!(results.column("message"), ["", "单据不存在", ""]);
    assert_eq!(
        place.table("orders.failures.csv").column("purchase_no"),
        ["CG404"]
    );
    assert_eq!(
        place.files(),
        ["orders.csv", "orders.failures.csv", "orders.results.csv"],
        "nothing else is left behind"
    );
    assert_eq!(erp.flags().get("CG2").map(String::as_str), Some("加急"));
}
