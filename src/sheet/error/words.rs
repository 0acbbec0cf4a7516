//! The words for what is wrong with a sheet.

use std::fmt;

use super::Fault;
use crate::erp::field::Field;
use crate::language::say;
use crate::sheet::columns::{HEADER_SEARCH_LINES, letter};
use crate::text::{self, all, first, first_of, list, quoted, size};

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Fault::NotFound => say!("sheet-not-found"),
            Fault::Directory => say!("sheet-directory"),
            Fault::Open(error) => say!("sheet-not-opened", why = error.to_string()),
            Fault::Read(error) => say!("sheet-not-read", why = error.to_string()),
            Fault::Spool(error) => say!(
                "sheet-not-spooled",
                directory = std::env::temp_dir().display().to_string(),
                why = error.to_string()
            ),
            Fault::Changed => say!("sheet-changed"),
            Fault::Empty => say!("sheet-empty"),
            Fault::UnknownEncoding(label) => {
                say!("sheet-unknown-encoding", encoding = quoted(label))
            }
            Fault::Delimiter(delimiter) => {
                say!("sheet-delimiter", delimiter = format!("{delimiter:?}"))
            }
            Fault::GivenFlag(problem) => problem.to_string(),
            Fault::Malformed {
                line,
                encoding,
                guessed: false,
            } => say!(
                "sheet-malformed",
                line = line,
                encoding = encoding.to_string()
            ),
            Fault::Malformed {
                line,
                encoding,
                guessed: true,
            } => say!(
                "sheet-malformed-guess",
                line = line,
                encoding = encoding.to_string()
            ),
            Fault::ZeroBytes => say!("sheet-zero-bytes"),
            Fault::SaveAgain(what) => say!("sheet-save-again", what = what.to_string()),
            Fault::BehindMark(what) => say!("sheet-behind-mark", what = what.to_string()),
            Fault::Encrypted => say!("sheet-encrypted"),
            Fault::LockFile { program, document } => {
                say!(
                    "sheet-lock-file",
                    program = program.to_string(),
                    document = document
                )
            }
            Fault::NotASheet(what) => say!("sheet-not-a-sheet", what = what.to_string()),
            Fault::NoTable => say!("sheet-no-table"),
            Fault::CutTable => say!("sheet-cut-table"),
            Fault::BadXml { line } => say!("sheet-bad-xml", line = line),
            Fault::Password => say!("sheet-password"),
            Fault::Workbook(damage) => say!("sheet-damaged", damage = damage.to_string()),
            Fault::TooLarge { limit } => say!("sheet-too-large", limit = size(*limit)),
            Fault::UnknownWorksheet {
                asked,
                worksheets,
                count,
            } => say!(
                "sheet-unknown-worksheet",
                asked = quoted(asked),
                worksheets = first_of(worksheets, *count)
            ),
            Fault::SeveralWorksheets {
                found,
                are_named: true,
            } => say!("sheet-several-worksheets", worksheets = with_rows(found)),
            Fault::SeveralWorksheets {
                found,
                are_named: false,
            } => say!("sheet-several-tables", tables = with_rows(found)),
            Fault::HiddenWorksheets(found) => {
                say!("sheet-hidden-worksheets", worksheets = with_rows(found))
            }
            Fault::UnreadableWorksheet { name, damage } => say!(
                "sheet-unreadable-worksheet",
                worksheet = quoted(name),
                damage = damage.to_string()
            ),
            Fault::InWorksheet { title, fault } => say!(
                "sheet-in-worksheet",
                worksheet = title,
                fault = fault.to_string()
            ),
            Fault::OtherHeader {
                worksheets: [first, other],
                column,
                headers: [first_header, other_header],
            } => say!(
                "sheet-other-header",
                first = quoted(first),
                other = quoted(other),
                column = letter(*column),
                first_header = quoted(first_header),
                other_header = quoted(other_header)
            ),
            Fault::NoWorksheets => say!("sheet-no-worksheets"),
            Fault::NoHiddenRows => say!("sheet-no-hidden-rows"),
            Fault::MergedHeader {
                line,
                header,
                field,
                columns: (from, to),
            } => say!(
                "sheet-merged-header",
                line = line,
                header = quoted(header),
                from = letter(*from),
                to = letter(*to),
                column = field.title(),
                option = field.option()
            ),
            Fault::MissingColumn {
                absent,
                line,
                is_given,
                headers,
                is_text,
                guessed,
            } => missing(absent, *line, *is_given, headers, *is_text, *guessed),
            Fault::HeaderBelow { line } => say!("sheet-header-below", line = line),
            Fault::Labels { line } => say!("sheet-labels", line = line),
            Fault::NoSuchLine(line) => say!("sheet-no-such-line", line = line),
            Fault::SeveralHeaders(lines) => say!(
                "sheet-several-headers",
                lines = lines.join(&say!("sheet-clause-separator"))
            ),
            Fault::HeaderIsData { line, cell } => {
                say!("sheet-header-is-data", line = line, cell = cell)
            }
            Fault::NoLineColumn { line } => say!("sheet-no-line-column", line = line),
            Fault::OwnColumnTwice { line, column } => {
                say!(
                    "sheet-own-column-twice",
                    line = line,
                    column = column.to_string()
                )
            }
            Fault::AmbiguousColumn {
                line,
                field,
                columns,
            } => say!(
                "sheet-ambiguous-column",
                line = line,
                column = field.title(),
                columns = all(columns),
                option = field.option()
            ),
            Fault::SameColumn { line, column } => {
                say!("sheet-same-column", line = line, column = column)
            }
            Fault::UnclosedQuote { line, column } => {
                say!("sheet-unclosed-quote", line = line, column = column)
            }
            Fault::TooLong { line } => say!("sheet-too-long", line = line),
            Fault::TooLongQuote {
                line,
                opened,
                column,
            } => say!(
                "sheet-too-long-quote",
                line = line,
                opened = opened,
                column = column
            ),
        })
    }
}

