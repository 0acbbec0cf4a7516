//! Options of `run`, `check` and `verify`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{positive, positive_duration, whole};
use super::{AccountArgs, CallArgs, OutputsArgs, SheetArgs, SkippingArgs};
use crate::files::OutputFormat;
use crate::language::say;

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    #[arg(long, conflicts_with_all = ["endpoint", "profile", "config", "ca_file"],
        help_heading = say!("heading-account"), help = say!("help-sandbox"))]
    pub sandbox: bool,
    #[command(flatten)]
    pub calls: CallArgs,
    #[command(flatten)]
    pub skipping: SkippingArgs,
    #[arg(long, hide_short_help = true, help_heading = say!("heading-pace"),
        help = say!("help-verify"))]
    pub verify: bool,
    #[arg(long, value_name = "N", value_parser = positive::<u64>,
        help_heading = say!("heading-stopping"), help = say!("help-limit"))]
    pub limit: Option<u64>,
    #[arg(long, value_name = "N", value_parser = positive::<u64>, hide_short_help = true,
        help_heading = say!("heading-stopping"), help = say!("help-max-failures"))]
    pub max_failures: Option<u64>,
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = whole::<u64>,
        hide_short_help = true, help_heading = say!("heading-stopping"),
        help = say!("help-max-consecutive-failures"))]
    pub max_consecutive_failures: u64,
    #[arg(long, hide_short_help = true, help_heading = say!("heading-stopping"),
        help = say!("help-fresh"))]
    pub fresh: bool,
    // Last night's run is continued tonight, be it an hour later; that of the night before is not.
    #[arg(long, value_name = "DURATION", default_value = "30h", value_parser = positive_duration,
        hide_short_help = true, help_heading = say!("heading-stopping"),
        help = say!("help-continue-within"))]
    pub continue_within: Duration,
    #[command(flatten)]
    pub output: OutputArgs,
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = whole::<usize>,
        hide_short_help = true, help_heading = say!("heading-output"), help = say!("help-keep"))]
    pub keep: usize,
    #[command(flatten)]
    pub outputs: OutputsArgs,
    #[arg(short = 'n', long, aliases = ["dryrun", "simulate", "preview"],
        help_heading = say!("heading-other"), help = say!("help-dry-run"))]
    pub dry_run: bool,
    #[arg(long, conflicts_with = "yes", hide_short_help = true,
        help_heading = say!("heading-other"), help = say!("help-ask"))]
    pub ask: bool,
    #[arg(short = 'y', long, help_heading = say!("heading-other"), help = say!("help-yes"))]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,
    #[command(flatten)]
    pub account: AccountArgs,
    #[command(flatten)]
    pub calls: CallArgs,
    #[arg(long, value_name = "DURATION", default_value = "30d", value_parser = positive_duration,
        hide_short_help = true, help_heading = say!("heading-pace"),
        help = say!("help-modified-within"))]
    pub modified_within: Duration,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub outputs: OutputsArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-output"))]
pub struct OutputArgs {
    #[arg(short = 'o', long, value_name = "FILE", help = say!("help-results"))]
    pub results: Option<PathBuf>,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-failures"))]
    pub failures: Option<PathBuf>,
    #[arg(long, value_name = "FORMAT", hide_short_help = true, help = say!("help-output-format"))]
    pub output_format: Option<OutputFormat>,
    #[arg(long, hide_short_help = true, help = say!("help-no-bom"))]
    pub no_bom: bool,
}
