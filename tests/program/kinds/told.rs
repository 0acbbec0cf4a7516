//! What people are told and asked: one fact a line, and what is about to be done before it is.

use std::fmt::Write;

use crate::harness::{Place, Terminal, account, sandbox};

#[test]
fn users_p12_rows_with_one_reason_are_one_line_of_the_summary() {
    let (place, erp) = (Place::new(), sandbox());
    let mut sheet = "purchase_no,flag_name\n".to_owned();
    for n in 0..300 {
        writeln!(sheet, "2.2E+{n},aa").expect("written");
        writeln!(sheet, "CG{n},").expect("written");
    }
    place.write("orders.csv", sheet);
    let run = place.runs(&erp, "orders.csv", 1);
    let reasons = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("     300  "));
    assert_eq!(reasons.count(), 2, "{run:?}");
    assert!(!run.stdout.contains("other"), "{run:?}");
}

#[test]
fn users_f10_what_is_about_to_be_cleared_is_shown_before_it_is_confirmed() {
    let (place, erp) = (Place::new(), sandbox());
    place.numbered(3);
    let mut command = place.program();
    command.args(["run", "orders.csv", "--clear", "--limit", "2"]);
    account(&mut command, &erp.endpoint());
    let mut terminal = Terminal::with_keyboard(&command, 100);
    terminal.until("the question", |lines| {
        lines
            .iter()
            .any(|line| line.contains("clear the flags of 2 orders?"))
    });
    for shown in ["line 2, \"CG1\" gets \"无\"", "line 3, \"CG2\" gets \"无\""] {
        assert!(terminal.raw().contains(shown), "{}", terminal.raw());
    }
    terminal.type_in("n\n");
    assert_eq!(terminal.finish(), Some(2));
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn users_p8_calls_for_listings_are_not_promised_to_save_any() {
    let (place, erp) = (Place::new(), sandbox());
    let sheet: String = (0..29).map(|n| format!("CG{n},aa\n")).collect();
    place.write("orders.csv", format!("purchase_no,flag_name\n{sheet}"));
    let run = place.verifies(&erp, "orders.csv", 1);
    run.says("29 calls, 4 at once")
        .says("its listings may save some, or cost a few");
}
