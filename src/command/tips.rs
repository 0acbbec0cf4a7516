//! Tips for command lines that clap refuses.

use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::refusal::InWords;
use crate::language::say;
use crate::text::one_line;

/// The error in the user's language, with a tip that names the right command where one can be told.
pub fn with_tip(mut error: clap::Error) -> clap::error::Error<InWords> {
    let tip = tip(&error);
    let mut tips = match error.remove(ContextKind::Suggested) {
        Some(ContextValue::StyledStrs(tips)) => tips,
        _ => Vec::new(),
    };
    // Nobody has a sheet named like an option.
    tips.retain(|tip| !tip.to_string().contains("as a value"));
    tips.extend(tip.map(StyledStr::from));
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    error.apply()
}

fn tip(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let sheet = text(ContextKind::InvalidSubcommand)?;
            let is_sheet = sheet == "-" || sheet.contains('.') || Path::new(sheet).exists();
            let sheet = one_line(sheet, usize::MAX);
            is_sheet.then(|| say!("tip-sheet", sheet = sheet))
        }
        ErrorKind::UnknownArgument => {
            is_dry_run(text(ContextKind::InvalidArg)?).then(|| say!("tip-dry-run"))
        }
        _ => None,
    }
}

/// Whether an option asks for what other programs call a dry run.
fn is_dry_run(option: &str) -> bool {
    let words = [
        "dry", "simulat", "preview", "check", "noop", "no-op", "whatif", "what-if",
    ];
    let option = option.to_ascii_lowercase();
    option == "-n" || words.iter().any(|word| option.contains(word))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn sheets_and_dry_runs_are_told_their_command() {
        for (args, told) in [
            (&["orders.csv"][..], Some("wdt-flags run orders.csv")),
            (
                &["采购.xlsx", "--sandbox"],
                Some("wdt-flags check 采购.xlsx"),
            ),
            (&["--dry-run", "orders.csv"], Some("run SHEET --dry-run")),
            (
                &["run", "orders.csv", "--dryrun"],
                Some("run SHEET --dry-run"),
            ),
            (
                &["check", "orders.csv", "-n"],
                Some("wdt-flags check SHEET"),
            ),
            (&["orders"], None),
            (&["run", "orders.csv", "--rte", "1/s"], None),
        ] {
            let args = ["wdt-flags"].iter().chain(args);
            let error = Cli::try_parse_from(args.clone()).expect_err("refused");
            let said = with_tip(error).to_string();
            match told {
                Some(told) => assert!(said.contains("tip: ") && said.contains(told), "{said}"),
                None => assert!(!said.contains("wdt-flags check"), "{said}"),
            }
        }
    }
}
