//! The command line, as clap reads it.
//!
//! Every option stands under one of the headings Sheet, Account, Pace, Stopping, Output and Other.
//! `-h` has to fit on a screen: what few people need has `hide_short_help`.

mod account;
mod help;
#[cfg(feature = "sandbox")]
mod sandbox;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::account::{AccountArgs, InitArgs, PingArgs};
pub use self::help::parse;
#[cfg(feature = "sandbox")]
pub use self::sandbox::SandboxArgs;
pub use self::values::Deadline;
use self::values::{deadline, delimiter, positive_duration, size};
use crate::exit;
use crate::files::OutputFormat;
use crate::language::Language;
use crate::pace::{RateLimit, Workers};
use crate::plan::OnConflict;

const FIRST_EXAMPLES: &str = "\
Examples:
  wdt-flags run orders.csv --sandbox     try it, without an account
  wdt-flags init                         enter an account
  wdt-flags run orders.csv               carry the sheet into the ERP";

const EXAMPLES: &str = "\
Examples:
  wdt-flags run orders.csv --sandbox     try it, without an account
  wdt-flags init                         enter an account
  wdt-flags check orders.csv             see what would be sent
  wdt-flags ping                         test credentials, endpoint and clock
  wdt-flags run orders.csv               carry the sheet into the ERP
  wdt-flags run orders.failures.csv      try again what failed";

