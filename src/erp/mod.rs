//! The ERP's API: signing, clock, client, verdicts. Knows no sheet and no terminal.

mod account;
mod client;
mod clock;
mod endpoint;
mod error;
mod explain;
pub mod field;
mod http;
mod listing;
mod protocol;
mod proxy;
mod reply;
mod request;
mod sign;
mod trust;
mod verdict;

pub use account::{Account, AppSecret};
pub use client::Client;
pub use clock::Clock;
pub use endpoint::Endpoint;
pub use error::{CallError, ErrorKind, Limit};
pub use http::Http;
pub use listing::{Listed, Listing, Query, Window};
pub use protocol::{
    CLEAR_FLAG, EPOCH, LIST_METHOD, MAX_PAGE_SIZE, MAX_WINDOW, NOW_METHOD, UPDATE_METHOD, VERSION,
    beijing_time, parse_beijing_time,
};
pub use reply::Reply;
pub use request::masked;
pub use sign::sign;
pub use verdict::{classify, is_unknown_flag};