/// Titles of worksheets with how many rows each has.
fn with_rows(worksheets: &[(String, u64)]) -> String {
    let titles = worksheets.iter().map(|(title, rows)| {
        let rows = text::rows(*rows);
        say!("sheet-with-rows", title = title, rows = rows)
    });
    first(&titles.collect::<Vec<_>>())
}

fn missing(
    absent: &[(Field, Option<String>)],
    line: u64,
    is_given: bool,
    headers: &[String],
    is_text: bool,
    guessed: Option<&str>,
) -> String {
    let columns = absent.iter().map(|(field, given)| match given {
        Some(given) => say!(
            "sheet-no-given-column",
            column = field.title(),
            given = quoted(given)
        ),
        None => say!(
            "sheet-no-column",
            column = field.title(),
            names = field.usual_names()
        ),
    });
    let columns = columns.reduce(|one, other| say!("sheet-no-columns", one = one, other = other));
    let columns = columns.unwrap_or_default();
    let headers_there = list(headers);
    let place = if is_given {
        say!(
            "sheet-missing-on-line",
            columns = columns,
            line = line,
            headers = headers_there
        )
    } else {
        say!(
            "sheet-missing",
            columns = columns,
            searched = HEADER_SEARCH_LINES,
            line = line,
            headers = headers_there
        )
    };
    let options = absent.iter().map(|(field, _)| field.option().to_owned());
    let options = options.reduce(|one, other| say!("sheet-both-options", one = one, other = other));
    let options = options.unwrap_or_default();
    let advice = match (is_given, is_text) {
        (true, _) => say!("sheet-name-it-or-line", options = options),
        (false, true) => say!("sheet-name-it-or-separator", options = options),
        (false, false) => say!("sheet-name-it-or-worksheet", options = options),
    };
    // Somebody who gives all orders one flag has no column for it.
    let has_one_column = headers.iter().filter(|header| !header.is_empty()).count() < 2;
    let one_flag =
        matches!(absent, [.., (Field::FlagName, None)]) && (absent.len() == 1 || has_one_column);
    let has_numbers = |header: &String| header.contains(|c: char| c.is_ascii_digit());
    let no_header = !is_given && absent.len() == 2 && headers.iter().any(has_numbers);
    let clauses = [
        Some(place),
        Some(advice),
        one_flag.then(|| say!("sheet-or-one-flag")),
        no_header.then(|| say!("sheet-or-no-header")),
        guessed.map(|encoding| say!("sheet-or-encoding", encoding = encoding)),
    ];
    let clauses: Vec<String> = clauses.into_iter().flatten().collect();
    clauses.join(&say!("sheet-clause-separator"))
}
