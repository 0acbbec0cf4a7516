//! `verify`: the flags that the ERP carries, against those of a sheet.

mod after_run;
mod files;
mod stopping;
mod trouble;

use wdt_flags::sandbox::{Config, Order, Sandbox};

use crate::harness::{Place, finish, order, sandbox, sandbox_with, sheet};

const VERIFIED: &str = "orders.verified.csv";
const DIFFERENT: &str = "orders.different.csv";

/// Orders that are there, modified so many days ago.
fn there(orders: &[(&str, &str)], days: i64) -> Vec<Order> {
    let orders = orders.iter().map(|(number, flag)| Order {
        number: (*number).to_owned(),
        flag: (*flag).to_owned(),
        modified: Some(jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days)),
    });
    orders.collect()
}

/// A stand-in with these orders, modified so many days ago.
fn with(orders: &[(&str, &str)], days: i64) -> Sandbox {
    sandbox_with(Config {
        orders: there(orders, days),
        ..Config::default()
    })
}

/// A stand-in with so many orders that all carry `aa`, modified yesterday.
fn with_orders(orders: usize, config: Config) -> Sandbox {
    let numbers: Vec<_> = (0..orders).map(order).collect();
    let rows: Vec<_> = numbers.iter().map(|it| (it.as_str(), "aa")).collect();
    sandbox_with(Config {
        orders: there(&rows, 1),
        ..config
    })
}

#[test]
fn every_row_says_what_the_erp_carries_for_its_order() {
    let place = Place::new();
    place.write(
        "orders.csv",
        "no,purchase_no,flag_name\n1,CG1,aa\n2,CG2,aa\n3,CG3,aa\n4,CG4,无\n5,CG5,aa\n\
         6,CG1,aa\n7,CG2,加急\n8,CG2,aa\n9,,aa\n10,CG6,aa\n11,CG7,aa\n",
    );
    let mut orders = there(&[("CG1", "aa"), ("CG2", "待质检"), ("CG4", "")], 2);
    orders.extend(there(&[("CG3", "")], 400));
    orders.extend(there(&[("CG5", "aa"), ("CG6", "加急")], 1));
    let erp = sandbox_with(Config {
        orders,
        hidden: ["CG6".to_owned()].into(),
        ..Config::default()
    });
    let run = place.verifies(&erp, "orders.csv", 1);
    let verified = place.table(VERIFIED);
    let names = "no,purchase_no,flag_name,line,status,flag_now,message,checked_at,row_check";
    assert_eq!(verified.header.join(","), names);
    let found = verified.select(["status", "flag_now"]).into_iter();
    let found: Vec<_> = found.map(|row| row.join(" ")).collect();
    let expected = "same aa, different 待质检, different 无, same 无, same aa, same aa, \
        different 待质检, different 待质检, unknown , not found , not found ";
    assert_eq!(found.join(", "), expected, "{run:#?}");
    let messages = verified.column("message");
    assert_eq!(messages[0], "same as line 7");
    let carries = "same as line 9: the ERP carries \"待质检\", last modified 20";
    assert!(messages[1].starts_with(carries));
    assert!(messages[6].starts_with("line 9 decides: the ERP carries \"待质检\""));
    assert_eq!(messages[8], "purchase_no is empty");
    assert_eq!(messages[9], "the ERP shows this account no such order");
    assert_eq!([messages[3], messages[5]], ["", ""]);
    let lines: Vec<_> = (2..13).map(|n| n.to_string()).collect();
    assert_eq!(verified.column("line"), lines);
    for [status, time] in verified.select(["status", "checked_at"]) {
        assert_eq!(time.is_empty(), status == "unknown", "{verified:?}");
    }

    let different = place.table(DIFFERENT);
    let expected = verified.rows.iter();
    let expected = expected.filter(|row| row[4] == "different" || row[4] == "not found");
    assert!(different.rows.iter().eq(expected), "{different:?}");
    assert_eq!(different.header, verified.header);
    assert_eq!(erp.stats().accepted, 0, "nothing is changed");
    let next = place.path(DIFFERENT);
    run.prints("11 rows: 4 same, 4 different, 2 not found, 1 unknown\n")
        .prints(&format!("next      wdt-flags run {}", next.display()));
    // One page shows four of the seven orders; the other three are asked for.
    assert_eq!(erp.stats().calls, 4, "{run:#?}");
    run.says("4 of 7 orders need no call, by 1 page of the ERP's listing; 3 calls left");
}

#[test]
fn what_is_different_is_given_to_run_and_is_the_same_then() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "加急"), ("CG3", "aa"), ("CG2", "aa")]);
    let erp = with(&[("CG1", "aa"), ("CG2", "加急"), ("CG3", "停用")], 1);
    place.verifies(&erp, "orders.csv", 1);
    assert_eq!(place.table(DIFFERENT).column("line"), ["3", "4", "5"]);
    let run = finish(&mut place.run(&erp, [DIFFERENT])).expect(0);
    run.says_nothing_of("not updated");
    assert_eq!(erp.accepted("CG1"), 0);
    let results = place.table("orders.different.results.csv");
    let own = results.text(["purchase_no", "flag_name", "line", "status"]);
    assert_eq!(own, "CG2,加急,3,superseded\nCG3,aa,4,ok\nCG2,aa,5,ok\n");
    assert!(!results.header.contains(&"flag_now".to_owned()));
    let run = place.verifies(&erp, "orders.csv", 0);
    assert!(place.table(DIFFERENT).rows.is_empty());
    assert_eq!(place.table(VERIFIED).count("same"), 4);
    assert!(!run.stdout.contains("next"), "{run:#?}");
}

