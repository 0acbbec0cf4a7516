//! The orders that are there from the start, read from a CSV file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use csv::{ErrorKind, Position, Reader, StringRecord};
use jiff::Timestamp;
use thiserror::Error;

use super::clock::parse_local_time;
use super::config::Order;
use super::protocol::{MAX_FLAG_CHARS, MAX_ORDER_CHARS};
use crate::language::say;
use crate::text::quoted;

/// Each with the name that the API gives it.
const COLUMNS: [[&str; 2]; 3] = [
    ["order", "purchase_no"],
    ["flag", "flag_name"],
    ["modified", "modified"],
];

#[derive(Debug, Error)]
#[error(
    "{}",
    say!("sandbox-orders-file", file = file.display().to_string(), fault = fault.to_string())
)]
pub struct OrdersFileError {
    file: PathBuf,
    fault: Fault,
}

#[derive(Debug, Error)]
enum Fault {
    #[error("{}", say!("sandbox-orders-unreadable", why = _0.to_string()))]
    Read(#[from] io::Error),
    #[error(
        "{}",
        say!(
            "sandbox-orders-cell",
            line = line,
            column = column.as_str(),
            wrong = wrong.as_str()
        )
    )]
    Cell {
        line: u64,
        column: String,
        wrong: String,
    },
    #[error(
        "{}",
        say!("sandbox-orders-fields", line = line, found = found, expected = expected)
    )]
    Fields {
        line: u64,
        found: u64,
        expected: u64,
    },
    #[error("{}", say!("sandbox-orders-no-column"))]
    NoOrderColumn,
}

/// Reads a file with a header of `order`, `flag` and `modified`, of which only the first must be
/// there. An empty flag is none; an empty time, or none, is when the stand-in starts.
pub fn read_orders(file: &Path) -> Result<Vec<Order>, OrdersFileError> {
    read(file).map_err(|fault| OrdersFileError {
        file: file.to_owned(),
        fault,
    })
}

fn read(file: &Path) -> Result<Vec<Order>, Fault> {
    let content = fs::read(file)?;
    let mut reader = Reader::from_reader(&*content);
    let header = reader.headers();
    let header = header
        .map_err(|error| fault(error, &content, None))?
        .clone();
    let places = places(&header)?;
    let mut lines = HashMap::new();
    let mut orders = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(error, &content, Some(&header)))?;
        let line = line(&content, record.position());
        let cell = |column: usize| places[column].and_then(|at| record.get(at));
        let wrong = |(column, wrong): (usize, String)| Fault::Cell {
            line,
            column: COLUMNS[column][0].to_owned(),
            wrong,
        };
        let order = order(cell).map_err(wrong)?;
        if let Some(first) = lines.insert(order.number.clone(), line) {
            let order = quoted(&order.number);
            let again = say!("sandbox-orders-again", order = order, first = first);
            return Err(wrong((0, again)));
        }
        orders.push(order);
    }
    Ok(orders)
}

