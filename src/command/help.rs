//! `help`: the help of the program, of a command, or on a topic.

use super::exit::{Failure, OK};
use crate::cli::command;
use crate::console::print;
use crate::language::TOPICS;

pub(super) fn help(about: Option<&str>) -> Result<u8, Failure> {
    if let Some(topic) = TOPICS.iter().find(|topic| Some(topic.name) == about) {
        return print(topic.text()).map(|()| OK).map_err(Failure::stdout);
    }
    let args = ["wdt-flags"].into_iter().chain(about).chain(["--help"]);
    // Prints it and ends the program.
    command().get_matches_from(args);
    Ok(OK)
}
