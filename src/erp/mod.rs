//! The ERP's API: signing, clock, client, verdicts. Knows no sheet and no terminal.

mod account;
mod client;
mod clock;
mod endpoint;
mod error;
pub mod field;
mod reply;
mod resolver;
mod sign;
mod trust;
mod verdict;

pub use account::{Account, AppSecret};
pub use client::{Client, Options};
pub use clock::Clock;
pub use endpoint::Endpoint;
pub use error::{CallError, ErrorKind, Limit, Reason};
pub use reply::Reply;
pub use sign::sign;
pub use verdict::classify;

/// The method that sets the flag of one purchase order.
pub const UPDATE_METHOD: &str = "purchase.PurchaseOrder.updatePurchaseInfo";
/// The method that changes nothing: the right call for testing credentials and the clock.
pub const NOW_METHOD: &str = "system.Core.now";
/// The version of the API, query field `v`.
pub const VERSION: &str = "1.0";
/// The flag name that clears an order's flag (a rule of the ERP).
pub const CLEAR_FLAG: &str = "无";
