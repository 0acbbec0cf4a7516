//! The purchase orders and their flags.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::refusal::Refusal;

/// The flag that clears an order's flag.
const NONE: &str = "无";

#[derive(Debug)]
pub(super) struct Orders {
    defined: HashSet<String>,
    orders: Mutex<HashMap<String, Order>>,
}

#[derive(Debug, Default)]
struct Order {
    flag: Option<String>,
    accepted: u64,
}

impl Orders {
    /// `flags` are defined, and `无` in any case.
    pub(super) fn new(flags: &[String]) -> Self {
        Self {
            defined: flags.iter().cloned().chain([NONE.to_owned()]).collect(),
            orders: Mutex::default(),
        }
    }

    pub(super) fn update(&self, order: String, flag: String) -> Result<(), Refusal> {
        if order.contains("404") {
            return Err(Refusal::NoSuchOrder);
        }
        if !self.defined.contains(&flag) {
            return Err(Refusal::NoSuchFlag(flag));
        }
        let mut orders = self.lock();
        let order = orders.entry(order).or_default();
        order.flag = (flag != NONE).then_some(flag);
        order.accepted += 1;
        Ok(())
    }

    /// Every order that carries a flag.
    pub(super) fn flags(&self) -> HashMap<String, String> {
        self.lock()
            .iter()
            .filter_map(|(name, order)| Some((name.clone(), order.flag.clone()?)))
            .collect()
    }

    /// How many updates of an order were executed.
    pub(super) fn accepted(&self, order: &str) -> u64 {
        self.lock().get(order).map_or(0, |order| order.accepted)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Order>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(orders: &Orders, order: &str, flag: &str) -> Result<(), Refusal> {
        orders.update(order.to_owned(), flag.to_owned())
    }

    #[test]
    fn the_last_flag_stays_and_none_clears_it() {
        let orders = Orders::new(&["aa".to_owned(), "bb".to_owned()]);
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
        let orders = Orders::new(&["aa".to_owned()]);
        assert_eq!(update(&orders, "CG404", "aa"), Err(Refusal::NoSuchOrder));
        assert_eq!(update(&orders, "CG404", "bb"), Err(Refusal::NoSuchOrder));
        assert_eq!(
            update(&orders, "CG1", "bb"),
            Err(Refusal::NoSuchFlag("bb".to_owned()))
        );
        assert!(orders.flags().is_empty());
        assert_eq!(orders.accepted("CG404"), 0);
    }
}
