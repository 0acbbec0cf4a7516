//! The command line, as clap reads it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;
use jiff::civil::Time;

use crate::exit;
use crate::pace::{RateLimit, Workers};
use crate::plan::OnConflict;
#[cfg(feature = "sandbox")]
use crate::sandbox::Shell;

const EXAMPLES: &str = "\
Examples:
  wdt-flags run orders.csv --sandbox     try it, without an account
  wdt-flags check orders.csv             see what would be sent
  wdt-flags ping                         test credentials, endpoint and clock
  wdt-flags run orders.csv               carry the sheet into the ERP
  wdt-flags run orders.failures.csv      try again what failed";

/// Carries a sheet of purchase order flags into the Wangdiantong flagship ERP (旺店通旗舰版).
///
/// The sheet has the columns purchase_no and flag_name, among others. Each order costs one API
/// call; the results name what became of every row, and the failures file can be given straight
/// back.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit::table()))]
pub struct Cli {
    /// Less on stderr: errors only
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        display_order = 900
    )]
    pub quiet: bool,

    /// More on stderr: assumptions, retries, pauses (-vv: every call)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = 901)]
    pub verbose: u8,

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

    /// Make one call that changes nothing: are credentials, endpoint and clock right?
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

    /// Where every row goes, with what became of it
    /// [default: x.results.csv beside x.csv; x.sandbox.results.csv with --sandbox]
    #[arg(short = 'o', long, value_name = "FILE")]
    pub results: Option<PathBuf>,

    /// Where the rows go that are rejected, failed, invalid or skipped
    /// [default: x.failures.csv beside x.csv; x.sandbox.failures.csv with --sandbox]
    #[arg(long, value_name = "FILE")]
    pub failures: Option<PathBuf>,

    #[command(flatten)]
    pub pacing: PacingArgs,

    /// An order given different flags: the last row decides, or all its rows are invalid
    #[arg(long, value_name = "HOW", default_value = "last")]
    pub on_conflict: OnConflict,

    /// Call nothing: read and validate the sheet, as check does
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Send only the first N orders, a trial for real; the rest are skipped
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,

    /// Do not ask before flags are cleared
    #[arg(short = 'y', long)]
    pub yes: bool,

    /// Further attempts after the first, for transient failures; unless it is 0, what has failed is
    /// sent once more at the end
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub retries: u32,

    /// The longest a call may take, connection included
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration)]
    pub timeout: Duration,

    /// Stop after this many orders that were sent and not accepted [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Stopping")]
    pub max_failures: Option<u64>,

    /// Stop when this many orders in a row have failed for good; 0 means never
    #[arg(
        long,
        value_name = "N",
        default_value_t = 25,
        help_heading = "Stopping"
    )]
    pub max_consecutive_failures: u64,

    /// Stop when the server cannot be reached for this long
    /// [default: 1h; 1m while not one call was answered]
    ///
    /// Until then the run waits, tries again with one call at a time, and goes on by itself.
    #[arg(long, value_name = "DURATION", value_parser = positive_duration, help_heading = "Stopping")]
    pub give_up_after: Option<Duration>,

    /// Start over, though an interrupted run could be continued; its journal is kept aside
    #[arg(long, help_heading = "Stopping")]
    pub fresh: bool,

    /// Continue an interrupted run only if it is no older than this; an older journal is kept aside
    #[arg(long, value_name = "DURATION", default_value = "12h", value_parser = positive_duration, help_heading = "Stopping")]
    pub continue_within: Duration,

    /// How many results and failures of earlier runs to keep beside the sheet [default: all]
    #[arg(long, value_name = "N")]
    pub keep: Option<usize>,

    /// Leave out the byte order mark that Excel needs to read Chinese
    #[arg(long)]
    pub no_bom: bool,

    /// Use a stand-in ERP started inside this process instead of an account
    #[cfg(feature = "sandbox")]
    #[arg(long, conflicts_with_all = ["endpoint", "profile", "config", "ca_file"])]
    pub sandbox: bool,

    #[command(flatten)]
    pub account: AccountArgs,
}

#[derive(Debug, Args)]
pub struct PacingArgs {
    /// Upper bound on calls: N/s, N/min, N/h, auto or unlimited
    /// [default: the profile's rate, or 55/min; 20/s with --sandbox]
    ///
    /// When the ERP throttles, the rate is lowered and raised again step by step, never above this
    /// bound. auto begins at 55/min and looks for the account's own limit.
    #[arg(long, value_name = "RATE")]
    pub rate: Option<RateLimit>,

