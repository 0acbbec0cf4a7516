//! `completions`: a completion script for a shell.

use clap_complete::{Shell, generate};

use super::exit::Failure;
use crate::cli::command;
use crate::console::print;

pub(super) fn completions(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    generate(shell, &mut command(), "wdt-flags", &mut script);
    let script = String::from_utf8_lossy(&script);
    // clap_complete takes the hyphen in the program's name for the start of a subcommand, and the
    // script for bash then never finds what it has for one.
    let script = script.replace("wdt__subcmd__flags", "wdt__flags");
    print(script).map(|()| 0).map_err(Failure::stdout)
}
