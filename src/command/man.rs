//! `man`: a man page for each command and each topic.

use std::fs;
use std::io;
use std::iter::once;
use std::path::Path;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::exit::{Failure, OK, STOPPED};
use crate::cli;
use crate::language::{TOPICS, os_error, say};

const PROGRAM: &str = "wdt-flags";
const SOURCE: &str = concat!("wdt-flags ", env!("CARGO_PKG_VERSION"));

pub(super) fn man(directory: &Path) -> Result<u8, Failure> {
    write_pages(directory).map_err(|error| {
        let (directory, error) = (directory.display().to_string(), os_error(&error));
        let text = say!("man-failed", directory = directory, error = error);
        Failure::new(STOPPED, text)
    })?;
    Ok(OK)
}

fn write_pages(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let program = cli::command();
    let see_also = see_also();
    for command in once(&program).chain(program.get_subcommands()) {
        // What is hidden in the short help would have no text in the page.
        let command = command.clone().mut_args(|arg| arg.hide_short_help(false));
        let page = Man::new(command).source(SOURCE);
        let path = directory.join(page.get_filename());
        let mut text = Vec::new();
        page.render(&mut text)?;
        see_also.to_writer(&mut text)?;
        fs::write(path, text)?;
    }
    for topic in &TOPICS {
        let mut page = Roff::new();
        let name = format!("{PROGRAM}-{}", topic.name);
        page.control("TH", [&name, "1", "", SOURCE]);
        page.control("SH", ["NAME"]);
        page.text([roman(format!("{name} - {}", topic.title()))]);
        page.control("SH", ["DESCRIPTION"]);
        // It is laid out already.
        page.control("nf", []);
        for line in topic.text().lines().skip(2) {
            page.text([roman(line)]);
        }
        page.control("fi", []);
        let mut text = Vec::new();
        page.to_writer(&mut text)?;
        see_also.to_writer(&mut text)?;
        fs::write(directory.join(format!("{name}.1")), text)?;
    }
    Ok(())
}

fn see_also() -> Roff {
    let topics = TOPICS
        .iter()
        .map(|topic| format!(", {PROGRAM}-{}(1)", topic.name));
    let mut section = Roff::new();
    section.control("SH", ["SEE ALSO"]);
    section.text([roman(format!("{PROGRAM}(1)") + &topics.collect::<String>())]);
    section
}