    /// Calls in flight at most [default: the profile's workers, or auto]
    ///
    /// auto is enough for the rate at 3 s a call, from 4 to 64.
    #[arg(short = 'j', long, value_name = "N|auto")]
    pub workers: Option<Workers>,

    /// Stop sending after this time, such as 6h, or at this time of day, such as 06:30
    /// [default: never]
    #[arg(long, value_name = "DURATION|HH:MM", value_parser = deadline, help_heading = "Stopping")]
    pub deadline: Option<Deadline>,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub sheet: SheetArgs,

    /// An order given different flags: the last row decides, or all its rows are invalid
    #[arg(long, value_name = "HOW", default_value = "last")]
    pub on_conflict: OnConflict,

    #[command(flatten)]
    pub pacing: PacingArgs,

    /// How to say it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
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
pub struct InitArgs {
    /// The account's name in the configuration file [env: WDT_PROFILE] [default: default]
    #[arg(long, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,

    /// The configuration file [default: wdt-flags/config.toml in the configuration directory]
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    pub config: Option<PathBuf>,

    /// Do not ask before the account of a profile that is there is replaced
    #[arg(short = 'y', long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct PingArgs {
    /// The longest the call may take, connection included
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = positive_duration)]
    pub timeout: Duration,

    #[command(flatten)]
    pub account: AccountArgs,
}

#[derive(Debug, Args)]
pub struct SheetArgs {
    /// The sheet: CSV, TSV or other text, xlsx, xlsm, xlsb, xls, ods, HTML; - is standard input
    #[arg(value_name = "SHEET")]
    pub path: PathBuf,

    /// The flag for all rows, of a sheet that needs only the order column
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "flag_column",
        help_heading = "Sheet"
    )]
    pub flag: Option<String>,

    /// Clear the flag of all rows' orders: the same as --flag 无
    #[arg(long, conflicts_with_all = ["flag", "flag_column"], help_heading = "Sheet")]
    pub clear: bool,

    /// The column with the orders, by header or letter [default: purchase_no, 采购单号, …]
    #[arg(long, value_name = "COLUMN", help_heading = "Sheet")]
    pub order_column: Option<String>,

    /// The column with the flags, by header or letter [default: flag_name, 标记名称, …]
    #[arg(long, value_name = "COLUMN", help_heading = "Sheet")]
    pub flag_column: Option<String>,

    /// The line of the header, or its row in the worksheet [default: the first with the columns]
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..),
        conflicts_with = "no_header",
        help_heading = "Sheet"
    )]
    pub header_line: Option<u64>,

    /// The sheet has no header: its first line is a row, its columns are named by letter
    #[arg(long, requires = "order_column", help_heading = "Sheet")]
    pub no_header: bool,

    /// The worksheet, by name or number from 1 [default: the visible one with the columns]
    #[arg(long, value_name = "NAME|INDEX", help_heading = "Sheet")]
    pub sheet: Option<String>,

    /// All visible worksheets that have the columns, one after the other
    #[arg(long, conflicts_with = "sheet", help_heading = "Sheet")]
    pub all_sheets: bool,

    /// Leave out the rows that are hidden in a workbook, by a filter or by hand
    #[arg(long, help_heading = "Sheet")]
    pub visible_only: bool,

    /// The encoding of a text sheet, such as utf-8, gb18030, utf-16le [default: found out]
    #[arg(long, value_name = "NAME", help_heading = "Sheet")]
    pub encoding: Option<String>,

    /// What separates the fields of a text sheet: a character, or tab [default: found out]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Sheet")]
    pub delimiter: Option<char>,

    /// The most that a workbook's cells may take, unpacked, such as 800M or 2G [default: 512M]
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Sheet")]
    pub max_workbook_size: Option<u64>,
}

// The secret itself is never an option: others on the machine can see the options of a process.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// production, test or a URL [env: WDT_ENDPOINT] [default: production]
    #[arg(long, value_name = "ENDPOINT", help_heading = "Account")]
    pub endpoint: Option<String>,

    /// Which account of the configuration file [env: WDT_PROFILE] [default: default]
    ///
    /// Named here it comes before the environment's variables; by WDT_PROFILE it does not.
    /// Without a configuration file the account comes from the environment: WDT_SID,
    /// WDT_APP_KEY, and WDT_APP_SECRET as secret:salt.
    #[arg(long, value_name = "NAME", help_heading = "Account")]
    pub profile: Option<String>,

    /// The configuration file [default: wdt-flags/config.toml in the configuration directory]
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    pub config: Option<PathBuf>,

    /// A PEM file of certificate authorities to trust besides the built-in ones, where a company
    /// inspects TLS [env: WDT_CA_FILE]
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    pub ca_file: Option<PathBuf>,
}

