//! The shape of an xlsx file's worksheet.

use quick_xml::events::BytesStart;

use super::Shape;
use super::package::{Package, attribute, elements};
use crate::sheet::columns::by_letter;
use crate::sheet::input::Input;

pub(super) fn read(input: &Input, at: usize) -> Option<Shape> {
    let mut package = Package::open(input)?;
    let part = package.worksheet(|workbook| nth_sheet(workbook, at))?;
    let mut shape = Shape::default();
    let mut row = 0;
    elements(package.part(&part)?, |element| {
        match element.local_name().as_ref() {
            "row" => {
                let number = attribute(element, "r").and_then(|number| number.parse().ok());
                row = number.unwrap_or(row + 1);
                if is_hidden(element) {
                    shape.hide(row, row);
                }
            }
            "mergeCell" => {
                let cells = attribute(element, "ref");
                if let Some((rows, columns)) = cells.as_deref().and_then(corners) {
                    shape.merge(rows, columns);
                }
            }
            _ => {}
        }
        true
    })?;
    Some(shape)
}

/// The relationship of the n-th worksheet.
fn nth_sheet(workbook: &[u8], at: usize) -> Option<String> {
    let mut found = None;
    let mut before = at;
    elements(workbook, |element| {
        if element.local_name().as_ref() != "sheet" {
            return true;
        }
        if before == 0 {
            found = attribute(element, "id");
            return false;
        }
        before -= 1;
        true
    })?;
    found
}

fn is_hidden(row: &BytesStart<'_>) -> bool {
    let is_set = |name| attribute(row, name).is_some_and(|it| it == "1" || it == "true");
    let height = || attribute(row, "ht").and_then(|height| height.parse::<f64>().ok());
    is_set("hidden") || is_set("customHeight") && height() == Some(0.0)
}

/// The rows and columns of `A2:B4`.
fn corners(cells: &str) -> Option<((u64, u64), (usize, usize))> {
    let corner = |cell: &str| {
        let cell = cell.replace('$', "");
        let digits = cell.find(|c: char| c.is_ascii_digit())?;
        let (letters, row) = cell.split_at(digits);
        Some((row.parse::<u64>().ok()?, by_letter(letters)?))
    };
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let ((top, left), (bottom, right)) = (corner(first)?, corner(last)?);
    Some(((top, bottom), (left, right)))
}
