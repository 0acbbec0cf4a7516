//! Whom calls are made for, and where they go.

use std::path::PathBuf;
use std::time::Duration;

use etcetera::{BaseStrategy, choose_base_strategy};
use md5::{Digest, Md5};

use super::failure::Failure;
use super::inputs::{deadline, resolve_account};
use crate::cli::{AccountArgs, PacingArgs, RunArgs};
use crate::console::Console;
use crate::erp::{Account, Client, ClientOptions, Endpoint};
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::{RateLimit, Workers};
use crate::run::{Calling, Destination, StopRules};
use crate::text::hex;

/// The default rate for the stand-in, which has no limit.
#[cfg(feature = "sandbox")]
const SANDBOX_RATE: RateLimit = RateLimit::Limited {
    calls: std::num::NonZeroU32::MIN.saturating_add(19),
    seconds: 1,
};

/// Whom to call, and what has to live as long as calls are made.
pub(super) struct Target {
    pub account: Account,
    endpoint: Endpoint,
    default_rate: RateLimit,
    default_workers: Workers,
    /// Of the profile.
    pub output_format: Option<OutputFormat>,
    system_proxy: bool,
    ca_file: Option<PathBuf>,
    /// The endpoint as the journal knows it: a sandbox has another port each time.
    endpoint_name: String,
    pub is_stand_in: bool,
    /// Where runs for the account are known to each other.
    lock: Option<PathBuf>,
    #[cfg(feature = "sandbox")]
    _sandbox: Option<crate::sandbox::Sandbox>,
}

impl Target {
    pub fn client(&self, timeout: Duration, console: &Console) -> Result<Client, Failure> {
        let options = ClientOptions {
            timeout,
            system_proxy: self.system_proxy,
            ca_file: self.ca_file.clone(),
        };
        let client =
            Client::new(&self.account, &self.endpoint, &options).map_err(Failure::usage)?;
        if let Some(proxy) = client.proxy() {
            console.detail(say!("run-proxy", proxy = proxy.to_string()));
        }
        Ok(client)
    }

    /// How calls are made; of the rules that stop them only the deadline.
    pub fn calling(&self, pacing: &PacingArgs, retries: u32) -> Calling {
        let rate = pacing.rate.unwrap_or(self.default_rate);
        Calling {
            destination: Destination {
                account: self.account.sid.clone(),
                app_key: self.account.app_key.clone(),
                endpoint: self.endpoint_name.clone(),
                stand_in: self.is_stand_in,
            },
            rate,
            workers: pacing.workers.unwrap_or(self.default_workers),
            retries,
            stop_rules: StopRules {
                deadline: pacing.deadline.map(deadline),
                ..StopRules::default()
            },
            account_lock: self.lock.clone(),
        }
    }
}

/// The stand-in, if the run is to call it.
#[cfg(feature = "sandbox")]
pub(super) fn of_run(args: &RunArgs, console: &Console) -> Result<Target, Failure> {
    use crate::erp::AppSecret;
    use crate::exit::STOPPED;
    use crate::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox};

    if !args.sandbox {
        return of_account(&args.account, console);
    }
    let sandbox = Sandbox::start(Config::default()).map_err(|error| {
        Failure::new(STOPPED, say!("run-no-stand-in", error = error.to_string()))
    })?;
    console.detail(say!("run-stand-in-at", endpoint = sandbox.endpoint()));
    Ok(Target {
        account: Account {
            sid: SID.to_owned(),
            app_key: APP_KEY.to_owned(),
            app_secret: AppSecret::parse(APP_SECRET).map_err(Failure::usage)?,
        },
        endpoint: sandbox.endpoint().parse().map_err(Failure::usage)?,
        default_rate: SANDBOX_RATE,
        default_workers: Workers::Auto,
        output_format: None,
        system_proxy: false,
        ca_file: None,
        endpoint_name: "sandbox".to_owned(),
        is_stand_in: true,
        lock: None,
        _sandbox: Some(sandbox),
    })
}

#[cfg(not(feature = "sandbox"))]
pub(super) fn of_run(args: &RunArgs, console: &Console) -> Result<Target, Failure> {
    of_account(&args.account, console)
}

/// The account that options, environment or profile name.
pub(super) fn of_account(args: &AccountArgs, console: &Console) -> Result<Target, Failure> {
    let resolved = resolve_account(args, console)?;
    let endpoint = resolved.endpoint.to_string();
    console.detail(say!("run-endpoint", endpoint = endpoint.as_str()));
    Ok(Target {
        endpoint_name: endpoint,
        lock: account_lock(&resolved.account, &resolved.endpoint),
        account: resolved.account,
        endpoint: resolved.endpoint,
        default_rate: resolved.rate.unwrap_or(RateLimit::DEFAULT),
        default_workers: resolved.workers.map_or(Workers::Auto, Workers::Fixed),
        output_format: resolved.output_format,
        system_proxy: true,
        ca_file: resolved.ca_file,
        is_stand_in: false,
        #[cfg(feature = "sandbox")]
        _sandbox: None,
    })
}

/// One file an account, in the directory for state.
fn account_lock(account: &Account, endpoint: &Endpoint) -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    let directory = base.state_dir().unwrap_or_else(|| base.data_dir());
    let name = hex(&Md5::digest(format!("{} {endpoint}", account.sid)));
    Some(
        directory
            .join("wdt-flags")
            .join(format!("account-{name}.lock")),
    )
}
