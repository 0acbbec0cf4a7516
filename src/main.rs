//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use wdt_flags::cli::Cli;
use wdt_flags::command;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => command::execute(cli),
        Err(error) => command::with_tip(error).exit(),
    }
}
