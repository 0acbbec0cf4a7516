//! What is said of a command line that clap refuses: its words, in the language that was chosen.

use std::error::Error as _;

use clap::builder::styling::Style;
use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind};

use crate::language::say;
use crate::text::all;

/// In place of clap's own formatter, which speaks English only.
pub struct InWords;

impl ErrorFormatter for InWords {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let styles = Styles::styled();
        let (red, green, bold) = (styles.get_error(), styles.get_valid(), styles.get_literal());
        let label = say!("label-error");
        let mut text = format!("{red}{label}{red:#}{}", problem(error, &styles));
        let tips = tips(error, &styles);
        if !tips.is_empty() {
            text.push('\n');
        }
        for tip in tips {
            let label = say!("tip");
            text.push_str(&format!("\n  {green}{label}{green:#}{tip}"));
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            let usage = usage.ansi().to_string();
            let usage = usage.replacen("Usage:", &say!("heading-usage"), 1);
            text.push_str(&format!("\n\n{usage}"));
        }
        let option = format!("{bold}--help{bold:#}");
        text.push_str(&format!("\n\n{}\n", say!("refused-help", option = option)));
        text.into()
    }
}

fn problem(error: &Error<InWords>, styles: &Styles) -> String {
    let (red, bold) = (styles.get_invalid(), styles.get_literal());
    let first = |kind| strings(error, kind).into_iter().next().unwrap_or_default();
    let wrong = |kind| format!("{red}{}{red:#}", first(kind));
    let argument = format!("{bold}{}{bold:#}", first(ContextKind::InvalidArg));
    match error.kind() {
        ErrorKind::ArgumentConflict => conflict(error, styles),
        ErrorKind::InvalidValue if first(ContextKind::InvalidValue).is_empty() => {
            let problem = say!(
                "refused-no-value",
                argument = wrong(ContextKind::InvalidArg)
            );
            with_values(problem, error, styles)
        }
        ErrorKind::InvalidValue => {
            let value = wrong(ContextKind::InvalidValue);
            let problem = say!("refused-value", value = value, argument = argument);
            with_values(problem, error, styles)
        }
        ErrorKind::ValueValidation => {
            let value = wrong(ContextKind::InvalidValue);
            match error.source() {
                Some(why) => say!(
                    "refused-value-why",
                    value = value,
                    argument = argument,
                    why = why.to_string()
                ),
                None => say!("refused-value", value = value, argument = argument),
            }
        }
        ErrorKind::TooManyValues => say!(
            "refused-extra-value",
            value = wrong(ContextKind::InvalidValue),
            argument = argument
        ),
        ErrorKind::UnknownArgument => {
            say!(
                "refused-argument",
                argument = wrong(ContextKind::InvalidArg)
            )
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = listed(strings(error, ContextKind::InvalidArg), styles.get_valid());
            say!("refused-missing") + &missing
        }
        ErrorKind::InvalidSubcommand => say!(
            "refused-command",
            command = wrong(ContextKind::InvalidSubcommand)
        ),
        ErrorKind::MissingSubcommand => {
            let program = wrong(ContextKind::InvalidSubcommand);
            let commands = strings(error, ContextKind::ValidSubcommand);
            let commands = coloured(commands, styles.get_valid());
            let commands = say!("refused-commands", commands = all(&commands));
            format!(
                "{}\n  {commands}",
                say!("refused-no-command", program = program)
            )
        }
        ErrorKind::InvalidUtf8 => say!("refused-not-utf-8"),
        kind => match (kind.as_str(), error.source()) {
            (Some(words), _) => words.to_owned(),
            (None, Some(why)) => why.to_string(),
            (None, None) => String::new(),
        },
    }
}

fn conflict(error: &Error<InWords>, styles: &Styles) -> String {
    let red = styles.get_invalid();
    let argument = strings(error, ContextKind::InvalidArg);
    let others = strings(error, ContextKind::PriorArg);
    let is_itself = argument == others;
    let argument = coloured(argument, red).concat();
    match &others[..] {
        _ if is_itself => say!("refused-twice", argument = argument),
        [other] => {
            let other = format!("{red}{other}{red:#}");
            say!("refused-conflict", argument = argument, other = other)
        }
        _ => say!("refused-conflicts", argument = argument) + &listed(others, red),
    }
}

fn with_values(problem: String, error: &Error<InWords>, styles: &Styles) -> String {
    let values = coloured(strings(error, ContextKind::ValidValue), styles.get_valid());
    match values.is_empty() {
        true => problem,
        false => {
            let values = say!("refused-values", values = all(&values));
            format!("{problem}\n  {values}")
        }
    }
}

fn tips(error: &Error<InWords>, styles: &Styles) -> Vec<String> {
    let similar = |kind| {
        let names = coloured(strings(error, kind), styles.get_valid());
        let names = names.into_iter().map(|name| say!("tip-name", name = name));
        Some(names.collect()).filter(|names: &Vec<String>| !names.is_empty())
    };
    let mut tips = Vec::new();
    if let Some(names) = similar(ContextKind::SuggestedSubcommand) {
        let count = names.len();
        tips.push(say!("tip-commands", count = count, names = all(&names)));
    }
    if let Some(names) = similar(ContextKind::SuggestedArg) {
        tips.push(say!("tip-argument", name = all(&names)));
    }
    if let Some(names) = similar(ContextKind::SuggestedValue) {
        tips.push(say!("tip-value", name = all(&names)));
    }
    if let Some(ContextValue::StyledStrs(more)) = error.get(ContextKind::Suggested) {
        tips.extend(more.iter().map(|tip| {
            let tip = tip.ansi().to_string();
            match tip.strip_suffix(" exists") {
                Some(name) => say!("tip-exists", name = name),
                None => tip,
            }
        }));
    }
    tips
}

fn strings(error: &Error<InWords>, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn coloured(texts: Vec<String>, style: &Style) -> Vec<String> {
    let texts = texts.into_iter();
    texts
        .map(|text| format!("{style}{text}{style:#}"))
        .collect()
}

fn listed(texts: Vec<String>, style: &Style) -> String {
    let texts = coloured(texts, style).into_iter();
    texts.map(|text| format!("\n  {text}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In English the words are clap's own.
    #[test]
    fn nothing_that_clap_says_is_lost() {
        for args in [
            &[][..],
            &["orders"],
            &["runn", "orders.csv"],
            &["run"],
            &["--rate", "1/s"],
            &["run", "orders.csv", "--nope"],
            &["run", "orders.csv", "--sandboxx"],
            &["run", "orders.csv", "--rate"],
            &["run", "orders.csv", "--rate", "fast"],
            &["run", "orders.csv", "--rate=1/s", "--rate=2/s"],
            &["run", "orders.csv", "--fresh=yes"],
            &["run", "orders.csv", "--on-conflict", "frist"],
            &["run", "orders.csv", "--on-conflict="],
            &["check", "orders.csv", "--flag", "aa", "--clear"],
            &["check", "orders.csv", "-q", "-v"],
            &["completions", "basch"],
            &["init", "one", "two"],
        ] {
            let args = ["wdt-flags"].iter().chain(args);
            let refused = || {
                let mut command = crate::cli::command();
                command
                    .try_get_matches_from_mut(args.clone())
                    .expect_err("refused")
            };
            let ours = refused().apply::<InWords>().to_string();
            assert_eq!(ours, refused().to_string());
        }
    }
}
