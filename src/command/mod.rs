//! The commands: each joins the parts of the house for one task and returns an exit code.

mod check;
pub(crate) mod exit;
mod ping;
mod run;
#[cfg(feature = "sandbox")]
mod sandbox;
mod signals;

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use clap::CommandFactory;

use self::exit::{LOCKED, SOME_FAILED, STOPPED, USAGE};
use crate::cli::{AccountArgs, Cli, Command, SheetArgs};
use crate::config::AccountOptions;
use crate::console::Console;
use crate::erp::CLEAR_FLAG;
use crate::sheet::{Sheet, SheetOptions, Source};

/// An error for people, and the exit code it ends the program with.
#[derive(Debug)]
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn new(code: u8, message: impl Display) -> Self {
        Failure {
            code,
            message: message.to_string(),
        }
    }

    /// What was asked for cannot be said.
    fn stdout(error: io::Error) -> Self {
        Failure::new(
            STOPPED,
            format_args!("cannot write to standard output: {error}"),
        )
    }

    fn usage(message: impl Display) -> Self {
        Failure::new(USAGE, message)
    }
}

/// Does what the command line asks for.
#[must_use]
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

/// Who calls and where to, as the command line says.
fn account_options(args: &AccountArgs) -> AccountOptions {
    AccountOptions {
        endpoint: args.endpoint.clone(),
        profile: args.profile.clone(),
        config: args.config.clone(),
        ca_file: args.ca_file.clone(),
    }
}

/// Whether the sheet is a stream, which has no place beside it for results.
fn is_stream(args: &SheetArgs) -> bool {
    let found = std::fs::metadata(&args.path);
    is_stdin(args) || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn is_stdin(args: &SheetArgs) -> bool {
    args.path.as_os_str() == "-"
}

/// Opens the sheet that the command line names.
fn open_sheet(args: SheetArgs) -> Result<Sheet, Failure> {
    let source = if is_stdin(&args) {
        Source::Stdin
    } else {
        Source::Path(args.path)
    };
    let options = SheetOptions {
        encoding: args.encoding,
        delimiter: args.delimiter,
        worksheet: args.sheet,
        order_column: args.order_column,
        flag_column: args.flag_column,
        flag: if args.clear {
            Some(CLEAR_FLAG.to_owned())
        } else {
            args.flag
        },
    };
    Sheet::open(source, &options).map_err(Failure::usage)
}

/// The threads that a program may need are few; not to get them is nothing it can mend.
fn no_threads(error: &io::Error) -> Failure {
    Failure::new(STOPPED, format_args!("cannot start a thread: {error}"))
}