#[test]
fn a_listing_is_read_as_long_as_it_is_cheaper() {
    for (in_sheet, calls) in [
        // All on three pages.
        (250, 3),
        // The last page is not needed.
        (150, 2),
        // Both are on the first.
        (2, 1),
        // One order is asked for at once.
        (1, 1),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet(in_sheet));
        let erp = with_orders(250, Config::default());
        place.verifies(&erp, "orders.csv", 0);
        assert_eq!(place.table(VERIFIED).count("same"), in_sheet);
        assert_eq!(erp.stats().calls, calls, "{in_sheet}");
    }
}

#[test]
fn a_listing_that_would_cost_more_is_left() {
    const LEFT: &str = "no more of the listing is read, as it would cost more calls than it saves";
    let place = Place::new();
    place.numbered(3);
    let erp = with_orders(300, Config::default());
    let run = place.verifies(&erp, "orders.csv", 1);
    let why = "two pages more might have saved three calls";
    assert_eq!(erp.stats().calls, 3 + 3, "{why}");
    run.says_nothing_of(LEFT);
    let erp = with_orders(400, Config::default());
    place.verifies(&erp, "orders.csv", 1).says(LEFT);
    assert_eq!(erp.stats().calls, 1 + 3);
}

#[test]
fn orders_that_were_modified_long_ago_are_found_too() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG4", "aa")]);
    let mut orders = there(&[("CG1", "aa"), ("CG2", "aa")], 50);
    orders.extend(there(&[("CG3", "aa")], 3));
    orders.extend(there(&[("CG4", "aa")], 900));
    for (within, calls) in [("30d", 1 + 3), ("8w", 1 + 1 + 1), ("12h", 1 + 4)] {
        let erp = sandbox_with(Config {
            orders: orders.clone(),
            ..Config::default()
        });
        let args = ["orders.csv", "--modified-within", within];
        finish(&mut place.verify(&erp, args)).expect(0);
        assert_eq!(erp.stats().calls, calls, "{within}");
    }
}

#[test]
fn results_and_failures_are_sheets_as_well() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG1", "aa"), ("CG404", "aa"), ("CG2", "aa"), ("CG3", "")]);
    place.runs(&erp, "orders.csv", 1);
    place.verifies(&erp, "orders.results.csv", 1);
    let verified = place.table(VERIFIED);
    let lines = verified.text(["line", "status"]);
    assert_eq!(lines, "2,same\n3,not found\n4,same\n5,unknown\n");
    assert_eq!(verified.header.len(), 2 + 6, "{verified:?}");
    place.verifies(&erp, "orders.failures.csv", 1);
    let lines = place.table(VERIFIED).text(["line", "status"]);
    assert_eq!(lines, "3,not found\n5,unknown\n");
    // What a spreadsheet has changed in it is put right.
    place.sheet(&[("0404", "aa")]);
    place.runs(&erp, "orders.csv", 1);
    let changed = place.read("orders.failures.csv").replace("0404", "404");
    place.write("orders.failures.csv", changed);
    place.verifies(&erp, "orders.failures.csv", 1);
    assert_eq!(place.table(VERIFIED).column("purchase_no"), ["0404"]);
}

#[test]
fn the_flag_may_be_given_for_all_rows() {
    let place = Place::new();
    place.write("orders.csv", "purchase_no\nCG1\nCG2\n");
    let erp = with(&[("CG1", ""), ("CG2", "加急")], 1);
    place.verifies(&erp, "orders.csv --clear", 1);
    let verified = place.table(VERIFIED);
    let sent = verified.select(["sent_flag", "status"]);
    assert_eq!(sent, [["无", "same"], ["无", "different"]]);
    // The file says by itself what is to be sent.
    finish(&mut place.run(&erp, [DIFFERENT])).expect(0);
    assert_eq!(erp.flags().len(), 0);
}

#[test]
fn conflicts_are_as_in_a_run() {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG1", "加急"), ("CG2", "aa")]);
    let erp = with(&[("CG1", "加急"), ("CG2", "aa")], 1);
    place.verifies(&erp, "orders.csv", 0);
    place.verifies(&erp, "orders.csv --on-conflict invalid", 1);
    let verified = place.table(VERIFIED);
    assert_eq!(verified.column("status"), ["unknown", "unknown", "same"]);
    assert!(verified.column("message")[0].contains("given different flags"));
}

#[test]
fn rows_that_are_left_out_are_unknown_and_no_difference() {
    let place = Place::new();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let worksheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip([["purchase_no", "flag_name"], ["CG1", "aa"], ["CG2", "aa"]]) {
        worksheet.write_row(row, 0, cells).expect("written");
    }
    worksheet.set_row_hidden(2).expect("hidden");
    workbook.save(place.path("orders.xlsx")).expect("saved");
    let erp = with(&[("CG1", "aa"), ("CG2", "加急")], 1);
    let run = place.verifies(&erp, "orders.xlsx", 1);
    run.says_nothing_of("hidden");
    let run = place.verifies(&erp, "orders.xlsx --visible-only", 0);
    run.says("1 row is hidden and left out");
    assert_eq!(place.table(VERIFIED).column("status"), ["same", "unknown"]);
}
