//! `ping`: are credentials, endpoint and clock right?

use std::time::Duration;

use serde_json::json;

use super::exit::{Failure, OK, SOME_FAILED, STOPPED};
use super::inputs::account;
use crate::cli::PingArgs;
use crate::console::{Console, all_labelled, print};
use crate::erp::{Account, Client, ErrorKind};
use crate::language::say;
use crate::outputs::Outputs;
use crate::run::{CallKind, Event, Observer};
use crate::text::{clock_difference, duration};

/// The ERP takes timestamps up to this many seconds off its clock.
const MAX_CLOCK_OFFSET: u64 = 120;

pub(super) fn ping(args: &PingArgs, console: &Console, outputs: &Outputs) -> Result<u8, Failure> {
    let account = account(&args.account, console)?.account;
    outputs.ending().account = Some(account.clone());
    test(&account, args.timeout, outputs)
}

pub(super) fn test(account: &Account, timeout: Duration, outputs: &Outputs) -> Result<u8, Failure> {
    let client = Client::new(account, timeout).map_err(Failure::usage)?;
    let ping = client.ping();
    let error = ping.result.as_ref().err();
    outputs.event(&Event::Answered {
        kind: CallKind::Ping,
        order: None,
        attempt: 1,
        is_retry: false,
        took: ping.elapsed,
        error,
        pace: None,
    });
    let named = say!(
        "ping-account",
        sid = account.sid.as_str(),
        key = account.app_key.as_str()
    );
    let reply = error.map_or_else(|| say!("call-accepted"), ToString::to_string);
    outputs.ending().ping = Some(json!({
        "accepted": error.is_none(),
        "reply": reply,
        "proxy": client.http.proxy(),
        "ms": ping.elapsed.as_millis() as u64,
        "clock_offset_seconds": ping.clock_offset,
    }));
    let reply = say!("ping-reply", reply = reply, time = duration(ping.elapsed));
    let facts = [
        (say!("label-endpoint"), Some(account.endpoint.url().into())),
        (say!("label-account"), Some(named)),
        (say!("label-proxy"), client.http.proxy()),
        (say!("label-reply"), Some(reply)),
        (say!("label-clock"), ping.clock_offset.map(clock)),
    ];
    if !outputs.is_json() {
        print(all_labelled(facts).join("\n") + "\n").map_err(Failure::stdout)?;
    }
    Ok(match error.map(|error| error.kind) {
        None => OK,
        Some(ErrorKind::Fatal | ErrorKind::Doubtful | ErrorKind::Rejected) => STOPPED,
        Some(_) => SOME_FAILED,
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
