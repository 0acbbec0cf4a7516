//! Options of `notify`.

use std::path::PathBuf;

use clap::Args;

use crate::language::say;

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-account"))]
pub struct NotifyArgs {
    #[arg(long, required = true, help_heading = say!("heading-output"), help = say!("help-notify-test"))]
    pub test: bool,
    #[arg(long, value_name = "NAME", help = say!("help-profile"))]
    pub profile: Option<String>,
    #[arg(long, value_name = "FILE", help = say!("help-config"))]
    pub config: Option<PathBuf>,
    #[arg(long, value_name = "TEXT", help_heading = say!("heading-output"), help = say!("help-keyword"))]
    pub keyword: Option<String>,
}
