//! The command line, as clap reads it.
//!
//! Every option stands under one of the headings Sheet, Account, Pace, Stopping, Output and Other.
//! `-h` has to fit on a screen: what few people need has `hide_short_help`. Texts stand with the
//! language, by the names of commands and options.

mod account;
mod calls;
mod help;
mod output;
#[cfg(feature = "sandbox")]
mod sandbox;
mod values;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::account::{AccountArgs, InitArgs, PingArgs};
pub use self::calls::{CallArgs, OutageArgs, PacingArgs, SkippingArgs, WindowArgs};
pub use self::help::{command, parse};
pub use self::output::OutputArgs;
#[cfg(feature = "sandbox")]
pub use self::sandbox::SandboxArgs;
pub use self::values::Deadline;
use self::values::{delimiter, positive, positive_duration, size, whole};
pub use self::verify::VerifyArgs;
use crate::language::Language;
use crate::run::OnConflict;

#[derive(Debug, Parser)]
#[command(version, disable_help_flag = true, disable_version_flag = true)]
pub struct Cli {
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        display_order = 900,
        help_heading = "Other"
    )]
    pub quiet: bool,

    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = 901, help_heading = "Other")]
    pub verbose: u8,

    #[arg(
        long,
        global = true,
        hide_short_help = true,
        display_order = 902,
        help_heading = "Other"
    )]
    lang: Option<Language>,

    #[arg(short, long, global = true, action = clap::ArgAction::Help, display_order = 903, help_heading = "Other")]
    help: Option<bool>,

    #[arg(short = 'V', long, action = clap::ArgAction::Version, display_order = 904, help_heading = "Other")]
    version: Option<bool>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(Box<RunArgs>),

    Check(Box<CheckArgs>),

    Verify(Box<VerifyArgs>),

    Init(InitArgs),

    Ping(PingArgs),

    #[cfg(feature = "sandbox")]
    Sandbox(SandboxArgs),

    Man {
        #[arg(long, value_name = "DIR", help_heading = "Output")]
        dir: PathBuf,
    },

    Completions {
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,

    #[command(flatten)]
    pub account: AccountArgs,

    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with_all = ["endpoint", "profile", "config", "ca_file"], help_heading = "Account")]
    pub sandbox: bool,

    #[command(flatten)]
    pub pacing: PacingArgs,

    #[command(flatten)]
    pub calls: CallArgs,

    #[command(flatten)]
    pub skipping: SkippingArgs,

    #[arg(long, hide_short_help = true, help_heading = "Pace")]
    pub verify: bool,

    #[arg(long, value_name = "N", value_parser = positive::<u64>, help_heading = "Stopping")]
    pub limit: Option<u64>,

    #[arg(long, value_name = "N", value_parser = positive::<u64>, hide_short_help = true, help_heading = "Stopping")]
    pub max_failures: Option<u64>,

    #[arg(
        long,
        value_name = "N",
        default_value_t = 25,
        value_parser = whole::<u64>,
        hide_short_help = true,
        help_heading = "Stopping"
    )]
    pub max_consecutive_failures: u64,

    #[command(flatten)]
    pub outage: OutageArgs,

    #[arg(long, hide_short_help = true, help_heading = "Stopping")]
    pub fresh: bool,

    #[arg(long, value_name = "DURATION", default_value = "12h", value_parser = positive_duration, hide_short_help = true, help_heading = "Stopping")]
    pub continue_within: Duration,

    #[command(flatten)]
    pub output: OutputArgs,

    #[arg(
        long,
        value_name = "N",
        value_parser = whole::<usize>,
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub keep: Option<usize>,

    #[arg(short = 'n', long, help_heading = "Other")]
    pub dry_run: bool,

    #[arg(short = 'y', long, help_heading = "Other")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,

    #[command(flatten)]
    pub account: AccountArgs,

    #[command(flatten)]
    pub pacing: PacingArgs,

    #[command(flatten)]
    pub calls: CallArgs,

    #[command(flatten)]
    pub skipping: SkippingArgs,

    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub format: ReportFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ReportFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct SheetArgs {
    #[arg(value_name = "SHEET")]
    pub path: PathBuf,

    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "flag_column",
        help_heading = "Sheet"
    )]
    pub flag: Option<String>,

    #[arg(long, conflicts_with_all = ["flag", "flag_column"], help_heading = "Sheet")]
    pub clear: bool,

    #[arg(long, value_name = "COLUMN", help_heading = "Sheet")]
    pub order_column: Option<String>,

    #[arg(long, value_name = "COLUMN", help_heading = "Sheet")]
    pub flag_column: Option<String>,

    #[arg(
        long,
        value_name = "N",
        value_parser = positive::<u64>,
        conflicts_with = "no_header",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub header_line: Option<u64>,

    #[arg(
        long,
        requires = "order_column",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub no_header: bool,

    #[arg(long, value_name = "NAME|INDEX", help_heading = "Sheet")]
    pub sheet: Option<String>,

    #[arg(
        long,
        conflicts_with = "sheet",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub all_sheets: bool,

    #[arg(long, hide_short_help = true, help_heading = "Sheet")]
    pub visible_only: bool,

    #[arg(long, hide_short_help = true, help_heading = "Sheet")]
    pub accept_changes: bool,

    #[arg(
        long,
        value_name = "NAME",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub encoding: Option<String>,

    #[arg(long, value_name = "CHAR", value_parser = delimiter, hide_short_help = true, help_heading = "Sheet")]
    pub delimiter: Option<char>,

    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true, help_heading = "Sheet")]
    pub max_workbook_size: Option<u64>,

    #[arg(
        long,
        value_name = "HOW",
        default_value = "last",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub on_conflict: OnConflict,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn yesterdays_run_is_continued_this_morning_and_not_tonight() {
        let cli = Cli::parse_from(["wdt-flags", "run", "orders.csv"]);
        let Command::Run(args) = cli.command else {
            panic!("{cli:?}");
        };
        assert_eq!(args.continue_within, Duration::from_secs(12 * 3_600));
    }
}
