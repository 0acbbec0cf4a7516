//! The purchase orders and their flags.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexSet;
use serde_json::{Value, json};

use super::clock::local_time;
use super::config::{Config, Order};
use super::protocol::{Listing, Wanted};
use super::refusal::Refusal;

/// The flag that clears an order's flag.
const NONE: &str = "无";
/// Its place among the flags, which is what it is known by in the ERP, too.
const NONE_ID: usize = 0;

/// Every order is approved, and nothing of it is in stock.
const STATUS: u64 = 40;
const STOCKIN_STATUS: u64 = 0;

#[derive(Debug)]
pub(super) struct Orders {
    /// A flag's place is its id. Those that are defined come first, then those that orders only
    /// carried from the start.
    flags: IndexSet<String>,
    defined: usize,
    orders: Mutex<HashMap<String, Known>>,
}

#[derive(Debug)]
struct Known {
    flag: usize,
    /// In Unix seconds: the ERP's milliseconds are whole seconds, too.
    modified: i64,
    accepted: u64,
}

impl Orders {
    /// `flags` are defined, and `无` in any case.
    pub(super) fn new(flags: &[String], known: Vec<Order>, now: i64) -> Self {
        let mut flags: IndexSet<_> = [NONE.to_owned()]
            .into_iter()
            .chain(flags.iter().cloned())
            .collect();
        let defined = flags.len();
        let orders = known.into_iter().map(|order| {
            let flag = match &*order.flag {
                "" => NONE_ID,
                _ => flags.insert_full(order.flag).0,
            };
            let modified = order.modified.map_or(now, |time| time.as_second());
            let accepted = 0;
            (
                order.number,
                Known {
                    flag,
                    modified,
                    accepted,
                },
            )
        });
        let orders = Mutex::new(orders.collect());
        Self {
            flags,
            defined,
            orders,
        }
    }

    pub(super) fn update(&self, number: String, flag: String, now: i64) -> Result<(), Refusal> {
        let mut orders = self.lock();
        if number.contains("404") && !orders.contains_key(&number) {
            return Err(Refusal::NoSuchOrder);
        }
        let defined = self
            .flags
            .get_index_of(&flag)
            .filter(|id| *id < self.defined);
        let Some(flag) = defined else {
            return Err(Refusal::NoSuchFlag(flag));
        };
        let order = orders.entry(number).or_insert(Known {
            flag: NONE_ID,
            modified: now,
            accepted: 0,
        });
        // As in a database: a row that is given the values it has is not modified. One that was not
        // known comes into being now, whatever its flag.
        if order.flag != flag {
            order.flag = flag;
            order.modified = now;
        }
        order.accepted += 1;
        Ok(())
    }

    /// A page of those that are asked for, oldest modification first, then by number.
    pub(super) fn list(&self, listing: &Listing, config: &Config) -> Value {
        let orders = self.lock();
        let mut found: Vec<_> = match &listing.wanted {
            Wanted::Number(number) => orders.get_key_value(number).into_iter().collect(),
            Wanted::Modified(window) => orders
                .iter()
                .filter(|(_, order)| window.contains(&order.modified))
                .collect(),
        };
        let shows = listing.admits(STATUS, STOCKIN_STATUS);
        found.retain(|(number, _)| shows && !config.hidden.contains(*number));
        found.sort_unstable_by_key(|(number, order)| (order.modified, *number));

        let size = listing.paging.size.min(config.max_page_size);
        let before = listing.paging.number.saturating_mul(size);
        let page = found.iter().skip(before).take(size);
        let page: Vec<_> = page
            .map(|(number, order)| self.show(number, order))
            .collect();
        match listing.paging.with_total {
            true => json!({ "total_count": found.len(), "order": page }),
            false => json!({ "order": page }),
        }
    }

