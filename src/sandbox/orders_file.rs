//! The orders that are there from the start, read from a CSV file.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;
use serde::Deserialize;

use super::clock::parse_local_time;
use super::config::Order;
use super::protocol::{MAX_FLAG_CHARS, MAX_ORDER_CHARS};
use crate::language::say;

/// A row, by its own names or those of the API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    #[serde(alias = "purchase_no")]
    order: &'a str,
    #[serde(default, alias = "flag_name")]
    flag: &'a str,
    #[serde(default)]
    modified: &'a str,
}

/// Reads a file with a header of `order`, `flag` and `modified`, of which only the first must be
/// there. An empty flag is none; an empty time, or none, is when the stand-in starts.
///
/// # Errors
///
/// Text for people: which file, which line, and how it should be.
pub fn read_orders(file: &Path) -> Result<Vec<Order>, String> {
    let name = || file.display().to_string();
    let content = fs::read(file).map_err(|error| {
        let why = error.to_string();
        say!("sandbox-orders-unreadable", file = name(), why = why)
    })?;
    read(&content).map_err(|line| {
        let (order, flag) = (MAX_ORDER_CHARS, MAX_FLAG_CHARS);
        say!(
            "sandbox-orders-line",
            file = name(),
            line = line,
            order = order,
            flag = flag
        )
    })
}

/// The orders, or the line that is wrong.
fn read(content: &[u8]) -> Result<Vec<Order>, usize> {
    let mut builder = ReaderBuilder::new();
    let mut reader = builder.trim(Trim::Headers).from_reader(content);
    let header = reader.headers().map_err(|_| 1_usize)?.clone();
    // It can be read as a row if its names are right.
    let _: Row<'_> = header.deserialize(Some(&header)).map_err(|_| 1_usize)?;
    let mut record = StringRecord::new();
    let (mut orders, mut numbers) = (Vec::new(), HashSet::new());
    loop {
        let order = match reader.read_record(&mut record) {
            Ok(false) => return Ok(orders),
            Ok(true) => order(&record, &header),
            Err(_) => None,
        };
        let order = order.filter(|order| numbers.insert(order.number.clone()));
        // The reader stands behind the line, or between the two bytes of its end.
        let end = usize::try_from(reader.position().byte()).unwrap_or_default();
        let before = || content.iter().take(end.saturating_sub(1));
        orders.push(order.ok_or_else(|| 1 + before().filter(|byte| **byte == b'\n').count())?);
    }
}

fn order(record: &StringRecord, header: &StringRecord) -> Option<Order> {
    let row: Row<'_> = record.deserialize(Some(header)).ok()?;
    let [order, flag] = [row.order, row.flag].map(|text| text.chars().count());
    let is_good = (1..=MAX_ORDER_CHARS).contains(&order) && flag <= MAX_FLAG_CHARS;
    let modified = match (row.modified, parse_local_time(row.modified)) {
        ("", _) => None,
        (_, Some(seconds)) => Some(Timestamp::from_second(seconds).ok()?),
        (text, None) => Some(text.parse().ok()?),
    };
    is_good.then(|| Order {
        number: row.order.to_owned(),
        flag: row.flag.to_owned(),
        modified,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(read(own.as_bytes()), Ok(expected.clone()));
        let apis = "\u{feff}modified, purchase_no,flag_name\r\n2012-01-01T00:00:00+08:00,CG1,加急\r\n\
            2012-01-01 00:00:00,\"CG,2\",\r\n\r\n,CG3,无";
        assert_eq!(read(apis.as_bytes()), Ok(expected));
        assert_eq!(read(b"order\nCG1\n"), Ok(vec![order("CG1", "", None)]));
        assert_eq!(read(b"order,flag\n"), Ok(Vec::new()));
    }

    #[test]
    fn a_bad_line_is_named() {
        let long = "9".repeat(41);
        for (content, line) in [
            ("", 1),
            ("flag,modified\n", 1),
            ("order,note\n", 1),
            ("order,purchase_no\n", 1),
            ("order,flag\nCG1,aa\nCG2\n", 3),
            ("\u{feff}order,flag\r\n\r\nCG1,aa\r\n\r\n,aa\r\n", 5),
            (&format!("order\n{long}\n"), 2),
            (&format!("order,flag\nCG1,{long}\n"), 2),
            ("order\n\"CG\n1\"\nCG2\nCG2\n", 5),
            ("order,modified\nCG1,\nCG2,2026/11/1 8:00\n", 3),
            ("order,modified\nCG1,2026-11-31 08:00:00\n", 2),
        ] {
            assert_eq!(read(content.as_bytes()), Err(line), "{content}");
        }
        assert_eq!(read(b"order,flag\nCG1,aa\nCG2,\xbc\xd3\n"), Err(3));
        assert_eq!(read(b"order,\xb1\xea\n"), Err(1));
    }
}
