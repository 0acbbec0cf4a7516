//! The whole stand-in, called as other clients would call it.

mod calls;
mod network;
mod protocol;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{APP_KEY, APP_SECRET, SID};
use crate::erp::{EPOCH, LIST_METHOD, UPDATE_METHOD, sign};

const OK: &str = r#"{"status":0}"#;

/// The query of a call at this time of the server's.
fn signed(method: &str, body: &str, now: Timestamp) -> String {
    let paging = if method == LIST_METHOD {
        "&page_size=100&page_no=0&calc_total=1"
    } else {
        ""
    };
    let (secret, salt) = APP_SECRET.split_once(':').expect("two halves");
    let time = now.as_second() - EPOCH;
    let query = format!(
        "sid={SID}&key={APP_KEY}&salt={salt}&method={method}&v=1.0&timestamp={time}{paging}"
    );
    let fields: Vec<_> = query.split('&').flat_map(|it| it.split_once('=')).collect();
    let sign = sign(secret, fields.iter().copied().chain([("body", body)]));
    let escaped = |value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={}&", escaped(value)));
    fields.collect::<String>() + "sign=" + &sign
}

fn update(order: &str, flag: &str, now: Timestamp) -> (String, String) {
    let body = json!([{ "purchase_no": order, "flag_name": flag }]).to_string();
    (signed(UPDATE_METHOD, &body, now), body)
}