/// Carries a sheet of purchase order flags into the ERP Wangdiantong (旺店通旗舰版).
///
/// The sheet has the columns purchase_no and flag_name, among others. Each order costs one API
/// call; the results name what became of every row, and the failures file can be given straight
/// back.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, disable_help_flag = true, disable_version_flag = true, after_help = FIRST_EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::table()))]
pub struct Cli {
    /// Less on stderr: errors only
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        display_order = 900,
        help_heading = "Other"
    )]
    pub quiet: bool,

    /// More on stderr (-vv: every call)
    ///
    /// Assumptions, retries, pauses.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = 901, help_heading = "Other")]
    pub verbose: u8,

    /// The language of what people read [env: WDT_LANG] [default: the system's]
    #[arg(
        long,
        global = true,
        value_name = "zh|en",
        hide_possible_values = true,
        hide_short_help = true,
        display_order = 902,
        help_heading = "Other"
    )]
    lang: Option<Language>,

    /// Print help (all of it with --help)
    #[arg(short, long, global = true, action = clap::ArgAction::Help, display_order = 903, help_heading = "Other")]
    help: Option<bool>,

    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, display_order = 904, help_heading = "Other")]
    version: Option<bool>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Carry a sheet into the ERP
    ///
    /// Reads the sheet once to plan it, then makes one call for each distinct order, with the
    /// flag that the order's last valid row gives.
    #[command(after_long_help = exit::table())]
    Run(Box<RunArgs>),

    /// Read and validate a sheet, call nothing
    ///
    /// Says how long a run will take and what a deadline will leave, and lists the rows that would
    /// not be sent by what is the matter: the first ten of each kind, or all with -v.
    #[command(after_long_help = exit::table_of_check())]
    Check(CheckArgs),

    /// Ask for an account, save it and test it
    ///
    /// Asks for seller account, app key, app secret and endpoint, writes them into the
    /// configuration file, which only you can read, and makes one call that changes nothing. All
    /// else in the file stays as it is.
    ///
    /// From a script, where standard input is no terminal, it asks nothing and reads them a line
    /// each, in this order. The endpoint may be left out: then it is the one the profile has, or
    /// production.
    ///
    /// Exits as ping does; the account is saved in any case. With 2, nothing is.
    Init(InitArgs),

    /// Test credentials, endpoint and clock; change nothing
    ///
    /// Exits with 0 if the ERP accepts the call, with 1 if it could not be reached or the clock
    /// is off, with 3 if it refuses.
    Ping(PingArgs),

    /// Serve a stand-in ERP until interrupted
    ///
    /// It checks what the real one checks, answers with the same messages, keeps flags in memory,
    /// and can be made difficult. Prints the environment variables that point a client at it; with
    /// -v it tells of each request.
    #[cfg(feature = "sandbox")]
    Sandbox(SandboxArgs),

    /// Write a man page for each command
    ///
    /// To read them: man -l DIR/wdt-flags-run.1, or copy them to where man looks, such as
    /// ~/.local/share/man/man1.
    Man {
        /// Where to; made if it is not there
        #[arg(long, value_name = "DIR", help_heading = "Output")]
        dir: PathBuf,
    },

    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,

    /// An order given different flags: the last row decides, or all its rows are invalid
    #[arg(
        long,
        value_name = "HOW",
        default_value = "last",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub on_conflict: OnConflict,

    #[command(flatten)]
    pub account: AccountArgs,

    /// Try it: call a stand-in ERP, no account
    ///
    /// The stand-in is started inside this program.
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with_all = ["endpoint", "profile", "config", "ca_file"], help_heading = "Account")]
    pub sandbox: bool,

    #[command(flatten)]
    pub pacing: PacingArgs,

    /// Further attempts after the first, for transient failures; unless it is 0, what has failed is
    /// sent once more at the end
    #[arg(
        long,
        value_name = "N",
        default_value_t = 4,
        hide_short_help = true,
        help_heading = "Pace"
    )]
    pub retries: u32,

    /// The longest a call may take, connection included
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration, hide_short_help = true, help_heading = "Pace")]
    pub timeout: Duration,

    /// Send only the first N orders, as a trial
    ///
    /// The rest are skipped.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Stopping")]
    pub limit: Option<u64>,

    /// Stop after this many orders that were sent and not accepted [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), hide_short_help = true, help_heading = "Stopping")]
    pub max_failures: Option<u64>,

    /// Stop when this many orders in a row have failed for good; 0 means never
    #[arg(
        long,
        value_name = "N",
        default_value_t = 25,
        hide_short_help = true,
        help_heading = "Stopping"
    )]
    pub max_consecutive_failures: u64,

    /// Stop when the server cannot be reached for this long
    /// [default: 1h; 1m while not one call was answered]
    ///
    /// Until then the run waits, tries again with one call at a time, and goes on by itself.
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, hide_short_help = true, help_heading = "Stopping")]
    pub give_up_after: Option<Duration>,

    /// Start over, though an interrupted run could be continued; its journal is kept aside
    #[arg(long, hide_short_help = true, help_heading = "Stopping")]
    pub fresh: bool,

    /// Continue an interrupted run only if it is no older than this; an older journal is kept aside
    #[arg(long, value_name = "DURATION", default_value = "12h", value_parser = positive_duration, hide_short_help = true, help_heading = "Stopping")]
    pub continue_within: Duration,

    /// Where every row goes, and what came of it
    ///
    /// [default: x.results.csv beside x.csv; x.sandbox.results.csv with --sandbox]
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    pub results: Option<PathBuf>,

    /// Where the rows go that are rejected, failed, invalid or skipped
    /// [default: x.failures.csv beside x.csv; x.sandbox.failures.csv with --sandbox]
    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub failures: Option<PathBuf>,

    /// CSV files, or workbooks, in which Excel changes nothing
    ///
    /// For results and failures that are not named.
    /// [default: the profile's output_format, or csv]
    #[arg(
        long,
        value_name = "FORMAT",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub output_format: Option<OutputFormat>,

    /// How many results and failures of earlier runs to keep beside the sheet [default: all]
    #[arg(
        long,
        value_name = "N",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub keep: Option<usize>,

    /// Leave out the byte order mark that Excel needs to read Chinese
    #[arg(long, hide_short_help = true, help_heading = "Output")]
    pub no_bom: bool,

    /// Call nothing, the same as check
    #[arg(short = 'n', long, help_heading = "Other")]
    pub dry_run: bool,

    /// Do not ask before flags are cleared
    #[arg(short = 'y', long, help_heading = "Other")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct PacingArgs {
    /// Upper bound on calls, such as 120/min
    ///
    /// [default: the profile's, or 55/min; 20/s with --sandbox]
    ///
    /// N/s, N/min, N/h, auto or unlimited. When the ERP throttles, the rate is lowered and raised
    /// again step by step, never above this bound. auto begins at 55/min and looks for the
    /// account's own limit.
    #[arg(long, value_name = "RATE", help_heading = "Pace")]
    pub rate: Option<RateLimit>,

    /// Calls in flight at most [default: the profile's workers, or auto]
    ///
    /// auto is enough for the rate at 3 s a call, from 4 to 64.
    #[arg(
        short = 'j',
        long,
        value_name = "N|auto",
        hide_short_help = true,
        help_heading = "Pace"
    )]
    pub workers: Option<Workers>,

    /// Stop sending after 6h, say, or at 06:30
    ///
    /// [default: never]
    #[arg(long, value_name = "DURATION|HH:MM", value_parser = deadline, help_heading = "Stopping")]
    pub deadline: Option<Deadline>,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,

    /// An order given different flags: the last row decides, or all its rows are invalid
    #[arg(
        long,
        value_name = "HOW",
        default_value = "last",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub on_conflict: OnConflict,

    #[command(flatten)]
    pub pacing: PacingArgs,

    /// How to say it
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
    /// For people.
    Text,
    /// For scripts: one JSON object; its findings list ten rows of a kind, or with -v all.
    Json,
}

