//! `man`: a man page for each command.

use std::fs;
use std::io;
use std::iter::once;
use std::path::Path;

use clap_mangen::Man;

use super::exit::{Failure, OK, STOPPED};
use crate::cli;
use crate::language::say;

pub(super) fn man(directory: &Path) -> Result<u8, Failure> {
    write_pages(directory).map_err(|error| {
        let (directory, error) = (directory.display().to_string(), error.to_string());
        Failure::new(
            STOPPED,
            say!("man-failed", directory = directory, error = error),
        )
    })?;
    Ok(OK)
}

fn write_pages(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let program = cli::command();
    let commands = program.get_subcommands();
    for command in once(&program).chain(commands.filter(|it| it.get_name() != "help")) {
        // What is hidden in the short help would have no text in the page.
        let command = command.clone().mut_args(|arg| arg.hide_short_help(false));
        Man::new(command)
            .source(concat!("wdt-flags ", env!("CARGO_PKG_VERSION")))
            .generate_to(directory)?;
    }
    Ok(())
}
