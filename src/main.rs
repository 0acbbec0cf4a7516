//! Arguments in, exit code out.

use std::process::ExitCode;

use wdt_flags::cli;
use wdt_flags::command;

fn main() -> ExitCode {
    let args = command::from_explorer(std::env::args_os().collect());
    match cli::parse(args) {
        Ok(cli) => command::execute(cli),
        Err(error) => command::refuse(error),
    }
}
