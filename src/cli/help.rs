//! The command line with its texts, in the language that was chosen.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory, FromArgMatches};
use unicode_linebreak::linebreaks;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Cli;
use crate::exit;
use crate::language::{Language, find, say, speak};
use crate::text::all;

/// As narrow as a terminal usually is.
const COLUMNS: usize = 80;
/// Where the long texts of options begin.
const INDENT: usize = 10;

/// What the arguments, the program's name first, ask for.
///
/// # Errors
///
/// If they cannot be right, or ask for help or the version.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let args: Vec<_> = args.collect();
    speak(Language::wanted(&args));
    let mut command = command();
    // The short help is a list without headings, so that it fits on a screen.
    if args.len() == 1 || args.iter().any(|arg| arg == "-h") {
        command = laid_out(command, "{subcommands}\n\n{options}");
        command = command.mut_subcommands(|command| {
            let sections = match command.get_positionals().next() {
                Some(_) => "{positionals}\n{options}",
                None => "{options}",
            };
            laid_out(command, sections)
        });
    }
    let mut matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// The definitions, with the texts of the language.
pub fn command() -> Command {
    let mut command = with_texts(Cli::command(), "about")
        .subcommand_help_heading(say!("heading-commands"))
        .after_help(say!("examples"))
        .after_long_help(format!("{}\n\n{}", say!("examples-more"), exit::table()))
        .mut_subcommands(|command| {
            let key = format!("about-{}", command.get_name());
            with_texts(command, &key)
        })
        .mut_subcommand("run", |run| {
            only_with_skipping(run).after_long_help(exit::table())
        })
        .mut_subcommand("check", |check| {
            only_with_skipping(check).after_long_help(exit::table_of_check())
        })
        .mut_subcommand("verify", |verify| {
            verify.after_long_help(exit::table_of_verify())
        });
    // Only now there is a command `help`.
    command.build();
    command.mut_subcommand("help", |help| {
        laid_out(help, "{all-args}").about(say!("help-help-command"))
    })
}

/// These commands do without listings, unless they are asked for.
fn only_with_skipping(command: Command) -> Command {
    command.mut_arg("modified_within", |arg| arg.requires("skip_unchanged"))
}

fn laid_out(command: Command, sections: &str) -> Command {
    let style = *command.get_styles().get_usage();
    let usage = say!("heading-usage");
    command.help_template(format!(
        "{{about-with-newline}}\n{style}{usage}{style:#} {{usage}}\n\n{sections}{{after-help}}"
    ))
}

fn with_texts(command: Command, key: &str) -> Command {
    let name = command.get_name().to_owned();
    let about = find(key, None).unwrap_or_default();
    let long = paragraphs([Some(about.clone()), find(key, Some("more"))]);
    laid_out(command, "{all-args}")
        .about(about)
        .long_about(fill(&long, COLUMNS))
        .mut_args(|arg| with_text(arg, &name))
}

/// The text of an option is its command's own, if there is one, or the one that all commands share.
fn with_text(arg: Arg, command: &str) -> Arg {
    let id = arg.get_id().as_str().replace('_', "-");
    let key = Some(format!("help-{command}-{id}")).filter(|key| find(key, None).is_some());
    let key = key.unwrap_or_else(|| format!("help-{id}"));
    let noted = |text: String, note: String| say!("help-noted", text = text, note = note);
    let mut short = find(&key, None).unwrap_or_default();
    if let Some(default) = arg.get_default_values().first() {
        let value = default.to_string_lossy();
        short = noted(short, say!("help-default", value = value));
    }
    let first = match find(&key, Some("note")) {
        Some(note) => noted(short.clone(), note),
        None => short.clone(),
    };
    let mut long = paragraphs([Some(first), find(&key, Some("more"))]);
    let takes_value = arg.get_action().takes_values();
    let mut values = arg.get_possible_values();
    values.retain(|_| takes_value);
    if !values.is_empty() {
        let names: Vec<_> = values.iter().map(|it| it.get_name().to_owned()).collect();
        let texts = names.iter().filter_map(|name| {
            let text = find(&format!("value-{id}-{name}"), None)?;
            Some(format!("- {name}: {text}"))
        });
        let texts: Vec<_> = texts.collect();
        if texts.len() < names.len() {
            let listed = say!("help-values", values = all(&names));
            short = noted(short, listed.clone());
            long = noted(long, listed);
        } else {
            long = paragraphs([Some(long), Some(texts.join("\n"))]);
        }
    }
    let heading = arg.get_help_heading().unwrap_or("Arguments");
    let heading = find(&format!("heading-{}", heading.to_lowercase()), None);
    arg.help(short)
        .long_help(fill(&long, COLUMNS - INDENT))
        .help_heading(heading.unwrap_or_default())
        .hide_default_value(takes_value)
        .hide_possible_values(takes_value)
}

