//! The purchase orders and their flags.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::config::{Config, Order};
use super::protocol::{Listing, Refusal, Wanted, refuse};
use crate::erp::{CLEAR_FLAG, beijing_time};

#[derive(Debug, Default)]
pub(super) struct Orders(HashMap<String, Known>);

#[derive(Debug)]
struct Known {
    flag: String,
    /// Of whole seconds, as the ERP's milliseconds are.
    modified: Timestamp,
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
        let mut data = json!({ "order": page });
        if listing.with_total {
            data["total_count"] = found.len().into();
        }
        data
    }

    pub(super) fn flags(&self) -> HashMap<String, String> {
        let flagged = self.0.iter().filter(|(_, order)| order.flag != CLEAR_FLAG);
        flagged
            .map(|(number, order)| (number.clone(), order.flag.clone()))
            .collect()
    }

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
