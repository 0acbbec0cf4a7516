//! The names that the ERP's API has for things.

/// The method that sets the flag of one purchase order.
pub const UPDATE_METHOD: &str = "purchase.PurchaseOrder.updatePurchaseInfo";
/// The method that lists purchase orders with their flags.
pub const LIST_METHOD: &str = "purchase.PurchaseOrder.queryWithDetail";
/// The method that changes nothing, for testing credentials and the clock.
pub const NOW_METHOD: &str = "system.Core.now";
/// The version of the API, query field `v`.
pub const VERSION: &str = "1.0";
/// The flag name that clears an order's flag (a rule of the ERP).
pub const CLEAR_FLAG: &str = "无";
