//! Options of the calls that a command makes.

use std::time::Duration;

use clap::Args;

use super::values::{Deadline, age, deadline, positive_duration, whole};
use crate::pace::{RateLimit, Workers};

#[derive(Debug, Args)]
pub struct PacingArgs {
    #[arg(long, value_name = "RATE", help_heading = "Pace")]
    pub rate: Option<RateLimit>,

    #[arg(
        short = 'j',
        long,
        value_name = "N|auto",
        hide_short_help = true,
        help_heading = "Pace"
    )]
    pub workers: Option<Workers>,

    #[arg(long, value_name = "DURATION|HH:MM", value_parser = deadline, help_heading = "Stopping")]
    pub deadline: Option<Deadline>,
}

#[derive(Debug, Args)]
pub struct CallArgs {
    #[arg(
        long,
        value_name = "N",
        default_value_t = 4,
        value_parser = whole::<u32>,
        hide_short_help = true,
        help_heading = "Pace"
    )]
    pub retries: u32,

    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration, hide_short_help = true, help_heading = "Pace")]
    pub timeout: Duration,
}

#[derive(Debug, Args)]
pub struct OutageArgs {
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, hide_short_help = true, help_heading = "Stopping")]
    pub give_up_after: Option<Duration>,
}

#[derive(Debug, Args)]
pub struct SkippingArgs {
    #[arg(long, help_heading = "Pace")]
    pub skip_unchanged: bool,

    // Only with `--skip-unchanged`: see `help`.
    #[command(flatten)]
    pub window: WindowArgs,
}

const MODIFIED_WITHIN: &str = "30d";

#[derive(Debug, Args)]
pub struct WindowArgs {
    #[arg(long, value_name = "DURATION", default_value = MODIFIED_WITHIN, value_parser = age, hide_short_help = true, help_heading = "Pace")]
    pub modified_within: Duration,
}

impl WindowArgs {
    pub fn is_default(&self) -> bool {
        age(MODIFIED_WITHIN) == Ok(self.modified_within)
    }
}

impl SkippingArgs {
    /// How far back the ERP is asked, if it is.
    pub fn within(&self) -> Option<Duration> {
        self.skip_unchanged.then_some(self.window.modified_within)
    }
}
