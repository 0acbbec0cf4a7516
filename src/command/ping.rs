//! `ping`: are credentials, endpoint and clock right?

use super::failure::Failure;
use super::inputs::resolve_account;
use crate::cli::PingArgs;
use crate::console::{Console, clock_difference, duration, print};
use crate::erp::{Client, ClientOptions, ErrorKind};
use crate::exit::{SOME_FAILED, STOPPED};

/// The ERP takes timestamps up to this many seconds off its clock.
const MAX_CLOCK_OFFSET: u64 = 120;

pub(super) fn ping(args: &PingArgs, console: &Console) -> Result<u8, Failure> {
    let resolved = resolve_account(&args.account, console)?;
    let options = ClientOptions {
        timeout: args.timeout,
        system_proxy: true,
        ca_file: resolved.ca_file,
    };
    let client =
        Client::new(&resolved.account, &resolved.endpoint, &options).map_err(Failure::usage)?;
    let proxy = client.proxy();
    let proxy = proxy.map_or(String::new(), |proxy| format!("proxy     {proxy}\n"));
    let ping = client.caller().ping();
    let clock = match ping.clock_offset {
        Some(offset) => format!("clock     {}\n", clock(offset)),
        None => String::new(),
    };
    let reply = match &ping.result {
        Ok(()) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    print(format_args!(
        "endpoint  {}\naccount   {} (app key {})\n{proxy}reply     {reply} after {}\n{clock}",
        resolved.endpoint,
        resolved.account.sid,
        resolved.account.app_key,
        duration(ping.elapsed)
    ))
    .map_err(Failure::stdout)?;
    Ok(match ping.result.map_err(|error| error.kind) {
        Ok(()) => 0,
        Err(ErrorKind::Fatal | ErrorKind::Doubtful | ErrorKind::Rejected) => STOPPED,
        Err(
            ErrorKind::Throttled(_)
            | ErrorKind::Transient
            | ErrorKind::Unreachable
            | ErrorKind::Clock,
        ) => SOME_FAILED,
    })
}

/// What the difference between the clocks means.
fn clock(offset: i64) -> String {
    let difference = clock_difference(offset);
    match offset.unsigned_abs() {
        0..=1 => "agrees with the ERP's".to_owned(),
        seconds if seconds < MAX_CLOCK_OFFSET => format!("{difference}, which is near enough"),
        _ => format!(
            "{difference}, which the ERP refuses; runs correct it, but better set this machine's clock"
        ),
    }
}
