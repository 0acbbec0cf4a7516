//! `sandbox`: serve the stand-in ERP.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::exit::{Failure, STOPPED, of_signal};
use super::signals::listen;
use crate::cli::SandboxArgs;
use crate::console::{Console, print};
use crate::language::say;
use crate::sandbox::{Config, Handled, Sandbox, read_orders};
use crate::stop::StopReason;

/// How often it is looked whether to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) fn sandbox(args: SandboxArgs, console: &Arc<Console>) -> Result<u8, Failure> {
    let orders = args.orders.as_deref().map(read_orders).transpose();
    let orders = orders.map_err(Failure::usage)?.unwrap_or_default();
    let stop = listen(console).map_err(Failure::no_thread)?;
    let default = Config::default();
    let (watch, requests) = channel();
    let config = Config {
        listen: args.listen,
        flags: args.flags.unwrap_or(default.flags),
        orders,
        hidden: args.hidden.into_iter().collect(),
        limit: args.limit,
        max_concurrency: args.max_concurrency,
        latency: args.latency,
        fail_rate: args.fail_rate,
        clock_skew: args.clock_skew,
        watch: Some(watch),
        ..Config::default()
    };
    let sandbox = Sandbox::start(config).map_err(|error| {
        Failure::new(
            STOPPED,
            say!(
                "sandbox-failed",
                address = args.listen.to_string(),
                error = error.to_string()
            ),
        )
    })?;
    stop.begin();
    print(sandbox.environment(args.shell)).map_err(Failure::stdout)?;
    console.note(say!("sandbox-serving"));
    while !stop.stopped() {
        if let Ok(Handled { asked, body, reply }) = requests.recv_timeout(LOOK_EVERY) {
            console.detail(say!(
                "sandbox-answered",
                asked = asked,
                body = body,
                reply = reply
            ));
        }
    }
    drop(sandbox);
    match stop.reason() {
        Some(StopReason::Signal(signal)) => Ok(of_signal(signal)),
        _ => Ok(0),
    }
}
