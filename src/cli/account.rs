//! Options of the account, and of the commands that have little else.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::positive_duration;
use crate::language::say;

// The secret itself is never an option: others on the machine can see the options of a process.
#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-account"))]
pub struct AccountArgs {
    #[arg(long, value_name = "NAME", help = say!("help-profile"))]
    pub profile: Option<String>,
    #[arg(long, hide_short_help = true, help = say!("help-endpoint"))]
    pub endpoint: Option<String>,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-config"))]
    pub config: Option<PathBuf>,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-ca-file"))]
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-account"))]
pub struct InitArgs {
    #[arg(long, value_name = "NAME", help = say!("help-init-profile"))]
    pub profile: Option<String>,
    #[arg(long, value_name = "FILE", help = say!("help-config"))]
    pub config: Option<PathBuf>,
    #[arg(short = 'y', long, help_heading = say!("heading-other"), help = say!("help-init-yes"))]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct PingArgs {
    #[command(flatten)]
    pub account: AccountArgs,
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration,
        help_heading = say!("heading-pace"), help = say!("help-timeout"))]
    pub timeout: Duration,
}
