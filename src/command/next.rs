//! The command that comes next, ready to be typed: the one that was typed, without what does not hold
//! for the file that is given next, or for the hour.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::iter::once;
use std::path::{self, Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli;
use crate::files::Status;
use crate::language::say;
use crate::outputs::Next;
use crate::run::Report;
use crate::sheet::{Appended, Sheet};

const PROGRAM: &str = "wdt-flags";

/// What was asked for once.
const ONCE: &str = "limit fresh deadline";
/// What holds for the sheet and not for the rows that are given back, which have a header and the
/// flags that were sent; and the files, which get names of their own.
const OF_SHEET: &str = "flag clear allow_empty header_line no_header sheet visible_only include_hidden \
    encoding delimiter results failures";
/// What tells of the night, and not of the morning's correction.
const OF_NIGHT: &str = "format summary log metrics report notify keyword";

pub struct NextCommand {
    definition: Command,
    /// The command that was typed, by its name, and what was typed for it.
    command: String,
    matches: ArgMatches,
    /// Of columns, which hold for the failures file where letters may not.
    headers: BTreeMap<&'static str, String>,
    /// Where names of files begin, for somebody who reads them elsewhere.
    base: Option<PathBuf>,
}

impl NextCommand {
    pub fn new(sheet: &Sheet) -> Self {
        let layout = sheet.layout();
        let is_alone = |header: &String| {
            let same = sheet.columns().iter().filter(|it| *it == header);
            !header.is_empty() && same.count() == 1
        };
        let mut headers = BTreeMap::from([("order_column", layout.order_column.clone())]);
        headers.extend(layout.flag_column.clone().map(|it| ("flag_column", it)));
        headers.retain(|_, header| is_alone(header));
        // A log or a mail is read anywhere.
        let is_elsewhere = !io::stdout().is_terminal();
        let base = is_elsewhere.then(|| env::current_dir().ok()).flatten();
        NextCommand::of(env::args_os(), headers, base)
    }

    fn of(
        args: impl Iterator<Item = OsString>,
        headers: BTreeMap<&'static str, String>,
        base: Option<PathBuf>,
    ) -> Self {
        let mut definition = cli::command();
        let matches = definition.try_get_matches_from_mut(args);
        let typed = matches.unwrap_or_default().remove_subcommand();
        let (command, matches) = typed.unwrap_or_default();
        NextCommand {
            definition,
            command,
            matches,
            headers,
            base,
        }
    }

    /// `run` with all that was typed, after a look at what it would send.
    pub fn run(&self) -> Next {
        next(self.words("run", None, &["dry_run format summary"]))
    }

    fn has(&self, id: &str) -> bool {
        let is_known = self.matches.try_contains_id(id).unwrap_or_default();
        is_known && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    pub fn after(&self, report: &Report) -> Option<Next> {
        let is_tested = match (&report.given_up, &report.stopped) {
            // The same would come of it.
            (Some(error), _) if error.lacks_permission() => return None,
            (Some(_), _) => Some(true),
            (None, Some(reason)) => Some(reason.is_tested_by_ping()),
            (None, None) => (!report.beside.is_empty()).then_some(false),
        };
        if let Some(is_tested) = is_tested {
            return Some(self.again(is_tested));
        }
        let failures = report.failures.as_deref()?;
        if report.rows.given_back() == 0 {
            return None;
        }
        let count = |status| report.rows.count(status);
        if report.kind == Appended::Readings {
            let next = self.over(failures, None);
            return Some(if count(Status::Different) > 0 {
                next
            } else {
                self.once_corrected(next, failures)
            });
        }
        let rejected = count(Status::Rejected);
        let is_trial = self.has("limit") && count(Status::Skipped) > 0;
        if is_trial && rejected + count(Status::Failed) == 0 {
            let next = next(self.words("run", None, &[ONCE]));
            let text = say!("next-whole", command = next.text);
            return Some(Next { text, ..next });
        }
        let next = self.over(failures, Some(&report.results));
        Some(if rejected + count(Status::Invalid) > 0 {
            self.once_corrected(next, failures)
        } else {
            next
        })
    }

    fn once_corrected(&self, next: Next, file: &str) -> Next {
        let text = if self.has("ask") {
            say!("next-correct", file = file)
        } else {
            say!("next-correct-first", file = file, command = next.text)
        };
        Next { text, ..next }
    }

    /// The same command again, once `ping` finds the account to be right, if that tests it.
    fn again(&self, is_tested: bool) -> Next {
        let next = next(self.words(&self.command, None, &["fresh deadline"]));
        if is_tested && !self.has("sandbox") {
            let test = in_words(self.words("ping", None, &[]));
            let text = say!("next-test-first", test = test, command = next.text);
            Next { text, ..next }
        } else {
            next
        }
    }

    /// `run` over the failures of a run with these results, or over what verifying found.
    fn over(&self, failures: &str, results: Option<&str>) -> Next {
        let mut words = self.words("run", Some(failures), &[ONCE, OF_SHEET, OF_NIGHT]);
        let is_named = self.has("results") || self.has("failures");
        if let Some(results) = results.filter(|_| is_named) {
            for (option, file) in [("--results=", results), ("--failures=", failures)] {
                words.push(
                    [option.into(), self.found(file.as_ref())]
                        .into_iter()
                        .collect(),
                );
            }
        }
        next(words)
    }

    /// A command with what it takes of what was typed, and with another sheet if one is given.
    fn words(&self, command: &str, sheet: Option<&str>, dropped: &[&str]) -> Vec<OsString> {
        let args = |command| {
            let command = self.definition.find_subcommand(command).into_iter();
            command.flat_map(Command::get_arguments)
        };
        let dropped = dropped.join(" ");
        let is_kept = |id: &str| {
            let is_dropped = dropped.split(' ').any(|it| it == id)
                || id == "modified_within" && !self.has("skip_unchanged");
            self.has(id) && !is_dropped && args(command).any(|arg| arg.get_id() == id)
        };
        let kept = args(&self.command).filter(|arg| is_kept(arg.get_id().as_str()));
        let words = kept.map(|arg| self.word(arg, sheet));
        once(command.into()).chain(words).collect()
    }

    /// The sheet, or an option with its value.
    fn word(&self, arg: &Arg, sheet: Option<&str>) -> OsString {
        let id = arg.get_id().as_str();
        let raw = || self.matches.get_raw(id)?.next().map(OsStr::to_owned);
        let value = self.headers.get(id).map(OsString::from);
        let mut value = value.or_else(raw).unwrap_or_default();
        if arg.is_positional() {
            let sheet = sheet.map_or(value, OsString::from);
            return not_an_option(&self.found(&sheet));
        }
        if arg.get_value_parser().type_id() == TypeId::of::<PathBuf>() {
            value = self.found(&value);
        }
        let option = format!("--{}", arg.get_long().unwrap_or_default());
        if let ArgAction::Count = arg.get_action() {
            let letter = String::from(arg.get_short().unwrap_or_default());
            format!("-{}", letter.repeat(self.matches.get_count(id).into())).into()
        } else if arg.get_action().takes_values() {
            [(option + "=").into(), value].into_iter().collect()
        } else {
            option.into()
        }
    }

    /// The name of a file as it is found from everywhere, if it is read elsewhere.
    fn found(&self, file: &OsStr) -> OsString {
        let base = self.base.as_ref().filter(|_| file != "-");
        let whole = base.and_then(|base| path::absolute(base.join(file)).ok());
        whole.map_or_else(|| file.to_owned(), PathBuf::into_os_string)
    }
}

/// The command with these arguments.
fn next(args: Vec<OsString>) -> Next {
    let words = once(PROGRAM.into()).chain(args.iter().cloned());
    let argv = words.map(|it| it.to_string_lossy().into_owned()).collect();
    let command = in_words(args);
    Next {
        argv,
        text: command.clone(),
        command,
    }
}

fn not_an_option(path: &OsStr) -> OsString {
    if path.to_string_lossy().starts_with('-') && path != "-" {
        Path::new(".").join(path).into_os_string()
    } else {
        path.to_owned()
    }
}

/// This program with its arguments, as a shell takes them.
pub(super) fn in_words(args: impl IntoIterator<Item = OsString>) -> String {
    let words = once(PROGRAM.into()).chain(args);
    let words: Vec<_> = words.map(|it| in_shell(&it.to_string_lossy())).collect();
    words.join(" ")
}

pub(super) fn in_shell(arg: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c) || cfg!(windows) && c == '\\';
    if !arg.is_empty() && arg.chars().all(is_plain) {
        arg.to_owned()
    } else if cfg!(windows) {
        format!("\"{arg}\"")
    } else {
        format!("'{}'", arg.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
#[cfg(not(windows))]
mod tests {
    use super::*;

    fn typed_in(base: Option<&str>, line: &str) -> NextCommand {
        let args = format!("{PROGRAM} {line}");
        let args = args.split(' ').map(|word| word.replace('_', " ").into());
        let headers = BTreeMap::from([("order_column", "单 号".to_owned())]);
        NextCommand::of(args, headers, base.map(PathBuf::from))
    }

    fn typed(line: &str) -> NextCommand {
        typed_in(None, line)
    }

    const NEXT: &str = "
run x.csv => run f.csv
run x.csv --on-conflict invalid -j4 -y => run f.csv --on-conflict=invalid --workers=4 --yes
-vv run --rate=9/s --limit 3 x.csv --fresh => run f.csv --rate=9/s -vv
run x.xlsx --sheet a --header-line 3 --encoding gbk --visible-only --deadline 6h => run f.csv
run x.csv --no-header --order-column A --flag 加急 => run f.csv '--order-column=单 号'
run x.csv --flag-column B --delimiter ; => run f.csv --flag-column=B
run x.csv --format json --log l --summary s --metrics m => run f.csv
run x.csv --flag-column=-b --profile a_b => run f.csv --flag-column=-b '--profile=a b'
run x.csv --skip-unchanged --modified-within 2d => run f.csv --skip-unchanged --modified-within=2d
run - -o r.csv => run f.csv --results=r.csv --failures=f.csv
verify x.csv -o v.csv --modified-within 2d --timeout 9s => run f.csv --timeout=9s --results=r.csv --failures=f.csv
run --sandbox -- -x.csv => run f.csv --sandbox";

    #[test]
    fn what_is_typed_goes_on_but_for_what_is_of_the_sheet() {
        for row in NEXT.trim().lines() {
            let (line, next) = row.split_once(" => ").expect(row);
            let command = typed(line).over("f.csv", Some("r.csv")).text;
            assert_eq!(command, format!("{PROGRAM} {next}"), "{line}");
        }
        let verified = typed("verify -- -x.csv")
            .over("-x.different.csv", None)
            .text;
        assert_eq!(verified, "wdt-flags run ./-x.different.csv");
    }

    #[test]
    fn the_same_command_again_does_not_start_over() {
        let line =
            "run my_orders.csv --fresh --limit 3 --config c.toml --retries 0 --timeout 9s -v";
        assert_eq!(
            typed(line).again(true).text,
            "wdt-flags ping --config=c.toml --timeout=9s -v; once that is accepted: \
             wdt-flags run 'my orders.csv' --config=c.toml --retries=0 --timeout=9s --limit=3 -v"
        );
    }

    #[test]
    fn files_are_found_from_everywhere_where_it_is_read_elsewhere() {
        let line = "run ./-x.csv --config c.toml --ca-file=/etc/ca.pem --profile p -o r.csv";
        let next = typed_in(Some("/srv/my flags"), line);
        let in_place = "--profile=p '--config=/srv/my flags/c.toml' --ca-file=/etc/ca.pem";
        assert_eq!(
            next.over("-f.csv", Some("out/r.csv")).text,
            format!(
                "wdt-flags run '/srv/my flags/-f.csv' {in_place} \
                 '--results=/srv/my flags/out/r.csv' '--failures=/srv/my flags/-f.csv'"
            )
        );
        let again = next.again(false).text;
        assert!(
            again.starts_with("wdt-flags run '/srv/my flags/-x.csv' "),
            "{again}"
        );
        let piped = typed_in(Some("/srv"), "run - -o r.csv").again(false).text;
        assert_eq!(piped, "wdt-flags run - --results=/srv/r.csv");
    }

    #[test]
    fn arguments_are_quoted_where_a_shell_needs_it() {
        let args = ["采购/orders.csv", "my orders.csv", "it's", "$HOME", ""].map(in_shell);
        assert_eq!(
            args.join(" "),
            "采购/orders.csv 'my orders.csv' 'it'\\''s' '$HOME' ''"
        );
    }
}
