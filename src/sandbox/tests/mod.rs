//! The whole stand-in, called as other clients would call it.

mod calls;
mod network;
mod protocol;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::protocol::{EPOCH, LIST, Query, UPDATE, sign};
use super::{APP_KEY, APP_SECRET, SID};

const OK: &str = r#"{"status":0}"#;

fn query(text: &str) -> Query {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// The fields of a call at this time of the server's, without its signature.
fn fields(method: &str, now: i64) -> Query {
    let (_, salt) = APP_SECRET.split_once(':').unwrap();
    let paging = if method == LIST {
        "&page_size=100&page_no=0&calc_total=1"
    } else {
        ""
    };
    let time = now - EPOCH;
    query(&format!(
        "sid={SID}&key={APP_KEY}&salt={salt}&method={method}&v=1.0&timestamp={time}{paging}"
    ))
}

/// The address's query with its signature.
fn signed(fields: &Query, body: &str) -> String {
    let (secret, _) = APP_SECRET.split_once(':').unwrap();
    let sign = sign(secret, fields, body.as_bytes());
    let escaped = |value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={}&", escaped(value)));
    fields.collect::<String>() + "sign=" + &sign
}

fn update(order: &str, flag: &str, now: i64) -> (String, String) {
    let body = json!([{ "purchase_no": order, "flag_name": flag }]).to_string();
    (signed(&fields(UPDATE, now), &body), body)
}
