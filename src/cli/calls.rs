//! Options of the calls that a command makes.

use std::time::Duration;

use clap::Args;

use super::values::{deadline, positive_duration, whole};
use crate::language::say;
use crate::pace::{RateLimit, Workers};
use crate::run::Deadline;

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
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, hide_short_help = true,
        help_heading = say!("heading-stopping"), help = say!("help-give-up-after"))]
    pub give_up_after: Option<Duration>,
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
    /// How far back the ERP is asked, if it is.
    pub fn within(&self) -> Option<Duration> {
        self.skip_unchanged.then_some(self.modified_within)
    }
}
