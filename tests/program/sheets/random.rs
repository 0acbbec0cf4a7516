//! Over random sheets that repeat their orders: one call an order, and the same end as if every
//! row had been sent in turn.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::harness::{Place, Table, finish, sandbox};

/// Flags the stand-in accepts, and one no row can be sent with.
const FLAGS: [&str; 5] = ["aa", "加急", "已质检", "无", ""];

/// Orders and flags, by their numbers.
type Rows = Vec<(usize, usize)>;

fn rows(flags: usize) -> impl Strategy<Value = Rows> {
    prop::collection::vec((0..8_usize, 0..flags), 0..40)
}

fn order(n: usize) -> String {
    format!("CG-{n}")
}

fn sheet(rows: &Rows) -> String {
    let line = |&(n, flag): &(usize, usize)| format!("{},{}\n", order(n), FLAGS[flag]);
    let lines: String = rows.iter().map(line).collect();
    format!("purchase_no,flag_name\n{lines}")
}

/// What every order's valid rows give it, in turn.
fn given(rows: &Rows) -> BTreeMap<usize, Vec<usize>> {
    let mut given = BTreeMap::<_, Vec<_>>::new();
    for &(order, flag) in rows.iter().filter(|(_, flag)| !FLAGS[*flag].is_empty()) {
        given.entry(order).or_default().push(flag);
    }
    given
}

/// The flags the ERP is left with when these are all there is.
fn left<'a>(last: impl Iterator<Item = (&'a usize, &'a usize)>) -> HashMap<String, String> {
    last.filter(|(_, flag)| FLAGS[**flag] != "无")
        .map(|(&n, &flag)| (order(n), FLAGS[flag].to_owned()))
        .collect()
}

fn check_rows(rows: &Rows, results: &Table, status_of: impl Fn(usize, usize) -> &'static str) {
    let expected: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(at, &(n, flag))| {
            let status = match FLAGS[flag] {
                "" => "invalid",
                _ => status_of(n, flag),
            };
            let line = (at + 2).to_string();
            [order(n), FLAGS[flag].to_owned(), line, status.to_owned()]
        })
        .collect();
    let found = results.select(["purchase_no", "flag_name", "line", "status"]);
    assert_eq!(found, expected);
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_erp_ends_as_a_sequential_run_would_leave_it(rows in rows(5)) {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(&rows));
        let given = given(&rows);
        let invalid = rows.iter().any(|(_, flag)| FLAGS[*flag].is_empty());
        finish(&mut place.run(&erp, ["orders.csv"])).expect(invalid.into());

        let last = |n: &usize| given[n].last().expect("one at least");
        assert_eq!(erp.flags(), left(given.keys().map(|n| (n, last(n)))));
        assert_eq!(erp.stats().calls, given.len() as u64, "one call an order");
        let results = place.table("orders.results.csv");
        check_rows(&rows, &results, |n, flag| if flag == *last(&n) { "ok" } else { "superseded" });
        let attempts = results.column("attempts").into_iter();
        let attempts: u64 = attempts.map(|n| n.parse::<u64>().expect("a number")).sum();
        assert_eq!(attempts, given.len() as u64);
    }

    #[test]
    fn with_on_conflict_invalid_only_orders_with_one_flag_are_sent(rows in rows(5)) {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", sheet(&rows));
        let given = given(&rows);
        let agreed = |n: &usize| given[n].iter().all(|flag| *flag == given[n][0]);
        let fine = rows.iter().all(|(n, flag)| !FLAGS[*flag].is_empty() && agreed(n));
        let args = ["orders.csv", "--on-conflict", "invalid"];
        finish(&mut place.run(&erp, args)).expect((!fine).into());

        let sent = || given.keys().filter(|n| agreed(n));
        assert_eq!(erp.flags(), left(sent().map(|n| (n, &given[n][0]))));
        assert_eq!(erp.stats().calls, sent().count() as u64);
        check_rows(&rows, &place.table("orders.results.csv"), |n, _| if agreed(&n) { "ok" } else { "invalid" });
    }
}
