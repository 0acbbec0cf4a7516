//! Options of the stand-in.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;

use super::values::{address, duration, fraction, per_minute, positive, signed_duration};
use crate::language::say;

#[derive(Debug, Args)]
#[command(next_help_heading = say!("heading-pace"))]
pub struct SandboxArgs {
    #[arg(long, value_name = "N/min", value_parser = per_minute,
        help = say!("help-sandbox-limit"))]
    pub limit: Option<u32>,
    #[arg(long, value_name = "N", value_parser = positive::<u32>,
        help = say!("help-max-concurrency"))]
    pub max_concurrency: Option<u32>,
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration,
        help = say!("help-latency"))]
    pub latency: Duration,
    #[arg(long, value_name = "SHELL", value_enum,
        default_value_t = if cfg!(windows) { Shell::Powershell } else { Shell::Sh },
        help_heading = say!("heading-output"), help = say!("help-sandbox-shell"))]
    pub shell: Shell,
    #[arg(long, value_name = "ADDR", value_parser = address, default_value = "127.0.0.1:0",
        help_heading = say!("heading-other"), help = say!("help-listen"))]
    pub listen: std::net::SocketAddr,
    #[arg(long, value_name = "NAME,...", value_delimiter = ',',
        help_heading = say!("heading-other"), help = say!("help-flags"))]
    pub flags: Option<Vec<String>>,
    #[arg(long, value_name = "FILE", help_heading = say!("heading-other"),
        help = say!("help-orders"))]
    pub orders: Option<PathBuf>,
    #[arg(long, value_name = "F", default_value_t = 0.0, value_parser = fraction,
        help_heading = say!("heading-other"), help = say!("help-fail-rate"))]
    pub fail_rate: f64,
    #[arg(long, value_name = "DURATION", default_value = "0s", allow_hyphen_values = true,
        value_parser = signed_duration, help_heading = say!("heading-other"),
        help = say!("help-clock-skew"))]
    pub clock_skew: SignedDuration,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    /// sh, bash, zsh, fish: export NAME=value
    Sh,
    /// $env:NAME='value'
    Powershell,
    /// set "NAME=value"
    Cmd,
}

impl Shell {
    /// The line that sets a variable to a value without blanks, quotes and the like.
    pub fn set(self, name: &str, value: &str) -> String {
        match self {
            Shell::Sh => format!("export {name}={value}\n"),
            Shell::Powershell => format!("$env:{name}='{value}'\n"),
            Shell::Cmd => format!("set \"{name}={value}\"\n"),
        }
    }
}
