//! `check`: what would be sent?
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
fn rows_orders_flags_and_every_invalid_row() {
    let run = check("CG1,aa\nCG2,加急\nCG1,aa\n,aa\nCG3,aa\nCG2,无\nCG4\n", &[]).expect(1);
    let expected = "\
read as CSV, UTF-8, separated by `,`, header on line 1
orders from column \"purchase_no\", flags from column \"flag_name\"

7 rows, 2 invalid; 3 distinct orders, 3 calls to be made (about 3.3 s at 55/min)
       3  aa
       1  加急
       1  无
1 order is given different flags: the last row of each decides
line 3: CG2 gives 加急, but line 7 decides
line 5: purchase_no is empty
line 8: wrong number of fields: 1 where the header has 2;";
    assert!(run.stdout.starts_with(expected), "{}", run.stdout);
}

#[test]
fn zero_if_all_is_well_one_if_rows_would_not_be_sent_two_if_it_is_no_sheet() {
    check("CG1,aa\n", &[]).expect(0);
    check("CG1,aa\nCG1,加急\n", &[]).expect(0);
    check("CG1,\n", &[]).expect(1);
    check("CG1,aa\nCG1,\"加急\n", &[]).expect(2);
    let refused = check("CG1,aa\nCG1,加急\n", &["--on-conflict", "invalid"]).expect(1);
    assert!(refused.stdout.contains("0 calls"), "{refused:?}");
}
