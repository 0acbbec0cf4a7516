//! The whole stand-in, called over real connections.

mod calls;
mod client;
mod faults;
mod http;
mod lifecycle;
mod limits;
mod listings;
