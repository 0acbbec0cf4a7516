//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use wdt_flags::cli::Cli;
use wdt_flags::command;

fn main() -> ExitCode {
    command::execute(Cli::parse())
}