#[cfg(feature = "sandbox")]
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,

    /// The flags that are defined for purchase orders, separated by commas; 无 is in any case
    /// [default: aa,加急,已质检,待质检,待付款,已付款,部分到货,无]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub flags: Option<Vec<String>>,

    /// Calls let in per minute [default: any number]
    #[arg(long, value_name = "N/min", value_parser = per_minute)]
    pub limit: Option<u32>,

    /// Calls let in at once [default: any number]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_concurrency: Option<u32>,

    /// How long every call takes
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    pub latency: Duration,

    /// The fraction of calls, from 0 to 1, that fail in a way another try may fix
    #[arg(long, value_name = "F", default_value_t = 0.0, value_parser = fraction)]
    pub fail_rate: f64,

    /// How far its clock is ahead, such as 5m, or behind, such as -5m
    #[arg(long, value_name = "DURATION", default_value = "0s", allow_hyphen_values = true, value_parser = signed_duration)]
    pub clock_skew: SignedDuration,

    /// The shell whose variables are printed
    #[arg(long, value_name = "SHELL", default_value_t = Shell::of_system(), value_enum)]
    pub shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// So long after the start.
    In(Duration),
    /// When clocks next show this.
    At(Time),
}

fn signed_duration(text: &str) -> Result<SignedDuration, String> {
    text.parse()
        .map_err(|_| "write a duration such as 30s, 500ms or 2m".to_owned())
}

#[cfg(feature = "sandbox")]
fn duration(text: &str) -> Result<Duration, String> {
    Duration::try_from(signed_duration(text)?).map_err(|_| "must not be negative".to_owned())
}

/// Longer durations could overflow when added to a clock.
const MAX_DURATION: Duration = Duration::from_secs(7 * 24 * 3_600);

fn positive_duration(text: &str) -> Result<Duration, String> {
    match Duration::try_from(signed_duration(text)?) {
        Ok(duration) if !duration.is_zero() && duration <= MAX_DURATION => Ok(duration),
        _ => Err("must be longer than nothing and no longer than a week".to_owned()),
    }
}

fn deadline(text: &str) -> Result<Deadline, String> {
    if text.contains(':') {
        let time = Time::strptime("%H:%M", text);
        return time
            .map(Deadline::At)
            .map_err(|_| "write a time of day such as 06:30".to_owned());
    }
    positive_duration(text).map(Deadline::In)
}

fn delimiter(text: &str) -> Result<char, String> {
    let mut chars = text.chars();
    match (text, chars.next(), chars.next()) {
        ("tab" | "\\t", _, _) => Ok('\t'),
        (_, Some(c), None) if c.is_ascii() && !matches!(c, '"' | '\r' | '\n') => Ok(c),
        _ => Err("write one ASCII character, or tab".to_owned()),
    }
}

/// Bytes, or as many times 1024 as a letter at the end says.
fn size(text: &str) -> Result<u64, String> {
    let units = [("K", 10), ("M", 20), ("G", 30)];
    let upper = text.to_ascii_uppercase();
    let unit = units
        .iter()
        .find_map(|(unit, power)| Some((upper.strip_suffix(unit)?, *power)));
    let (count, power) = unit.unwrap_or((&upper, 0));
    let bytes = count
        .parse()
        .ok()
        .and_then(|count: u64| count.checked_mul(1 << power));
    bytes
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| "write a number of bytes, or one with K, M or G, such as 800M".to_owned())
}

#[cfg(feature = "sandbox")]
fn per_minute(text: &str) -> Result<u32, String> {
    match text.strip_suffix("/min").unwrap_or(text).trim().parse() {
        Ok(limit) if limit > 0 => Ok(limit),
        _ => Err("write N/min, N a whole number from 1".to_owned()),
    }
}

#[cfg(feature = "sandbox")]
fn fraction(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(fraction),
        _ => Err("write a number from 0 to 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn deadlines_are_times_of_day_or_durations() {
        let at = |hour, minute| Ok(Deadline::At(Time::constant(hour, minute, 0, 0)));
        assert_eq!(deadline("06:30"), at(6, 30));
        assert_eq!(deadline("23:59"), at(23, 59));
        assert_eq!(
            deadline("90m"),
            Ok(Deadline::In(Duration::from_secs(5_400)))
        );
        for wrong in ["24:00", "6", "06:30:00x", "-5m", "0s", "tonight", ""] {
            assert!(deadline(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, bytes) in [
            ("1", 1),
            ("64K", 65_536),
            ("800m", 800 << 20),
            ("2G", 2 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes));
        }
        for wrong in ["", "0", "M", "-1", "1.5G", "1 G", "20000000000G", "1T"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

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
