//! Options of the account and of the calls that a command makes for it.

use std::path::PathBuf;
use std::time::Duration;

use super::SummaryArgs;
use super::values::{Deadline, deadline, positive_duration, whole};
use crate::language::say;
use crate::pace::{RateLimit, Workers};
use clap::Args;

// The secret itself is never an option: others on the machine can see the options of a process.
#[derive(Debug, Default, Args)]
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
    #[command(flatten)]
    pub summary: SummaryArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-pace"))]
pub struct CallArgs {
    #[arg(long, help = say!("help-rate"))]
    pub rate: Option<RateLimit>,
    #[arg(short = 'j', long, value_name = "N|auto", hide_short_help = true,
        help = say!("help-workers"))]
    pub workers: Option<Workers>,
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = whole::<u32>,
        hide_short_help = true, help = say!("help-retries"))]
    pub retries: u32,
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration,
        hide_short_help = true, help = say!("help-timeout"))]
    pub timeout: Duration,
    #[arg(long, value_name = "DURATION|HH:MM", value_parser = deadline,
        help_heading = say!("heading-stopping"), help = say!("help-deadline"))]
    pub deadline: Option<Deadline>,
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = positive_duration,
        hide_short_help = true, help_heading = say!("heading-stopping"),
        help = say!("help-give-up-after"))]
    pub give_up_after: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-pace"))]
pub struct SkippingArgs {
    #[arg(long, help = say!("help-skip-unchanged"))]
    pub skip_unchanged: bool,
    #[arg(long, value_name = "DURATION", default_value = "30d", requires = "skip_unchanged",
        value_parser = positive_duration, hide_short_help = true,
        help = say!("help-modified-within"))]
    pub modified_within: Duration,
}

impl SkippingArgs {
    pub fn within(&self) -> Option<Duration> {
        self.skip_unchanged.then_some(self.modified_within)
    }
}
