//! The ERP's API as its documentation has it: names, limits and times.

use jiff::civil::DateTime;
use jiff::tz::offset;
use jiff::{SignedDuration, Timestamp};

pub const UPDATE_METHOD: &str = "purchase.PurchaseOrder.updatePurchaseInfo";
pub const LIST_METHOD: &str = "purchase.PurchaseOrder.queryWithDetail";
/// The method that changes nothing, for testing credentials and the clock.
pub const NOW_METHOD: &str = "system.Core.now";
pub const VERSION: &str = "1.0";
pub const CLEAR_FLAG: &str = "无";
/// When the timestamps of calls are 0, in Unix seconds: 2012-01-01 00:00:00 in Beijing.
pub const EPOCH: i64 = 1_325_347_200;
/// Orders on a page. The documentation gives no number; this is the most that clients ask for.
pub const MAX_PAGE_SIZE: usize = 100;
/// From one end of a listing's window to the other.
pub const MAX_WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A time as the ERP writes it: `2024-01-31 08:00:00`, in Beijing.
pub fn beijing_time(time: Timestamp) -> String {
    offset(8).to_datetime(time).strftime("%F %T").to_string()
}

/// A time that is written so, and in no other way.
pub fn parse_beijing_time(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%F %T", text).ok()?;
    let time = offset(8).to_timestamp(time).ok()?;
    (beijing_time(time) == text).then_some(time)
}
