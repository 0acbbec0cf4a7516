//! Options of the sheet.

use std::path::PathBuf;

use clap::Args;

use super::values::{delimiter, positive, size};
use crate::language::say;
use crate::run::OnConflict;

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-sheet"))]
pub struct SheetArgs {
    #[arg(value_name = say!("value-sheet"), help_heading = say!("heading-arguments"), help = say!("help-path"))]
    pub path: PathBuf,
    #[arg(long, value_name = "NAME", conflicts_with = "flag_column", help = say!("help-flag"))]
    pub flag: Option<String>,
    #[arg(long, conflicts_with_all = ["flag", "flag_column"], help = say!("help-clear"))]
    pub clear: bool,
    #[arg(long, value_name = "COLUMN", help = say!("help-order-column"))]
    pub order_column: Option<String>,
    #[arg(long, value_name = "COLUMN", help = say!("help-flag-column"))]
    pub flag_column: Option<String>,
    #[arg(long, value_name = "N", value_parser = positive::<u64>, conflicts_with = "no_header",
        hide_short_help = true, help = say!("help-header-line"))]
    pub header_line: Option<u64>,
    #[arg(long, requires = "order_column", hide_short_help = true, help = say!("help-no-header"))]
    pub no_header: bool,
    #[arg(long, value_name = "NAME|INDEX", help = say!("help-sheet"))]
    pub sheet: Option<String>,
    #[arg(long, hide_short_help = true, help = say!("help-visible-only"))]
    pub visible_only: bool,
    #[arg(long, hide_short_help = true, conflicts_with = "visible_only",
        help = say!("help-include-hidden"))]
    pub include_hidden: bool,
    #[arg(long, value_name = "NAME", hide_short_help = true, help = say!("help-encoding"))]
    pub encoding: Option<String>,
    #[arg(long, value_name = "CHAR", value_parser = delimiter, hide_short_help = true,
        help = say!("help-delimiter"))]
    pub delimiter: Option<char>,
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true,
        help = say!("help-max-workbook-size"))]
    pub max_workbook_size: Option<u64>,
    #[arg(long, hide_short_help = true, help = say!("help-allow-empty"))]
    pub allow_empty: bool,
    #[arg(long, value_name = "HOW", default_value = "last", hide_short_help = true,
        help = say!("help-on-conflict"))]
    pub on_conflict: OnConflict,
}