#[derive(Debug, Args)]
pub struct SheetArgs {
    /// The sheet: text such as CSV, a workbook, HTML; - is standard input
    ///
    /// CSV, TSV or other text, xlsx, xlsm, xlsb, xls, ods, a table of a web page.
    #[arg(value_name = "SHEET")]
    pub path: PathBuf,

    /// One flag for all rows, without a column
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "flag_column",
        help_heading = "Sheet"
    )]
    pub flag: Option<String>,

    /// Clear the flags of all rows' orders
    ///
    /// The same as --flag 无.
    #[arg(long, conflicts_with_all = ["flag", "flag_column"], help_heading = "Sheet")]
    pub clear: bool,

    /// Where the orders are, by header or letter
    ///
    /// [default: purchase_no, 采购单号, …]
    #[arg(long, value_name = "COLUMN", help_heading = "Sheet")]
    pub order_column: Option<String>,

    /// Where the flags are, by header or letter
    ///
    /// [default: flag_name, 标记名称, …]
    #[arg(long, value_name = "COLUMN", help_heading = "Sheet")]
    pub flag_column: Option<String>,

    /// The line of the header, or its row in the worksheet [default: the first with the columns]
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..),
        conflicts_with = "no_header",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub header_line: Option<u64>,

    /// The sheet has no header: its first line is a row, its columns are named by letter
    #[arg(
        long,
        requires = "order_column",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub no_header: bool,

    /// The worksheet, by name or number from 1
    ///
    /// [default: the visible one with the columns]
    #[arg(long, value_name = "NAME|INDEX", help_heading = "Sheet")]
    pub sheet: Option<String>,

    /// All visible worksheets that have the columns, one after the other
    #[arg(
        long,
        conflicts_with = "sheet",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub all_sheets: bool,

    /// Leave out the rows that are hidden in a workbook, by a filter or by hand
    #[arg(long, hide_short_help = true, help_heading = "Sheet")]
    pub visible_only: bool,

    /// Send orders and flags of a failures file that a spreadsheet seems to have changed
    ///
    /// Each row is compared with the results' row of its line; 12345 where 0012345 stood is invalid.
    #[arg(long, hide_short_help = true, help_heading = "Sheet")]
    pub accept_changes: bool,

    /// The encoding of a text sheet, such as utf-8, gb18030, utf-16le [default: found out]
    #[arg(
        long,
        value_name = "NAME",
        hide_short_help = true,
        help_heading = "Sheet"
    )]
    pub encoding: Option<String>,

    /// What separates the fields of a text sheet: a character, or tab [default: found out]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, hide_short_help = true, help_heading = "Sheet")]
    pub delimiter: Option<char>,

    /// The most that a workbook's cells may take, unpacked, such as 800M or 2G [default: 512M]
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true, help_heading = "Sheet")]
    pub max_workbook_size: Option<u64>,
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
