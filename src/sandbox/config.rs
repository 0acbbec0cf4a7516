//! How the stand-in behaves, the account it knows, and the orders that are there from the start.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::Duration;

use csv::{ReaderBuilder, Trim};
use jiff::{SignedDuration, Timestamp};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

use crate::erp::{MAX_PAGE_SIZE, parse_beijing_time};
use crate::language::say;

pub const SID: &str = "sandbox";
pub const APP_KEY: &str = "sandbox-app";
/// As the ERP hands secrets out: `secret:salt`.
pub const APP_SECRET: &str = "open-sesame:sea-salt";

const FLAGS: &str = "aa,加急,已质检,待质检,待付款,已付款,部分到货,无";

/// The default is a well-behaved ERP on a free port of loopback.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// The flags defined for purchase orders. `无` is defined in any case.
    pub flags: Vec<String>,
    /// The orders that listings show before any update. Every other order exists as well, for
    /// updates, if its number does not contain `404`.
    pub orders: Vec<Order>,
    /// Numbers of orders that listings do not show, as if the account had no permission for their
    /// warehouse. They can be updated.
    pub hidden: HashSet<String>,
    pub may_list: bool,
    /// The most orders on a page, however many are asked for: pages are then of this size.
    pub max_page_size: usize,
    /// Calls let in per minute. The minute is a fixed window that starts with the first call after
    /// the last window has ended.
    pub limit: Option<u32>,
    pub max_concurrency: Option<u32>,
    /// How long every reply waits. A call takes effect when it arrives.
    pub latency: Duration,
    /// The fraction of calls let in, from 0 to 1, that fail transiently: an HTTP 502, a status 4 or
    /// 99, or a connection closed without a reply, before or after the call took effect.
    pub fail_rate: f64,
    /// The server's clock minus the real one. It shows in the `Date` header and decides which
    /// timestamps are accepted.
    pub clock_skew: SignedDuration,
    pub watch: Option<Sender<String>>,
}

impl Config {
    /// The server's clock, which shows whole seconds.
    pub(super) fn now(&self) -> Timestamp {
        let now = Timestamp::now().saturating_add(self.clock_skew);
        let second = now.map_or(0, |now| now.as_second().max(0));
        Timestamp::from_second(second).unwrap_or_default()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            flags: FLAGS.split(',').map(str::to_owned).collect(),
            orders: Vec::new(),
            hidden: HashSet::new(),
            may_list: true,
            max_page_size: MAX_PAGE_SIZE,
            limit: None,
            max_concurrency: None,
            latency: Duration::ZERO,
            fail_rate: 0.0,
            clock_skew: SignedDuration::ZERO,
            watch: None,
        }
    }
}

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
