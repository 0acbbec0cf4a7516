//! What becomes of orders that carry their flag already.

use wdt_flags::sandbox::Config;

use super::{ASKING, erp, many, with_orders};
use crate::harness::{JOURNAL, Place, order, sandbox_with, sheet};

#[test]
fn a_night_with_thirty_changes_among_three_thousand_orders_takes_sixty_calls() {
    let place = Place::new();
    let mut orders = many(3_000);
    for n in (0..3_000).step_by(100) {
        orders[n].flag = "加急".to_owned();
    }
    let erp = sandbox_with(Config {
        orders,
        ..Config::default()
    });
    place.write("orders.csv", sheet(3_000));
    let run = place.runs(&erp, ASKING, 0);
    let stats = erp.stats();
    assert!(stats.calls <= 62, "{stats:?}");
    assert_eq!((stats.listings, stats.accepted), (30, 30));
    let results = place.results(&run);
    assert_eq!(
        (results.count("ok"), results.count("unchanged")),
        (30, 2_970)
    );
    let flags = erp.flags();
    assert_eq!(flags.len(), 3_000);
    assert!(flags.values().all(|flag| flag == "aa"));
    run.says("2970 of 3000 orders need no call, by 30 pages of the ERP's listing; 30 calls left\n")
        .prints("3000 rows: 30 ok, 2970 unchanged\n")
        .prints("calls     60 in");
}

#[test]
fn each_row_tells_what_was_read_and_what_was_sent() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        hidden: ["CG6".to_owned()].into(),
        ..with_orders(&[
            ("CG1", "aa"),
            ("CG2", "加急"),
            ("CG3", ""),
            ("CG4", "aa"),
            ("CG6", "aa"),
        ])
    });
    let rows = "CG1,aa|CG1,加急| CG1 ,aa|CG2,aa|CG3,无|CG4,无|CG5,aa|CG6,aa|CG404,aa|CG4,|";
    let sheet = format!("purchase_no,flag_name|{rows}").replace('|', "\n");
    place.write("orders.csv", sheet);
    let run = place.runs(&erp, ASKING, 1);
    let results = place.table("orders.results.csv");
    let columns = ["purchase_no", "flag_name", "status", "code", "attempts"];
    let expected = "\
CG1,aa,unchanged,,0
CG1,加急,superseded,,0
 CG1 ,aa,unchanged,,0
CG2,aa,ok,0,1
CG3,无,unchanged,,0
CG4,无,ok,0,1
CG5,aa,ok,0,1
CG6,aa,ok,0,1
CG404,aa,rejected,100,1
CG4,,invalid,,0
";
    assert_eq!(results.text(columns), expected);
    let messages = results.column("message");
    let read = "the ERP lists it with \"aa\" already, last modified ";
    assert!(messages[0].starts_with(&format!("same as line 4: {read}")));
    assert_eq!(messages[1], "line 4 decides");
    assert!(messages[2].starts_with(read), "{messages:?}");
    assert!(messages[4].starts_with("the ERP lists it with \"无\" already"));
    assert_eq!(erp.accepted("CG1") + erp.accepted("CG3"), 0);
    let failures = place.table("orders.failures.csv");
    assert_eq!(failures.column("purchase_no"), ["CG404", "CG4"]);
    run.prints("10 rows: 4 ok, 3 unchanged, 1 superseded, 1 rejected, 1 invalid\n")
        .says("5 calls")
        .says("\nfirst: line 5, \"CG2\" gets \"aa\"");
}

#[test]
fn where_all_is_so_already_nothing_is_sent() {
    let (place, erp) = (Place::new(), erp(&[("CG1", "aa"), ("CG2", "aa")]));
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let run = place.runs(&erp, "orders.csv --skip-unchanged --output-format xlsx", 0);
    assert_eq!((erp.stats().listings, erp.stats().calls), (1, 1));
    let results = place.table("orders.results.xlsx");
    assert_eq!(results.column("status"), ["unchanged", "unchanged"]);
    let said = "2 of 2 orders need no call, by 1 page of the ERP's listing; 0 calls left\nno calls";
    run.says(said);
    assert!(!place.path(JOURNAL).exists());
}

#[test]
fn unasked_every_order_is_sent() {
    let (place, erp) = (Place::new(), erp(&[("CG1", "aa"), ("CG2", "aa")]));
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    place.runs(&erp, "orders.csv", 0);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (0, 2));
    let wrong = place.runs(&erp, "orders.csv --modified-within 2d", 2);
    wrong.says("--skip-unchanged");
}

#[test]
fn a_trial_asks_only_for_its_own_orders() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        orders: many(300),
        ..Config::default()
    });
    place.write("orders.csv", sheet(300));
    let run = place.runs(&erp, "orders.csv --skip-unchanged --limit 50", 1);
    let results = place.results(&run);
    let counts = ["unchanged", "skipped"].map(|status| results.count(status));
    assert_eq!(counts, [50, 250]);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (1, 0));
    let skipped = results.select(["purchase_no", "status", "message"])[50];
    assert_eq!(skipped, [&order(50), "skipped", "not sent: --limit 50"]);
}