fn paragraphs<const N: usize>(texts: [Option<String>; N]) -> String {
    let texts: Vec<_> = texts.into_iter().flatten().collect();
    texts.join("\n\n")
}

/// The text in lines of at most so many columns, broken at spaces and beside Chinese characters.
fn fill(text: &str, columns: usize) -> String {
    let is_wide = |c: Option<char>| c.and_then(UnicodeWidthChar::width) == Some(2);
    let mut lines = Vec::new();
    for line in text.lines() {
        let (mut from, mut to) = (0, 0);
        for (end, _) in linebreaks(line) {
            let before = line[..end].chars().next_back();
            let is_break = end == line.len()
                || before == Some(' ')
                || is_wide(before)
                || is_wide(line[end..].chars().next());
            if !is_break {
                continue;
            }
            if to > from && line[from..end].trim_end().width() > columns {
                lines.push(line[from..to].trim_end());
                from = to;
            }
            to = end;
        }
        lines.push(&line[from..]);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::keys;

    /// Every text that a command, an option or a value could have.
    fn wanted(command: &Command) -> Vec<String> {
        let mut wanted = Vec::new();
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str().replace('_', "-");
            let values = arg.get_possible_values();
            let values = values
                .iter()
                .map(|it| format!("value-{id}-{}", it.get_name()));
            wanted.extend(values);
            wanted.push(format!("help-{}-{id}", command.get_name()));
            wanted.push(format!("help-{id}"));
        }
        for command in command.get_subcommands() {
            wanted.push(format!("about-{}", command.get_name()));
            wanted.extend(self::wanted(command));
        }
        wanted
    }

    #[test]
    fn every_command_and_option_has_a_text_and_every_text_an_option() {
        let command = Cli::command();
        for command in command.get_subcommands().chain([&command]) {
            let name = command.get_name();
            let about = find(&format!("about-{name}"), None);
            assert!(about.is_some() || name == "wdt-flags", "{name}");
            for arg in command.get_arguments() {
                let text = with_text(arg.clone(), name)
                    .get_help()
                    .map(ToString::to_string);
                assert!(text.is_some_and(|text| !text.is_empty()), "{name} {arg:?}");
            }
        }
        let wanted = wanted(&command);
        for key in keys() {
            let is_ours = ["about-", "help-", "value-"]
                .iter()
                .any(|it| key.starts_with(it));
            let is_named = include_str!("help.rs").contains(&format!("\"{key}\""))
                || include_str!("values.rs").contains(&format!("\"{key}\""));
            assert!(!is_ours || is_named || wanted.contains(&key), "{key}");
        }
    }

    #[test]
    fn lines_break_at_spaces_and_between_chinese_characters_but_not_before_a_full_stop() {
        for (text, filled) in [
            ("one two three", "one two\nthree"),
            ("--a-long-option", "--a-long-option"),
            ("采购单标记写入", "采购单标\n记写入"),
            ("采购单标。记", "采购单\n标。记"),
            ("ab 采购 cd\n\nef", "ab 采购\ncd\n\nef"),
        ] {
            assert_eq!(fill(text, 8), filled);
        }
    }
}
