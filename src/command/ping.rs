//! `ping`: are credentials, endpoint and clock right?

use crate::cli::PingArgs;
use crate::command::{Failure, SOME_FAILED, STOPPED, choice};
use crate::config;
use crate::console::{Console, duration, print};
use crate::erp::{Client, Options, Verdict};

/// The ERP takes timestamps up to this many seconds off its clock.
const MAX_CLOCK_OFFSET: u64 = 120;

pub(super) fn ping(args: &PingArgs, console: &Console) -> Result<u8, Failure> {
    let choice = choice(&args.account);
    let resolved = config::from_environment(&choice).map_err(Failure::usage)?;
    for warning in &resolved.warnings {
        console.warning(warning);
    }
    console.detail(&resolved.origins);
    let options = Options {
        timeout: args.timeout,
        system_proxy: true,
    };
    let client =
        Client::new(&resolved.account, &resolved.endpoint, &options).map_err(Failure::usage)?;
    let ping = client.caller().ping();
    print(format_args!(
        "endpoint  {}\naccount   {}\nreply     {} after {}\n",
        resolved.endpoint,
        resolved.account.sid,
        ping.verdict,
        duration(ping.elapsed)
    ));
    if let Some(offset) = ping.clock_offset {
        print(format_args!("clock     {}\n", clock(offset)));
    }
    Ok(match ping.verdict {
        Verdict::Accepted => 0,
        Verdict::Fatal { .. } | Verdict::Rejected { .. } => STOPPED,
        Verdict::Throttled { .. } | Verdict::Transient { .. } | Verdict::Clock { .. } => {
            SOME_FAILED
        }
    })
}

/// What the difference between the clocks means.
fn clock(offset: i64) -> String {
    let seconds = offset.unsigned_abs();
    let direction = if offset < 0 { "ahead of" } else { "behind" };
    match seconds {
        0..=1 => "agrees with the server's".to_owned(),
        _ if seconds < MAX_CLOCK_OFFSET => {
            format!("{seconds} s {direction} the server's, which is near enough")
        }
        _ => format!(
            "{seconds} s {direction} the server's: the ERP refuses that; runs correct it, but better set this machine's clock"
        ),
    }
}
