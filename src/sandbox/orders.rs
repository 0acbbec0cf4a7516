//! The purchase orders and their flags.

use std::collections::HashMap;
use std::path::Path;

use csv::{ReaderBuilder, Trim};
use jiff::Timestamp;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::config::Config;
use super::protocol::{Listing, Refusal, Wanted, refuse};
use crate::erp::{CLEAR_FLAG, beijing_time, parse_beijing_time};
use crate::language::say;

/// A purchase order that is there from the start.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    #[serde(rename = "order", alias = "purchase_no")]
    pub number: String,
    /// `无` or empty is none. It may be one that is no longer defined.
    #[serde(default, alias = "flag_name")]
    pub flag: String,
    /// To the second; `None` is when the stand-in starts, by its clock.
    #[serde(default, deserialize_with = "time")]
    pub modified: Option<Timestamp>,
}

/// In Beijing, as the ERP writes it, or by RFC 3339.
fn time<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(field)?;
    let time = parse_beijing_time(&text).or_else(|| text.parse().ok());
    if time.is_some() || text.is_empty() {
        Ok(time)
    } else {
        Err(D::Error::invalid_value(Unexpected::Str(&text), &"a time"))
    }
}

/// Reads a CSV file with a header of `order`, `flag` and `modified`, or as the API names them, of
/// which only the first must be there.
///
/// # Errors
///
/// Text for people: which file, which line, and how it should be.
pub fn read_orders(file: &Path) -> Result<Vec<Order>, String> {
    let mut builder = ReaderBuilder::new();
    let reader = builder.trim(Trim::Headers).from_path(file);
    let orders = reader.and_then(|reader| reader.into_deserialize().collect());
    orders.map_err(|error| {
        let (file, why) = (file.display().to_string(), error.to_string());
        say!("sandbox-orders-unreadable", file = file, why = why)
    })
}

/// By number.
#[derive(Debug, Default)]
pub(super) struct Orders(HashMap<String, Known>);

#[derive(Debug)]
struct Known {
    flag: String,
    /// Of whole seconds, as the ERP's milliseconds are.
    modified: Timestamp,
    /// Updates that were executed.
    accepted: u64,
}

impl Known {
    fn new(flag: &str, modified: Timestamp) -> Self {
        Known {
            flag: if flag.is_empty() { CLEAR_FLAG } else { flag }.to_owned(),
            modified,
            accepted: 0,
        }
    }
}

impl Orders {
    pub(super) fn new(known: &[Order], now: Timestamp) -> Self {
        let known = known.iter().map(|order| {
            let modified = order.modified.unwrap_or(now);
            (order.number.clone(), Known::new(&order.flag, modified))
        });
        Self(known.collect())
    }

    pub(super) fn update(
        &mut self,
        number: String,
        flag: String,
        config: &Config,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if number.contains("404") && !self.0.contains_key(&number) {
            return refuse(100, "单据不存在");
        }
        if flag != CLEAR_FLAG && !config.flags.contains(&flag) {
            return refuse(100, format!("采购标记不存在:{flag}"));
        }
        let order = self.0.entry(number);
        let order = order.or_insert_with(|| Known::new(CLEAR_FLAG, now));
        // As in a database: a row that is given the values it has is not modified.
        if order.flag != flag {
            order.flag = flag;
            order.modified = now;
        }
        order.accepted += 1;
        Ok(())
    }

    /// A page of those that are asked for, oldest modification first, then by number.
    pub(super) fn page(&self, listing: &Listing, config: &Config) -> Value {
        let mut found: Vec<_> = match &listing.wanted {
            Wanted::Number(number) => self.0.get_key_value(number).into_iter().collect(),
            Wanted::Modified(window) => {
                let all = self.0.iter();
                all.filter(|(_, order)| window.contains(&order.modified))
                    .collect()
            }
        };
        found.retain(|(number, _)| !config.hidden.contains(*number));
        found.sort_unstable_by_key(|(number, order)| (order.modified, *number));
        let size = listing.page_size.min(config.max_page_size);
        let before = listing.page.saturating_mul(size);
        let page = found.iter().skip(before).take(size);
        let page: Vec<_> = page.map(|(number, order)| show(number, order)).collect();
        if listing.with_total {
            json!({ "total_count": found.len(), "order": page })
        } else {
            json!({ "order": page })
        }
    }

    /// Every order that carries a flag.
    pub(super) fn flags(&self) -> HashMap<String, String> {
        let flagged = self.0.iter().filter(|(_, order)| order.flag != CLEAR_FLAG);
        flagged
            .map(|(number, order)| (number.clone(), order.flag.clone()))
            .collect()
    }

    /// How many updates of an order were executed.
    pub(super) fn accepted(&self, number: &str) -> u64 {
        self.0.get(number).map_or(0, |order| order.accepted)
    }
}

/// An approved order, its flag among much else that a client has to pass over.
fn show(number: &str, order: &Known) -> Value {
    let modified = beijing_time(order.modified);
    json!({
        "purchase_no": number,
        "status": 40,
        "flag_name": order.flag,
        "modified": order.modified.as_millisecond(),
        "detail_list": [{ "spec_no": "sandbox", "goods_name": "沙箱货品", "modified": modified }],
    })
}