/// The line on which a record has its first field: the reader takes empty lines before it, and the
/// second half of the line end before it, for part of it.
fn line(content: &[u8], position: Option<&Position>) -> u64 {
    let Some(position) = position else {
        return 1;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ends = content.get(start..).unwrap_or_default().iter();
    let ends = ends.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

/// Where each of [`COLUMNS`] is.
fn places(header: &StringRecord) -> Result<[Option<usize>; COLUMNS.len()], Fault> {
    let mut places = [None; COLUMNS.len()];
    for (at, name) in header.iter().enumerate() {
        let wrong = |wrong: String| Fault::Cell {
            line: 1,
            column: quoted(name),
            wrong,
        };
        let column = COLUMNS
            .iter()
            .position(|names| names.contains(&name.trim()));
        let column = column.ok_or_else(|| wrong(say!("sandbox-orders-unknown")))?;
        if places[column].replace(at).is_some() {
            return Err(wrong(say!("sandbox-orders-twice")));
        }
    }
    match places[0] {
        Some(_) => Ok(places),
        None => Err(Fault::NoOrderColumn),
    }
}

/// A row's order, or the column that is wrong and how.
fn order<'a>(cell: impl Fn(usize) -> Option<&'a str>) -> Result<Order, (usize, String)> {
    let text = |column: usize, max: usize| {
        let text = cell(column).unwrap_or_default();
        match text.chars().count() {
            length if length > max => Err((column, say!("sandbox-orders-long", max = max))),
            _ => Ok(text.to_owned()),
        }
    };
    let number = text(0, MAX_ORDER_CHARS)?;
    if number.is_empty() {
        return Err((0, say!("sandbox-orders-empty")));
    }
    Ok(Order {
        number,
        flag: text(1, MAX_FLAG_CHARS)?,
        modified: match cell(2) {
            None | Some("") => None,
            Some(text) => Some(
                time(text).ok_or_else(|| (2, say!("sandbox-orders-time", text = quoted(text))))?,
            ),
        },
    })
}

fn time(text: &str) -> Option<Timestamp> {
    match parse_local_time(text) {
        Some(seconds) => Timestamp::from_second(seconds).ok(),
        None => text.parse().ok(),
    }
}

fn fault(error: csv::Error, content: &[u8], header: Option<&StringRecord>) -> Fault {
    match error.kind() {
        ErrorKind::Utf8 { pos, err } => Fault::Cell {
            line: line(content, pos.as_ref()),
            column: match header.and_then(|header| header.get(err.field())) {
                Some(name) => name.trim().to_owned(),
                None => (err.field() + 1).to_string(),
            },
            wrong: say!("sandbox-orders-encoding"),
        },
        ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => Fault::Fields {
            line: line(content, pos.as_ref()),
            found: *len,
            expected: *expected_len,
        },
        _ => Fault::Read(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(content: impl AsRef<[u8]>) -> Result<Vec<Order>, String> {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("there.csv");
        fs::write(&file, content).expect("written");
        read_orders(&file).map_err(|error| {
            let error = error.to_string();
            let place = error.strip_prefix(&format!("{}: ", file.display()));
            place.expect("the file's name first").to_owned()
        })
    }

    fn order(number: &str, flag: &str, modified: Option<i64>) -> Order {
        Order {
            number: number.to_owned(),
            flag: flag.to_owned(),
            modified: modified.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        }
    }

    #[test]
    fn either_names_any_order_of_columns_and_both_forms_of_time() {
        let expected = vec![
            order("CG1", "加急", Some(1_325_347_200)),
            order("CG,2", "", Some(1_325_347_200)),
            order("CG3", "无", None),
        ];
        let own = "order,flag,modified\nCG1,加急,2012-01-01 00:00:00\n\
            \"CG,2\",,2011-12-31T16:00:00Z\nCG3,无,\n";
        assert_eq!(orders(own), Ok(expected.clone()));
        let apis = "\u{feff}modified, purchase_no,flag_name\r\n2012-01-01T00:00:00+08:00,CG1,加急\r\n\
            2012-01-01 00:00:00,\"CG,2\",\r\n\r\n,CG3,无";
        assert_eq!(orders(apis), Ok(expected));
        let numbers = vec![order("CG1", "", None), order("CG2", "", None)];
        assert_eq!(orders("order\nCG1\nCG2\n"), Ok(numbers));
        assert_eq!(orders("order,flag\n"), Ok(Vec::new()));
    }

    #[test]
    fn a_bad_line_is_named() {
        let long = "9".repeat(41);
        let times = "such as 2026-11-01 08:00:00 (in Beijing) or 2026-11-01T00:00:00Z";
        for (content, expected) in [
            ("", "line 1 has no column order".to_owned()),
            ("flag,modified\n", "line 1 has no column order".to_owned()),
            (
                "order,note\n",
                "line 1, column \"note\": only order, flag and modified are known".to_owned(),
            ),
            (
                "order,purchase_no\n",
                "line 1, column \"purchase_no\": is there twice".to_owned(),
            ),
            (
                "order,flag\nCG1,aa\nCG2\n",
                "line 3 has 1 field, the header has 2".to_owned(),
            ),
            (
                "order,flag\nCG1,aa\n\n,aa\n",
                "line 4, column order: is empty".to_owned(),
            ),
            (
                "\u{feff}order,flag\r\n\r\nCG1,aa\r\n\r\n,aa\r\n",
                "line 5, column order: is empty".to_owned(),
            ),
            (
                &format!("order\n{long}\n"),
                "line 2, column order: is longer than 40 characters".to_owned(),
            ),
            (
                &format!("order,flag\nCG1,{long}\n"),
                "line 2, column flag: is longer than 32 characters".to_owned(),
            ),
            (
                "order\n\"CG\n1\"\nCG2\nCG2\n",
                "line 5, column order: \"CG2\" stands on line 4, too".to_owned(),
            ),
            (
                "order,modified\nCG1,2026-11-01 08:00:00\nCG2,2026/11/1 8:00\n",
                format!("line 3, column modified: \"2026/11/1 8:00\" is no time {times}"),
            ),
            (
                "order,modified\nCG1,2026-11-31 08:00:00\n",
                format!("line 2, column modified: \"2026-11-31 08:00:00\" is no time {times}"),
            ),
        ] {
            assert_eq!(orders(content), Err(expected), "{content}");
        }
        assert_eq!(
            orders(b"order,flag\nCG1,aa\nCG2,\xbc\xd3\n"),
            Err("line 3, column flag: is not UTF-8; save the file as UTF-8".to_owned())
        );
        assert_eq!(
            orders(b"order,\xb1\xea\n"),
            Err("line 1, column 2: is not UTF-8; save the file as UTF-8".to_owned())
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read_orders(Path::new("not/there.csv")).expect_err("no file");
        assert!(error.to_string().starts_with("not/there.csv: "), "{error}");
    }
}
