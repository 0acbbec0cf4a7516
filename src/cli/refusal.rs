//! What is wrong with a command line, in the language that was chosen.

use std::error::Error as _;

use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind};

use crate::language::{TOPICS, say};
use crate::text::all;

/// Ends the program with what clap has to say: help, the version or an error.
pub fn exit(error: clap::Error) -> ! {
    if is_translated(&error) {
        error.apply::<Translated>().exit();
    }
    error.exit();
}

/// What is wrong, without usage and help; `None` if it is help or the version.
pub fn in_short(error: &clap::Error) -> Option<String> {
    let similar = similar(error);
    if is_translated(error) {
        let tip = say!("refused-similar", names = all(&similar));
        let parts = [problem(error), tip];
        let parts = &parts[..1 + usize::from(!similar.is_empty())];
        return Some(parts.join(&say!("part-separator")));
    }
    let text = error.to_string();
    let text = text.lines().next()?.strip_prefix("error: ")?;
    Some(text.to_owned())
}

/// The others are rarely met, and told in clap's own words.
fn is_translated(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ArgumentConflict
            | ErrorKind::InvalidSubcommand
            | ErrorKind::InvalidValue
            | ErrorKind::MissingRequiredArgument
            | ErrorKind::UnknownArgument
            | ErrorKind::ValueValidation
    )
}

struct Translated;

impl ErrorFormatter for Translated {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let styles = Styles::styled();
        let (red, green) = (styles.get_error(), styles.get_valid());
        let (label, problem) = (say!("label-error"), problem(error));
        let mut text = format!("{red}{label}{red:#}{problem}\n\n");
        let similar = similar(error);
        if !similar.is_empty() {
            let tip = say!("refused-similar", names = all(&similar));
            text.push_str(&format!("  {green}{tip}{green:#}\n\n"));
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            text.push_str(&super::usage(usage));
            text.push_str("\n\n");
        }
        (text + &say!("refused-help") + "\n").into()
    }
}

fn problem<F: ErrorFormatter>(error: &Error<F>) -> String {
    let named = |kind| all(&strings(error, kind));
    let argument = named(ContextKind::InvalidArg);
    let value = named(ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::ArgumentConflict => match named(ContextKind::PriorArg) {
            other if other == argument => say!("refused-twice", argument = argument),
            others => say!("refused-conflict", argument = argument, others = others),
        },
        ErrorKind::InvalidSubcommand => {
            let command = named(ContextKind::InvalidSubcommand);
            say!("refused-command", command = command)
        }
        ErrorKind::MissingRequiredArgument => say!("refused-missing", arguments = argument),
        ErrorKind::UnknownArgument => say!("refused-argument", argument = argument),
        _ if value.is_empty() => say!("refused-no-value", argument = argument),
        _ => {
            let values = || say!("refused-values", values = named(ContextKind::ValidValue));
            let why = error.source().map_or_else(values, ToString::to_string);
            say!(
                "refused-value",
                argument = argument,
                value = value,
                why = why
            )
        }
    }
}

fn similar<F: ErrorFormatter>(error: &Error<F>) -> Vec<String> {
    let refused = strings(error, ContextKind::InvalidSubcommand);
    if let Some(topic) = TOPICS.iter().find(|topic| refused == [topic.name]) {
        return vec![format!("help {}", topic.name)];
    }
    let mut names = strings(error, ContextKind::SuggestedSubcommand);
    names.extend(strings(error, ContextKind::SuggestedArg));
    names.extend(strings(error, ContextKind::SuggestedValue));
    // An option of another command: 'run --dry-run' exists.
    let elsewhere = strings(error, ContextKind::Suggested).into_iter();
    let elsewhere = elsewhere.filter_map(|tip| tip.strip_suffix(" exists").map(str::to_owned));
    names.extend(elsewhere.map(|name| name.trim_matches('\'').to_owned()));
    names
}

fn strings<F: ErrorFormatter>(error: &Error<F>, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}
