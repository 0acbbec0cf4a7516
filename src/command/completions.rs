//! `completions`: a completion script for a shell.

use clap::{Arg, Command};
use clap_complete::{Shell, generate};

use super::exit::Failure;
use crate::cli::command;
use crate::console::print;

pub(super) fn completions(shell: Shell) -> Result<u8, Failure> {
    let mut program = command();
    // Values of arguments are offered by these two alone, names of commands by all.
    if !matches!(shell, Shell::Bash | Shell::Zsh) {
        program = program.mut_subcommands(values_as_commands);
    }
    let mut script = Vec::new();
    generate(shell, &mut program, "wdt-flags", &mut script);
    let script = String::from_utf8_lossy(&script);
    // clap_complete takes the hyphen in the program's name for the start of a subcommand, and the
    // script for bash then never finds what it has for one.
    let script = script.replace("wdt__subcmd__flags", "wdt__flags");
    print(script).map(|()| 0).map_err(Failure::stdout)
}

/// A command whose first argument has certain values, with these as its commands.
fn values_as_commands(command: Command) -> Command {
    let values = command.get_positionals().next();
    let mut values = values.map(Arg::get_possible_values).unwrap_or_default();
    // fish takes one of the command's own name as given already.
    values.retain(|value| value.get_name() != command.get_name());
    if values.is_empty() {
        return command;
    }
    let named = |name: &str| Command::new(name.to_owned());
    named(command.get_name())
        .about(command.get_about().cloned().unwrap_or_default())
        .disable_help_subcommand(true)
        .subcommands(values.iter().map(|it| named(it.get_name())))
}
