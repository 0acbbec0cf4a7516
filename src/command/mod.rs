//! The commands, a file each: from arguments to exit code.

mod check;
mod failure;
mod inputs;
mod ping;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
mod signals;

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::console::Console;
use failure::Failure;

/// Does what the command line asks for.
pub fn execute(cli: Cli) -> ExitCode {
    let console = Console::new(cli.quiet, cli.verbose);
    let outcome = match cli.command {
        Command::Run(args) => run::run(*args, &console),
        Command::Check(args) => check::check(args),
        Command::Ping(args) => ping::ping(&args, &console),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => sandbox::sandbox(args, &console),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "wdt-flags", &mut script);
            crate::console::print(String::from_utf8_lossy(&script))
                .map(|()| 0)
                .map_err(Failure::stdout)
        }
    };
    console.finish();
    ExitCode::from(outcome.unwrap_or_else(|failure| {
        console.error(&failure.message);
        failure.code
    }))
}
