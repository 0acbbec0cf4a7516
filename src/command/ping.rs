//! `ping`: are credentials, endpoint and clock right?

use super::failure::Failure;
use super::inputs::resolve_account;
use crate::cli::PingArgs;
use crate::console::{Console, labelled, print};
use crate::erp::{Client, ErrorKind};
use crate::exit::{SOME_FAILED, STOPPED};
use crate::language::say;
use crate::text::{clock_difference, duration};

/// The ERP takes timestamps up to this many seconds off its clock.
const MAX_CLOCK_OFFSET: u64 = 120;

pub(super) fn ping(args: &PingArgs, console: &Console) -> Result<u8, Failure> {
    let resolved = resolve_account(&args.account, console)?;
    let client = Client::new(&resolved.account, args.timeout).map_err(Failure::usage)?;
    let ping = client.ping();
    let account = say!(
        "ping-account",
        sid = resolved.account.sid.as_str(),
        key = resolved.account.app_key.as_str()
    );
    let reply = match &ping.result {
        Ok(()) => say!("call-accepted"),
        Err(error) => error.to_string(),
    };
    let reply = say!("ping-reply", reply = reply, time = duration(ping.elapsed));
    let mut lines = vec![
        labelled(&say!("label-endpoint"), &resolved.account.endpoint),
        labelled(&say!("label-account"), account),
    ];
    lines.extend(client.proxy().map(|it| labelled(&say!("label-proxy"), it)));
    lines.push(labelled(&say!("label-reply"), reply));
    let offset = ping.clock_offset;
    lines.extend(offset.map(|offset| labelled(&say!("label-clock"), clock(offset))));
    print(lines.join("\n") + "\n").map_err(Failure::stdout)?;
    Ok(match ping.result.map_err(|error| error.kind) {
        Ok(()) => 0,
        Err(ErrorKind::Fatal | ErrorKind::Doubtful | ErrorKind::Rejected) => STOPPED,
        Err(
            ErrorKind::Throttled(_)
            | ErrorKind::Transient
            | ErrorKind::Unreachable
            | ErrorKind::NoReply
            | ErrorKind::Clock,
        ) => SOME_FAILED,
    })
}

/// What the difference between the clocks means.
fn clock(offset: i64) -> String {
    let difference = clock_difference(offset);
    match offset.unsigned_abs() {
        0..=1 => say!("ping-clock-agrees"),
        seconds if seconds < MAX_CLOCK_OFFSET => {
            say!("ping-clock-near", difference = difference)
        }
        _ => say!("ping-clock-refused", difference = difference),
    }
}
