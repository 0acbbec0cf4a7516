//! The orders the stand-in has been told about, and their flags.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::refusal::Refusal;

/// The flag that clears an order's flag.
const NONE: &str = "无";

#[derive(Debug)]
pub(super) struct Book {
    known: HashSet<Arc<str>>,
    orders: Mutex<HashMap<String, Entry>>,
}

#[derive(Debug, Default)]
struct Entry {
    flag: Option<Arc<str>>,
    accepted: u64,
}

impl Book {
    /// An empty book that knows `flags`, and `无` in any case.
    pub(super) fn new(flags: &[String]) -> Self {
        let flags = flags.iter().map(String::as_str);
        Self {
            known: flags.chain([NONE]).map(Arc::from).collect(),
            orders: Mutex::default(),
        }
    }

    /// Gives an order its flag, or says why not.
    pub(super) fn update(&self, order: String, flag: String) -> Result<(), Refusal> {
        if order.contains("404") {
            return Err(Refusal::NoSuchOrder);
        }
        let Some(known) = self.known.get(flag.as_str()) else {
            return Err(Refusal::NoSuchFlag(flag));
        };
        let flag = (flag != NONE).then(|| Arc::clone(known));
        let mut orders = self.orders();
        let entry = orders.entry(order).or_default();
        entry.flag = flag;
        entry.accepted += 1;
        Ok(())
    }

    /// Every order that carries a flag.
    pub(super) fn flags(&self) -> HashMap<String, String> {
        let flagged = |(order, entry): (&String, &Entry)| {
            let flag = entry.flag.as_deref()?;
            Some((order.clone(), flag.to_owned()))
        };
        self.orders().iter().filter_map(flagged).collect()
    }

    /// How many updates of an order were carried out.
    pub(super) fn accepted(&self, order: &str) -> u64 {
        self.orders().get(order).map_or(0, |entry| entry.accepted)
    }

    fn orders(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(book: &Book, order: &str, flag: &str) -> Result<(), Refusal> {
        book.update(order.to_owned(), flag.to_owned())
    }

    #[test]
    fn the_last_flag_stays_and_none_clears_it() {
        let book = Book::new(&["aa".to_owned(), "bb".to_owned()]);
        assert_eq!(update(&book, "CG1", "aa"), Ok(()));
        assert_eq!(update(&book, "CG1", "bb"), Ok(()));
        assert_eq!(update(&book, "CG2", "aa"), Ok(()));
        assert_eq!(update(&book, "CG2", NONE), Ok(()));
        assert_eq!(
            book.flags(),
            HashMap::from([("CG1".to_owned(), "bb".to_owned())])
        );
        assert_eq!(book.accepted("CG1"), 2);
        assert_eq!(book.accepted("CG2"), 2);
        assert_eq!(book.accepted("CG3"), 0);
    }

    #[test]
    fn unknown_orders_and_flags_change_nothing() {
        let book = Book::new(&["aa".to_owned()]);
        assert_eq!(update(&book, "CG404", "aa"), Err(Refusal::NoSuchOrder));
        assert_eq!(update(&book, "CG404", "bb"), Err(Refusal::NoSuchOrder));
        assert_eq!(
            update(&book, "CG1", "bb"),
            Err(Refusal::NoSuchFlag("bb".to_owned()))
        );
        assert!(book.flags().is_empty());
        assert_eq!(book.accepted("CG404"), 0);
    }
}
