//! The commands, a file each: from arguments to exit code.

mod check;
mod completions;
mod exit;
mod findings;
mod guide;
mod help;
mod init;
mod inputs;
mod man;
mod next;
mod notify;
mod ping;
mod report;
mod run;
mod sandbox;
mod signals;
mod verify;

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;
use std::sync::Arc;

pub use self::guide::from_explorer;
use crate::cli::{self, Cli, Command};
use crate::console::{Console, print_json};
use crate::language::say;
use crate::outputs::Outputs;
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
    let outputs = Arc::new(Outputs::of(&cli.command));
    notify::prepare(&cli.command, &console, &outputs);
    let outcome = match cli.command {
        Command::Run(args) if args.dry_run => check::check(&args, &console, &outputs),
        Command::Run(args) => run::run(*args, &console, &outputs),
        Command::Check(args) => check::check(&args, &console, &outputs),
        Command::Verify(args) => verify::verify(*args, &console, &outputs),
        Command::Guide { sheets } => guide::guide(sheets, &console),
        Command::Init(args) => init::init(args, &console, &outputs),
        Command::Ping(args) => ping::ping(&args, &console, &outputs),
        Command::Sandbox(args) => sandbox::sandbox(args, &console, &outputs),
        Command::Report(args) => report::report(args, &console),
        Command::Notify(args) => notify::notify(args, &console),
        Command::Man { dir } => man::man(&dir),
        Command::Completions { shell } => completions::completions(shell),
        Command::Help { about } => help::help(about.as_deref()),
    };
    console.finish();
    let code = outcome.unwrap_or_else(|failure| {
        outputs.failed(failure.kind(), &failure.message);
        tell(&outputs, failure.code, &console);
        console.error(&failure.message);
        failure.code
    });
    ExitCode::from(close(&outputs, code, &console))
}

/// Tells those who are not here how the command ended. What cannot be told is a warning.
fn tell(outputs: &Outputs, code: u8, console: &Console) {
    for untold in outputs.tell(code, false) {
        console.warning(untold);
    }
}

/// Says the last word to programs, and gives the exit code.
fn close(outputs: &Outputs, code: u8, console: &Console) -> u8 {
    outputs.ending().warnings.extend(console.take_noted());
    let Some((ending, untold)) = outputs.close(code) else {
        return code;
    };
    if let Some(untold) = untold {
        console.warning(untold);
    }
    if outputs.is_json()
        && let Err(error) = print_json(&ending)
    {
        let failure = exit::Failure::stdout(error);
        console.error(&failure.message);
        return failure.code;
    }
    code
}
