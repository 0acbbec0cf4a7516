//! Arguments in, exit code out.

use std::process::ExitCode;

use wdt_flags::cli;
use wdt_flags::command;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(cli) => command::execute(cli),
        Err(error) => command::refuse(error),
    }
}
