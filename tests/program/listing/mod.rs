//! Asking the ERP first, and sending only what differs (`--skip-unchanged`).

mod check;
mod paging;
mod random;
mod rounds;
mod skipping;
mod trouble;

use serde_json::json;
use wdt_flags::sandbox::{Config, Order, Sandbox};

use crate::harness::{Request, http, sandbox_with};

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

fn is_listing(request: &Request) -> bool {
    request.query("method") == Some("purchase.PurchaseOrder.queryWithDetail")
}

/// Which page a listing is asked for.
fn page(request: &Request) -> usize {
    let page = request.query("page_no").and_then(|page| page.parse().ok());
    page.expect("a page")
}

/// A page of a listing, headers and all.
fn listing(total: usize, orders: &[(&str, &str)]) -> Vec<u8> {
    let order = |(number, flag): &(&str, &str)| json!({ "purchase_no": number, "flag_name": flag });
    let orders: Vec<_> = orders.iter().map(order).collect();
    let data = json!({ "total_count": total, "order": orders });
    http("200 OK", json!({ "status": 0, "data": data }).to_string())
}

/// Arguments of a run over `orders.csv` that asks first.
fn asking<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["orders.csv", "--skip-unchanged"], more].concat()
}
