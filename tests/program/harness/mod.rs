//! What the tests share: a place to work in, the program, servers to run it against, and its
//! files read back.

mod ending;
#[cfg(target_os = "linux")]
mod memory;
mod place;
mod program;
mod proxy;
mod reply;
mod request;
mod server;
mod sheet;
#[cfg(target_os = "linux")]
mod signals;
mod table;
#[cfg(unix)]
mod terminal;
mod tls;
mod workbook;

use std::time::Duration;

pub use ending::ending;
pub use place::{Endpoint, JOURNAL, Place, account, outcomes};
#[cfg(unix)]
pub use program::through;
pub use program::{Finished, Running, finish, start};
#[cfg(target_os = "linux")]
pub use program::{with_file_limit, with_handle_limit};
pub use proxy::Proxy;
pub use reply::{ACCEPTED, REJECTED, accepted, http, http_with, listing, refused};
pub use request::Request;
pub use server::{Connection, Gate, ScriptedServer};
pub use sheet::{order, sheet};
pub use table::Table;
#[cfg(unix)]
pub use terminal::Terminal;
pub use tls::{Authority, tls};
use wdt_flags::sandbox::{Config, Sandbox};
pub use workbook::{part, save_workbook};

/// Longer than anything here takes on the slowest machine: what takes longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A stand-in with everything as it is by default.
pub fn sandbox() -> Sandbox {
    sandbox_with(Config::default())
}

pub fn sandbox_with(config: Config) -> Sandbox {
    Sandbox::start(config).expect("a stand-in")
}
