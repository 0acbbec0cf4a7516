//! The ERP's API: signing, clock, client, verdicts. Knows no sheet and no terminal.

mod account;
mod client;
mod clock;
mod connection;
mod endpoint;
mod error;
mod explain;
pub mod field;
mod key;
mod listing;
mod protocol;
mod proxy;
mod reply;
mod request;
mod resolver;
mod secrets;
mod sign;
mod trust;
mod verdict;

pub use account::{Account, AppSecret};
pub use client::{Caller, Client};
pub use clock::Clock;
pub use endpoint::Endpoint;
pub use error::{CallError, ErrorKind, Limit, Reason};
pub use key::DerivedKey;
pub use listing::{Listing, Page, Query, Window};
pub use protocol::{CLEAR_FLAG, UPDATE_METHOD};
pub use reply::Reply;
pub use secrets::Secrets;
pub use sign::sign;
pub use verdict::classify;
