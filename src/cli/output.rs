//! Options of the two files that a command writes.

use std::path::PathBuf;

use clap::Args;

use crate::files::OutputFormat;

#[derive(Debug, Args)]
pub struct OutputArgs {
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    pub results: Option<PathBuf>,

    #[arg(
        long,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub failures: Option<PathBuf>,

    #[arg(
        long,
        value_name = "FORMAT",
        hide_short_help = true,
        help_heading = "Output"
    )]
    pub output_format: Option<OutputFormat>,

    #[arg(long, hide_short_help = true, help_heading = "Output")]
    pub no_bom: bool,
}
