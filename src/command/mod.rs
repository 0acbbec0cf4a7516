//! The commands, a file each: from arguments to exit code.

mod check;
mod completions;
mod exit;
mod findings;
mod help;
mod init;
mod inputs;
mod man;
mod next;
mod ping;
mod run;
mod sandbox;
mod signals;
mod verify;

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;
use std::sync::Arc;

use crate::cli::{self, Cli, Command, ReportFormat};
use crate::console::Console;
use crate::language::say;
use crate::text::unknown_zone;

/// Says what is wrong with a command line: with its usage where somebody has just typed it.
pub fn refuse(error: clap::Error) -> ExitCode {
    match cli::in_short(&error).filter(|_| !stderr().is_terminal()) {
        Some(line) => Console::new(true, 0).error(line),
        None => cli::exit(error),
    }
    ExitCode::from(exit::USAGE)
}

pub fn execute(cli: Cli) -> ExitCode {
    let console = Arc::new(Console::new(cli.quiet, cli.verbose));
    if let Some(zone) = unknown_zone() {
        console.warning(say!("zone-unknown", zone = zone));
    }
    let outcome = match cli.command {
        Command::Run(args) if args.dry_run => check::check(&args, ReportFormat::Text, &console),
        Command::Run(args) => run::run(*args, &console),
        Command::Check(args) => check::check(&args.run, args.format, &console),
        Command::Verify(args) => verify::verify(*args, &console),
        Command::Init(args) => init::init(args, &console),
        Command::Ping(args) => ping::ping(&args, &console),
        Command::Sandbox(args) => sandbox::sandbox(args, &console),
        Command::Man { dir } => man::man(&dir),
        Command::Completions { shell } => completions::completions(shell),
        Command::Help { about } => help::help(about.as_deref()),
    };
    console.finish();
    ExitCode::from(outcome.unwrap_or_else(|failure| {
        console.error(&failure.message);
        failure.code
    }))
}
