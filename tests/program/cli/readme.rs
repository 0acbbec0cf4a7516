//! The READMEs and the help on topics, which say only what is true of the command line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use unicode_width::UnicodeWidthStr;

use crate::harness::{Place, finish};

const LANGUAGES: [&str; 2] = ["en", "zh"];

/// The topics of a language by their names, with their texts.
fn topics(language: &str) -> Vec<(String, PathBuf, String)> {
    let directory = root().join("src/language").join(language).join("help");
    let files = fs::read_dir(directory).expect("topics");
    let paths = files.map(|file| file.expect("a topic").path());
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).expect("text");
        (name.into_owned(), path, text)
    };
    paths.map(read).collect()
}

/// All that is written for people to read, with the places of the files.
fn documents() -> Vec<(PathBuf, String)> {
    let readmes = ["README.md", "README.zh-CN.md"].map(|name| {
        let path = root().join(name);
        let text = fs::read_to_string(&path).expect("text");
        (path, text)
    });
    let topics = LANGUAGES.into_iter().flat_map(topics);
    readmes
        .into_iter()
        .chain(topics.map(|(_, path, text)| (path, text)))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_topic_is_printed_as_it_is_written_within_80_columns() {
    for language in LANGUAGES {
        for (name, _, text) in topics(language) {
            let args = ["help", &name, "--lang", language];
            let run = finish(Place::new().program().args(args)).expect(0);
            assert_eq!(run.stdout, text, "{name}");
            for line in text.lines() {
                assert!(line.width() <= 80, "{language} {name}: {line}");
            }
        }
    }
    let names = |language| topics(language).into_iter().map(|(name, ..)| name);
    let offered = wdt_flags::cli::command();
    let offered = offered.find_subcommand("help").expect("a command");
    let offered = offered
        .get_positionals()
        .flat_map(|it| it.get_possible_values());
    let offered: BTreeSet<_> = offered.map(|it| it.get_name().to_owned()).collect();
    for language in LANGUAGES {
        assert!(
            names(language).all(|name| offered.contains(&name)),
            "{offered:?}"
        );
    }
}

#[test]
fn every_link_leads_to_a_file() {
    for (path, text) in documents() {
        for rest in text.split("](").skip(1) {
            let link = rest.split([')', '#']).next().unwrap_or_default();
            // Where a repository shows its files, its releases are two levels up.
            let is_elsewhere = ["https://", "../../releases/"].map(|it| link.starts_with(it));
            if !link.is_empty() && !is_elsewhere.contains(&true) {
                let target = path.parent().expect("a directory").join(link);
                assert!(target.is_file(), "{}: {link}", path.display());
            }
        }
    }
}

#[test]
fn every_option_that_is_named_is_there() {
    let program = wdt_flags::cli::command();
    let commands = program.get_subcommands().chain([&program]);
    let options = commands.flat_map(|command| command.get_arguments());
    let options: BTreeSet<_> = options
        .filter_map(|option| option.get_long().map(str::to_owned))
        .chain(["bench", "path"].map(str::to_owned)) // Of cargo.
        .collect();
    for (path, text) in documents() {
        let words = text.split(|c: char| c != '-' && !c.is_ascii_alphanumeric());
        for option in words.filter_map(|word| word.strip_prefix("--")) {
            let is_drawn = option.trim_matches('-').is_empty();
            let is_there = is_drawn || options.contains(option);
            assert!(is_there, "{}: --{option}", path.display());
        }
    }
}

/// Command lines stand in blocks of code, and between backticks.
#[test]
fn every_command_line_can_be_typed() {
    let mut program = wdt_flags::cli::command();
    let mut read = 0;
    for (path, text) in documents() {
        let text = text.replace("\\\n", "");
        let between_backticks = text.split('`').skip(1).step_by(2).flat_map(str::lines);
        for code in text.lines().chain(between_backticks) {
            let code = code.trim_start().trim_start_matches("$ ");
            if code.starts_with("wdt-flags ") {
                let command = code.split(['#', '>', '|', '`']).next().unwrap_or_default();
                let words = command.split_whitespace();
                if let Err(error) = program.try_get_matches_from_mut(words)
                    && error.exit_code() != 0
                {
                    panic!("{}: {command}: {error}", path.display());
                }
                read += 1;
            }
        }
    }
    assert!(read > 40, "{read}");
}
