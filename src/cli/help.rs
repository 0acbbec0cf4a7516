//! The short help, which is a list without headings, so that it fits on a screen.

use std::ffi::OsString;

use clap::{Command, CommandFactory, FromArgMatches};

use super::Cli;
use crate::language::{Language, speak};

const SHORT: &str = "{about}\n\n{usage-heading} {usage}\n\n{positionals}\n{options}{after-help}";
const SHORT_OF_OPTIONS: &str = "{about}\n\n{usage-heading} {usage}\n\n{options}{after-help}";
const SHORT_OF_COMMANDS: &str =
    "{about}\n\n{usage-heading} {usage}\n\n{subcommands}\n\n{options}{after-help}";

/// What the arguments, the program's name first, ask for.
///
/// # Errors
///
/// If they cannot be right, or ask for help or the version.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let args: Vec<_> = args.collect();
    speak(Language::wanted(&args));
    let mut command = Cli::command();
    if args.len() == 1 || args.iter().any(|arg| arg == "-h") {
        command = command.help_template(SHORT_OF_COMMANDS);
        command = command.mut_subcommands(without_headings);
    }
    let mut matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

fn without_headings(command: Command) -> Command {
    let template = match command.get_positionals().next() {
        Some(_) => SHORT,
        None => SHORT_OF_OPTIONS,
    };
    command.help_template(template)
}
