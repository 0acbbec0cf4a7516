//! Who calls, where to, and by which way.

mod addresses;
mod named;
mod ping;
mod secrets;
mod sources;
mod tls;
