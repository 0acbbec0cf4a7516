//! The shape of an ods file's table.

use std::io::BufReader;

use quick_xml::events::{BytesStart, Event};

use super::Shape;
use super::package::{Package, attribute};
use crate::sheet::input::Input;

pub(super) fn read(input: &Input, name: &str) -> Option<Shape> {
    let mut package = Package::open(input)?;
    let content = BufReader::new(package.part("content.xml")?);
    let mut xml = quick_xml::Reader::from_reader(content);
    let config = xml.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut table = Table::default();
    // Tables within its cells are not its own.
    let mut depth = 0;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).ok()? {
            Event::Start(element) if element.local_name().as_ref() == "table" => {
                let is_it = depth > 0 || attribute(&element, "name").as_deref() == Some(name);
                depth += u32::from(is_it);
            }
            Event::Start(element) if depth == 1 => table.open(&element),
            Event::End(element) if depth > 0 => match element.local_name().as_ref() {
                "table" if depth == 1 => return Some(table.shape),
                "table" => depth -= 1,
                "table-row-group" if depth == 1 => {
                    table.groups.truncate(table.groups.len().saturating_sub(1))
                }
                _ => {}
            },
            Event::Eof => return None,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Table {
    shape: Shape,
    /// For each group of rows that is open, whether it is folded away.
    groups: Vec<bool>,
    /// The last row that was opened, repetitions included.
    row: u64,
    /// Columns of it so far.
    columns: usize,
}

impl Table {
    fn open(&mut self, element: &BytesStart<'_>) {
        let count = |name| {
            let count = attribute(element, name).and_then(|count| count.parse::<u32>().ok());
            count.unwrap_or(1).max(1)
        };
        match element.local_name().as_ref() {
            "table-row-group" => {
                let display = attribute(element, "display");
                self.groups.push(display.as_deref() == Some("false"));
            }
            "table-row" => {
                let first = self.row + 1;
                self.row += u64::from(count("number-rows-repeated"));
                self.columns = 0;
                let visibility = attribute(element, "visibility");
                let is_hidden = matches!(visibility.as_deref(), Some("collapse" | "filter"));
                if is_hidden || self.groups.contains(&true) {
                    self.shape.hide(first, self.row);
                }
            }
            "table-cell" | "covered-table-cell" => {
                let (rows, columns) = (
                    count("number-rows-spanned"),
                    count("number-columns-spanned") as usize,
                );
                let last = self.row + u64::from(rows) - 1;
                let column = self.columns;
                self.shape
                    .merge((self.row, last), (column, column + columns - 1));
                self.columns = column.saturating_add(count("number-columns-repeated") as usize);
            }
            _ => {}
        }
    }
}
