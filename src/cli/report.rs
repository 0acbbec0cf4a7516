//! Options of `report`.

use std::path::PathBuf;

use clap::Args;

use crate::language::say;

#[derive(Debug, Args)]
pub struct PageArgs {
    #[arg(value_name = say!("value-results"), help_heading = say!("heading-arguments"),
        help = say!("help-report-results"))]
    pub results: PathBuf,
    #[arg(short = 'o', long, value_name = "FILE", help_heading = say!("heading-output"),
        help = say!("help-page"))]
    pub output: Option<PathBuf>,
}
