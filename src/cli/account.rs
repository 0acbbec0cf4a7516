//! Options of the account, and of the commands that have little else.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::positive_duration;

#[derive(Debug, Args)]
pub struct InitArgs {
    #[arg(long, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,

    #[arg(long, value_name = "FILE", help_heading = "Account")]
    pub config: Option<PathBuf>,

    #[arg(short = 'y', long, help_heading = "Other")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct PingArgs {
    #[command(flatten)]
    pub account: AccountArgs,

    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration, help_heading = "Pace")]
    pub timeout: Duration,
}

// The secret itself is never an option: others on the machine can see the options of a process.
#[derive(Debug, Args)]
pub struct AccountArgs {
    #[arg(long, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,

    #[arg(
        long,
        value_name = "ENDPOINT",
        hide_short_help = true,
        help_heading = "Account"
    )]
    pub endpoint: Option<String>,

    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Account"
    )]
    pub config: Option<PathBuf>,

    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Account"
    )]
    pub ca_file: Option<PathBuf>,
}
