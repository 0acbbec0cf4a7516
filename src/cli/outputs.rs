//! Options of what is told of a command to scripts, logs and collectors.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::language::say;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// When people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Notify {
    /// Of what needs a look, and once when that is over.
    Problems,
    Always,
    Never,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = say!("heading-output"))]
pub struct SummaryArgs {
    #[arg(long, default_value = "text", hide_short_help = true, help = say!("help-format"))]
    pub format: Format,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-summary"))]
    pub summary: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = say!("heading-output"))]
pub struct OutputsArgs {
    #[command(flatten)]
    pub summary: SummaryArgs,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-log"))]
    pub log: Option<PathBuf>,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-metrics"))]
    pub metrics: Option<PathBuf>,
    #[arg(long, value_name = "FILE", hide_short_help = true, help = say!("help-report"))]
    pub report: Option<PathBuf>,
    #[arg(long, value_name = "WHEN", hide_short_help = true, help = say!("help-notify"))]
    pub notify: Option<Notify>,
    #[arg(long, value_name = "TEXT", hide_short_help = true, help = say!("help-keyword"))]
    pub keyword: Option<String>,
}

impl OutputsArgs {
    /// No other output.
    pub fn of(summary: &SummaryArgs) -> OutputsArgs {
        OutputsArgs {
            summary: summary.clone(),
            ..OutputsArgs::default()
        }
    }
}
