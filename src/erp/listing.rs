//! Purchase orders as the ERP lists them, with the flags that they carry.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::client::Client;
use super::error::{CallError, ErrorKind};
use super::protocol::{LIST_METHOD, MAX_PAGE_SIZE, MAX_WINDOW, beijing_time};
use super::request::{Request, without};
use crate::language::say;
use crate::text::is_control_or_bidi;

/// An order's detail lines come with it, and it may have hundreds.
const MAX_LISTING_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Query {
    /// Those that were last modified within it.
    Modified(Window),
    /// The one of this number, whenever it was modified.
    Order { purchase_no: String },
}

/// A time of whole seconds in Beijing, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    start_time: String,
    end_time: String,
}

impl Window {
    /// The time up to `now` as windows that the ERP takes, the latest first. Each begins in the
    /// second in which the next one ends.
    pub fn back_from(now: Timestamp, within: Duration) -> Vec<Window> {
        let mut windows = Vec::new();
        let mut end = now;
        let mut left = SignedDuration::from_secs(within.as_secs_f64().ceil() as i64);
        while left.is_positive() {
            let length = left.min(MAX_WINDOW);
            let start = end.saturating_sub(length).unwrap_or(Timestamp::MIN);
            windows.push(Window {
                start_time: beijing_time(start),
                end_time: beijing_time(end),
            });
            (end, left) = (start, left - length);
        }
        windows
    }
}

/// A page of a listing. What stands beside these fields is skipped while parsing.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Listing {
    /// Orders on all pages; known if the ERP was to count them.
    #[serde(default, rename = "total_count", deserialize_with = "number")]
    pub total: Option<u64>,
    #[serde(rename = "order")]
    pub orders: Vec<Listed>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Empty if it has no number yet.
    #[serde(default, rename = "purchase_no", deserialize_with = "text")]
    pub order: String,
    /// `无` for none; `None` if the listing does not say.
    #[serde(default, rename = "flag_name", deserialize_with = "flag")]
    pub flag: Option<String>,
    #[serde(default, deserialize_with = "time")]
    pub modified: Option<Timestamp>,
}

impl Client {
    /// Asks for one page of a listing, the first is 0. Changes nothing.
    ///
    /// # Errors
    ///
    /// Also if the ERP accepts the call and answers with something that is no listing as it is
    /// known: then it is [`Rejected`](ErrorKind::Rejected), for the same call again would not help.
    pub fn list(&self, query: &Query, page: u64) -> Result<Listing, CallError> {
        // To count all orders is dear: it is done once.
        let is_counted = page == 0 && matches!(query, Query::Modified(_));
        let data = self.call(&Request {
            paging: &[
                ("page_size", &MAX_PAGE_SIZE.to_string()),
                ("page_no", &page.to_string()),
                ("calc_total", if is_counted { "1" } else { "0" }),
            ],
            max_reply: MAX_LISTING_BYTES,
            ..Request::new(LIST_METHOD, &[query])
        })?;
        let mut listing = Listing::parse(&data)
            .filter(|listing| listing.total.is_some() || !is_counted)
            .ok_or_else(|| {
                CallError::new(ErrorKind::Rejected, Some(0), say!("reason-other-form"))
            })?;
        // Flags are shown; what is no text is left to see, so that they are no flag of a sheet's.
        let secret = &self.account.secret;
        for flag in listing.orders.iter_mut().filter_map(|it| it.flag.as_mut()) {
            let shown = without([secret.secret(), secret.salt()], std::mem::take(flag));
            *flag = shown.replace(is_control_or_bidi, "\u{fffd}");
        }
        Ok(listing)
    }
}

impl Listing {
    /// `None` if anything in it is not as the ERP is known to write it: a listing that is read
    /// wrongly would show what is not so.
    fn parse(data: &str) -> Option<Listing> {
        // An array would be read as the fields in order.
        data.starts_with('{')
            .then(|| serde_json::from_str(data).ok())?
    }
}

