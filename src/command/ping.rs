//! `ping`: are credentials, endpoint and clock right?

use std::time::Duration;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED};
use super::inputs::account;
use crate::cli::PingArgs;
use crate::console::{Console, all_labelled, print};
use crate::erp::{Account, Client, ErrorKind};
use crate::language::say;
use crate::text::{clock_difference, duration};

/// The ERP takes timestamps up to this many seconds off its clock.
const MAX_CLOCK_OFFSET: u64 = 120;

pub(super) fn ping(args: &PingArgs, console: &Console) -> Result<u8, Failure> {
    test(&account(&args.account, console)?.account, args.timeout)
}

pub(super) fn test(account: &Account, timeout: Duration) -> Result<u8, Failure> {
    let client = Client::new(account, timeout).map_err(Failure::usage)?;
    let ping = client.ping();
    let named = say!(
        "ping-account",
        sid = account.sid.as_str(),
        key = account.app_key.as_str()
    );
    let reply = match &ping.result {
        Ok(()) => say!("call-accepted"),
        Err(error) => error.to_string(),
    };
    let reply = say!("ping-reply", reply = reply, time = duration(ping.elapsed));
    let facts = [
        (say!("label-endpoint"), Some(account.endpoint.url().into())),
        (say!("label-account"), Some(named)),
        (say!("label-proxy"), client.proxy()),
        (say!("label-reply"), Some(reply)),
        (say!("label-clock"), ping.clock_offset.map(clock)),
    ];
    print(all_labelled(facts).join("\n") + "\n").map_err(Failure::stdout)?;
    Ok(match ping.result.map_err(|error| error.kind) {
        Ok(()) => OK,
        Err(ErrorKind::Fatal | ErrorKind::Doubtful | ErrorKind::Rejected) => STOPPED,
        Err(_) => SOME_FAILED,
    })
}

fn clock(offset: i64) -> String {
    let difference = clock_difference(offset);
    match offset.unsigned_abs() {
        0..=1 => say!("ping-clock-agrees"),
        2..MAX_CLOCK_OFFSET => say!("ping-clock-near", difference = difference),
        _ => say!("ping-clock-refused", difference = difference),
    }
}
