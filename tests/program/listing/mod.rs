//! Asking the ERP first, and sending only what differs (`--skip-unchanged`).

mod check;
mod paging;
mod rounds;
mod same;
mod skipping;
mod trouble;

use wdt_flags::sandbox::{Config, Order, Sandbox};

use crate::harness::sandbox_with;

/// A stand-in that has these orders, with their flags, modified just now.
fn erp(orders: &[(&str, &str)]) -> Sandbox {
    sandbox_with(with_orders(orders))
}

fn with_orders(orders: &[(&str, &str)]) -> Config {
    let orders = orders.iter().map(|(number, flag)| Order {
        number: (*number).to_owned(),
        flag: (*flag).to_owned(),
        modified: None,
    });
    Config {
        orders: orders.collect(),
        ..Config::default()
    }
}

/// So many orders with the flag aa, by their numbers in a [`sheet`](crate::harness::sheet).
fn many(orders: usize) -> Vec<Order> {
    let order = |n| Order {
        number: crate::harness::order(n),
        flag: "aa".to_owned(),
        modified: None,
    };
    (0..orders).map(order).collect()
}

/// Arguments of a run over `orders.csv` that asks first.
const ASKING: &str = "orders.csv --skip-unchanged";

fn asking<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["orders.csv", "--skip-unchanged"], more].concat()
}

const SAVES_NOTHING: &str =
    "no more of the listing is read, as it would cost more calls than it saves\n";