/// A whole number, which the ERP writes as a text, too.
fn number<'de, D, N>(field: D) -> Result<Option<N>, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<i64>,
{
    let number = match Value::deserialize(field)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(number.and_then(|number| number.try_into().ok()))
}

fn text<'de, D: Deserializer<'de>>(field: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(field)?.unwrap_or_default())
}

fn flag<'de, D: Deserializer<'de>>(field: D) -> Result<Option<String>, D::Error> {
    let is_shown = |flag: &String| !flag.trim().is_empty() && !flag.contains('\u{fffd}');
    Ok(Some(text(field)?).filter(is_shown))
}

fn time<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Timestamp>, D::Error> {
    let milliseconds: Option<i64> = number(field)?;
    Ok(milliseconds.and_then(|time| Timestamp::from_millisecond(time).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_beijings_time_and_thirty_days_at_most() {
        let now = "2026-11-30T16:00:05.9Z".parse().expect("a time");
        let days = |days: u64| Duration::from_secs(days * 24 * 3_600);
        let month = "11-01 00:00:05 to 12-01 00:00:05";
        for (within, expected) in [
            (days(30), &[month][..]),
            (
                days(61),
                &[
                    month,
                    "10-02 00:00:05 to 11-01 00:00:05",
                    "10-01 00:00:05 to 10-02 00:00:05",
                ],
            ),
            (
                Duration::from_millis(500),
                &["12-01 00:00:04 to 12-01 00:00:05"],
            ),
            (Duration::ZERO, &[]),
        ] {
            let windows = Window::back_from(now, within).into_iter();
            let windows = windows.map(|it| format!("{} to {}", it.start_time, it.end_time));
            let windows = windows.map(|it| it.replace("2026-", ""));
            assert_eq!(windows.collect::<Vec<_>>(), expected);
        }
        let ages = Window::back_from(Timestamp::MIN, days(90));
        assert_eq!(ages.len(), 3, "before all time there is none");
    }

    #[test]
    fn listings_are_read_liberally() {
        let data = r#"{"total_count":"3","x":{"y":[1]},"order":[
            {"purchase_no":"CG1","flag_id":7,"flag_name":"加急","modified":1764547200000,
             "detail_list":[{"purchase_no":"no","flag_name":"no"},null]},
            {"flag_name":"无","purchase_no":"CG\u0032","modified":"1764547200000"},
            {"purchase_no":"CG3","flag_name":null,"modified":"yesterday"},
            {"purchase_no":null,"flag_name":" "},{"flag_name":"\ufffd"}]}"#;
        let modified = Timestamp::from_second(1_764_547_200).ok();
        let orders = [
            ("CG1", Some("加急"), modified),
            ("CG2", Some("无"), modified),
            ("CG3", None, None),
            ("", None, None),
            ("", None, None),
        ];
        let orders = orders.map(|(order, flag, modified)| Listed {
            order: order.into(),
            flag: flag.map(str::to_owned),
            modified,
        });
        let (total, orders) = (Some(3), orders.into());
        assert_eq!(Listing::parse(data), Some(Listing { total, orders }));
        for total in ["-1", "1.5", r#""""#, r#""many""#, "[]", "null"] {
            let empty = Listing::parse(&format!(r#"{{"total_count":{total},"order":[]}}"#));
            assert_eq!(empty.map(|it| it.total), Some(None), "{total}");
        }
    }

    #[test]
    fn what_is_not_a_listing_is_never_an_empty_one() {
        let wrong = "null|[]|{}|[0,[]]|{'order':null}|{'order':{}}|{'order':[null]}|\
            {'order':['CG1']}|{'order':[{'purchase_no':7,'flag_name':'aa'}]}|\
            {'order':[{'purchase_no':'CG1','flag_name':7}]}|\
            {'order':[{'purchase_no':'CG1','purchase_no':'CG2','flag_name':'aa'}]}|\
            {'order':[],'order':[]}";
        for data in wrong.replace('\'', "\"").split('|') {
            assert_eq!(Listing::parse(data), None, "{data}");
        }
    }
}
