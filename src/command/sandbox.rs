//! `sandbox`: serve the stand-in ERP.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::exit::{Failure, OK, STOPPED, of_signal};
use super::signals::listen;
use crate::cli::SandboxArgs;
use crate::console::{Console, print};
use crate::language::{os_error, say};
use crate::outputs::Outputs;
use crate::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox, read_orders};
use crate::stop::StopReason;

const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) fn sandbox(
    args: SandboxArgs,
    console: &Arc<Console>,
    outputs: &Arc<Outputs>,
) -> Result<u8, Failure> {
    let orders = args.orders.as_deref().map_or(Ok(Vec::new()), read_orders);
    let orders = orders.map_err(Failure::usage)?;
    let stop = listen(console, outputs)?;
    let (watch, requests) = channel();
    let config = Config {
        listen: args.listen,
        flags: args.flags.unwrap_or(Config::default().flags),
        orders,
        limit: args.limit,
        max_concurrency: args.max_concurrency,
        latency: args.latency,
        fail_rate: args.fail_rate,
        clock_skew: args.clock_skew,
        watch: Some(watch),
        ..Config::default()
    };
    let sandbox = Sandbox::start(config).map_err(|error| {
        let (address, error) = (args.listen.to_string(), os_error(&error));
        let text = say!("sandbox-failed", address = address, error = error);
        Failure::new(STOPPED, text)
    })?;
    stop.begin();
    let endpoint = sandbox.endpoint();
    let variables = [
        ("WDT_SID", SID),
        ("WDT_APP_KEY", APP_KEY),
        ("WDT_APP_SECRET", APP_SECRET),
        ("WDT_ENDPOINT", &endpoint),
    ];
    let lines = variables.map(|(name, value)| args.shell.set(name, value));
    print(lines.concat()).map_err(Failure::stdout)?;
    console.note(say!("sandbox-serving"));
    while !stop.stopped() {
        if let Ok(request) = requests.recv_timeout(LOOK_EVERY) {
            console.detail(request);
        }
    }
    Ok(match stop.reason() {
        Some(StopReason::Signal(signal)) => of_signal(signal),
        _ => OK,
    })
}