    fn show(&self, number: &str, order: &Known) -> Value {
        let modified = local_time(order.modified);
        json!({
            "purchase_no": number,
            "status": STATUS,
            "stockin_status": STOCKIN_STATUS,
            "flag_id": order.flag,
            "flag_name": self.flags.get_index(order.flag),
            "modified": order.modified * 1_000,
            "remark": "",
            "detail_list": [{
                "spec_no": "sandbox",
                "goods_name": "沙箱货品",
                "num": 1,
                "price": "0.0000",
                "remark": "",
                "modified": modified,
            }],
        })
    }

    /// Every order that carries a flag.
    pub(super) fn flags(&self) -> HashMap<String, String> {
        self.lock()
            .iter()
            .filter(|(_, order)| order.flag != NONE_ID)
            .filter_map(|(name, order)| {
                Some((name.clone(), self.flags.get_index(order.flag)?.clone()))
            })
            .collect()
    }

    /// How many updates of an order were executed.
    pub(super) fn accepted(&self, order: &str) -> u64 {
        self.lock().get(order).map_or(0, |order| order.accepted)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use jiff::Timestamp;

    use super::*;
    use crate::sandbox::protocol::Paging;

    fn update(orders: &Orders, order: &str, flag: &str) -> Result<(), Refusal> {
        orders.update(order.to_owned(), flag.to_owned(), 0)
    }

    #[test]
    fn the_last_flag_stays_and_none_clears_it() {
        let orders = Orders::new(&["aa".to_owned(), "bb".to_owned()], Vec::new(), 0);
        assert_eq!(update(&orders, "CG1", "aa"), Ok(()));
        assert_eq!(update(&orders, "CG1", "bb"), Ok(()));
        assert_eq!(update(&orders, "CG2", "aa"), Ok(()));
        assert_eq!(update(&orders, "CG2", NONE), Ok(()));
        assert_eq!(
            orders.flags(),
            HashMap::from([("CG1".to_owned(), "bb".to_owned())])
        );
        assert_eq!(orders.accepted("CG1"), 2);
        assert_eq!(orders.accepted("CG2"), 2);
        assert_eq!(orders.accepted("CG3"), 0);
    }

    #[test]
    fn unknown_orders_and_flags_change_nothing() {
        let orders = Orders::new(&["aa".to_owned()], Vec::new(), 0);
        assert_eq!(update(&orders, "CG404", "aa"), Err(Refusal::NoSuchOrder));
        assert_eq!(update(&orders, "CG404", "bb"), Err(Refusal::NoSuchOrder));
        assert_eq!(
            update(&orders, "CG1", "bb"),
            Err(Refusal::NoSuchFlag("bb".to_owned()))
        );
        assert!(orders.flags().is_empty());
        assert_eq!(orders.accepted("CG404"), 0);
    }

    fn known(number: &str, flag: &str, modified: i64) -> Order {
        Order {
            number: number.to_owned(),
            flag: flag.to_owned(),
            modified: Timestamp::from_second(modified).ok(),
        }
    }

    fn listed(orders: &Orders, window: RangeInclusive<i64>) -> Vec<(String, String, i64)> {
        let page = orders.list(&asking(Wanted::Modified(window)), &Config::default());
        let listed = page["order"].as_array().expect("orders").iter();
        listed
            .map(|order| {
                let text = |field: &str| order[field].as_str().expect(field).to_owned();
                let modified = order["modified"].as_i64().expect("a time");
                (text("purchase_no"), text("flag_name"), modified)
            })
            .collect()
    }

    fn asking(wanted: Wanted) -> Listing {
        Listing {
            wanted,
            statuses: None,
            stockin_status: None,
            paging: Paging {
                size: 100,
                number: 0,
                with_total: false,
            },
        }
    }

    fn row(number: &str, flag: &str, modified: i64) -> (String, String, i64) {
        (number.to_owned(), flag.to_owned(), modified)
    }

    #[test]
    fn listings_show_the_oldest_modification_first_and_then_the_lowest_number() {
        let there = vec![
            known("CG3", "aa", 20),
            known("CG2", "", 20),
            known("CG4", "无", 10),
            known("CG1", "aa", 30),
        ];
        let orders = Orders::new(&["aa".to_owned()], there, 0);
        let all = [
            row("CG4", "无", 10_000),
            row("CG2", "无", 20_000),
            row("CG3", "aa", 20_000),
            row("CG1", "aa", 30_000),
        ];
        assert_eq!(listed(&orders, 0..=100), all);
        assert_eq!(listed(&orders, 10..=20), all[..3]);
        assert_eq!(listed(&orders, 11..=19), []);
    }

    #[test]
    fn an_order_is_modified_when_its_flag_changes() {
        let there = vec![known("CG1", "aa", 10)];
        let orders = Orders::new(&["aa".to_owned(), "bb".to_owned()], there, 0);
        let update =
            |order: &str, flag: &str, now| orders.update(order.to_owned(), flag.to_owned(), now);
        assert_eq!(update("CG1", "aa", 20), Ok(()));
        assert_eq!(listed(&orders, 0..=99), [row("CG1", "aa", 10_000)]);
        assert_eq!(orders.accepted("CG1"), 1);
        assert!(update("CG1", "cc", 30).is_err());
        assert_eq!(listed(&orders, 0..=99), [row("CG1", "aa", 10_000)]);
        assert_eq!(update("CG1", "bb", 40), Ok(()));
        assert_eq!(listed(&orders, 0..=99), [row("CG1", "bb", 40_000)]);
        assert_eq!(update("CG2", "无", 50), Ok(()));
        let both = [row("CG1", "bb", 40_000), row("CG2", "无", 50_000)];
        assert_eq!(listed(&orders, 0..=99), both);
    }

    #[test]
    fn orders_that_are_there_exist_whatever_their_number_and_flag() {
        let there = vec![
            known("CG404", "停用", 10),
            Order {
                modified: None,
                ..known("CG1", "停用", 0)
            },
        ];
        let orders = Orders::new(&["aa".to_owned()], there, 50);
        let both = [row("CG404", "停用", 10_000), row("CG1", "停用", 50_000)];
        assert_eq!(listed(&orders, 0..=99), both);
        assert_eq!(orders.flags().len(), 2);
        let disabled = Refusal::NoSuchFlag("停用".to_owned());
        assert_eq!(update(&orders, "CG1", "停用"), Err(disabled));
        assert_eq!(update(&orders, "CG404", "aa"), Ok(()));
    }

    #[test]
    fn a_flag_keeps_its_id() {
        let there = vec![known("CG1", "old", 0), known("CG2", "bb", 0)];
        let orders = Orders::new(&["aa".to_owned(), "bb".to_owned()], there, 0);
        let id = |number: &str| {
            let listing = asking(Wanted::Number(number.to_owned()));
            orders.list(&listing, &Config::default())["order"][0]["flag_id"].clone()
        };
        assert_eq!((id("CG1"), id("CG2")), (json!(3), json!(2)));
        assert_eq!(update(&orders, "CG1", "bb"), Ok(()));
        assert_eq!(update(&orders, "CG2", NONE), Ok(()));
        assert_eq!((id("CG1"), id("CG2")), (json!(2), json!(0)));
        assert_eq!(id("CG3"), Value::Null);
    }

    #[test]
    fn filters_leave_out_orders_in_another_state() {
        let orders = Orders::new(&[], vec![known("CG1", "", 10)], 0);
        for wanted in [
            || Wanted::Modified(0..=99),
            || Wanted::Number("CG1".to_owned()),
        ] {
            for (statuses, stockin_status, found) in [
                (Some(vec![20, 40]), None, 1),
                (Some(vec![20, 90]), None, 0),
                (None, Some(0), 1),
                (None, Some(2), 0),
                (Some(vec![40]), Some(2), 0),
            ] {
                let listing = Listing {
                    statuses,
                    stockin_status,
                    ..asking(wanted())
                };
                let page = orders.list(&listing, &Config::default());
                assert_eq!(
                    page["order"].as_array().map(Vec::len),
                    Some(found),
                    "{listing:?}"
                );
            }
        }
    }
}
