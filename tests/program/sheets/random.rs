//! Over random sheets that repeat their orders: one call an order, and the same end as if every
//! row had been sent in turn.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::harness::{Place, sandbox};

/// Flags the stand-in accepts, and one no row can be sent with.
const FLAGS: [&str; 5] = ["aa", "加急", "已质检", "无", ""];

proptest! {
    #![proptest_config(Config { cases: 10, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_erp_ends_as_it_would_if_each_row_were_sent_in_turn(
        rows in prop::collection::vec((0..8_usize, 0..FLAGS.len()), 1..40),
        last_decides: bool,
    ) {
        let rows = rows.into_iter().map(|(order, flag)| (format!("CG-{order}"), FLAGS[flag]));
        let rows: Vec<_> = rows.collect();
        // What every order's valid rows give it, in turn.
        let mut given = BTreeMap::<_, Vec<_>>::new();
        for (order, flag) in rows.iter().filter(|(_, flag)| !flag.is_empty()) {
            given.entry(&**order).or_default().push(*flag);
        }
        let is_sent = |order: &str| last_decides || given[order].iter().all(|it| *it == given[order][0]);
        let last = |order: &str| *given[order].last().expect("one at least");
        let expected = (2..).zip(&rows).map(|(line, (order, flag))| {
            let status = match *flag {
                "" => "invalid",
                _ if !is_sent(order) => "invalid",
                flag if flag == last(order) => "ok",
                _ => "superseded",
            };
            format!("{order},{flag},{line},{status}\n")
        });
        let expected: String = expected.collect();

        let (place, erp) = (Place::new(), sandbox());
        let pairs: Vec<_> = rows.iter().map(|(order, flag)| (&**order, *flag)).collect();
        place.sheet(&pairs);
        let policy = if last_decides { "last" } else { "invalid" };
        let code = i32::from(expected.contains(",invalid\n"));
        place.runs(&erp, &format!("orders.csv --on-conflict {policy}"), code);

        let results = place.table("orders.results.csv");
        prop_assert_eq!(results.text(["purchase_no", "flag_name", "line", "status"]), expected);
        let sent: Vec<&str> = given.keys().copied().filter(|order| is_sent(order)).collect();
        prop_assert_eq!(erp.stats().calls, sent.len() as u64, "one call an order");
        let attempts = results.column("attempts").into_iter();
        prop_assert_eq!(attempts.filter(|it| *it == "1").count(), sent.len());
        let left = sent.into_iter().map(|order| (order.to_owned(), last(order).to_owned()));
        let left: HashMap<_, _> = left.filter(|(_, flag)| flag != "无").collect();
        prop_assert_eq!(erp.flags(), left);
    }
}
