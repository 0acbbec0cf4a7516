//! Options of the account, and of the commands that have little else.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::positive_duration;

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The account's name in the configuration file [env: WDT_PROFILE] [default: default]
    #[arg(long, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,

    /// The configuration file [default: wdt-flags/config.toml in the configuration directory]
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    pub config: Option<PathBuf>,

    /// Do not ask before the account of a profile that is there is replaced
    #[arg(short = 'y', long, help_heading = "Other")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct PingArgs {
    #[command(flatten)]
    pub account: AccountArgs,

    /// The longest the call may take, connection included
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration, help_heading = "Pace")]
    pub timeout: Duration,
}

// The secret itself is never an option: others on the machine can see the options of a process.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Which account of the configuration file
    ///
    /// [env: WDT_PROFILE] [default: default]
    ///
    /// Named here it comes before the environment's variables; by WDT_PROFILE it does not.
    /// Without a configuration file the account comes from the environment: WDT_SID,
    /// WDT_APP_KEY, and WDT_APP_SECRET as secret:salt.
    #[arg(long, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,

    /// production, test or a URL [env: WDT_ENDPOINT] [default: production]
    #[arg(
        long,
        value_name = "ENDPOINT",
        hide_short_help = true,
        help_heading = "Account"
    )]
    pub endpoint: Option<String>,

    /// The configuration file [default: wdt-flags/config.toml in the configuration directory]
    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Account"
    )]
    pub config: Option<PathBuf>,

    /// A PEM file of certificate authorities to trust besides the built-in ones, where a company
    /// inspects TLS [env: WDT_CA_FILE]
    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Account"
    )]
    pub ca_file: Option<PathBuf>,
}
