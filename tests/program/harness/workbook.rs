//! Workbooks of results and failures, read back, and as a person saves them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rust_xlsxwriter::Workbook;
use zip::ZipArchive;

use super::Table;

/// A part of a workbook as text.
pub fn part(path: &Path, name: &str) -> String {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut archive = ZipArchive::new(file).expect("an archive");
    let mut text = String::new();
    let mut part = archive.by_name(name).expect("a part");
    part.read_to_string(&mut text).expect("UTF-8");
    text
}

/// Taken apart strictly, as only this program writes it: the header first, and no formula.
pub fn read(path: &Path) -> Table {
    let texts = part(path, "xl/sharedStrings.xml");
    let texts: Vec<String> = texts.split("<t").skip(1).map(text).collect();
    let xml = part(path, "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("<f>") && !xml.contains("<f "), "{xml}");
    let mut rows = xml.split("<row ").skip(1).map(|row| cells(row, &texts));
    let header = rows.next().expect("a header");
    let width = header.len();
    Table {
        header,
        rows: rows
            .map(|mut row| {
                row.resize(width, String::new());
                row
            })
            .collect(),
    }
}

/// The text that an element's rest begins with.
fn text(rest: &str) -> String {
    let (_, text) = rest.split_once('>').expect("a tag");
    let (text, _) = text.split_once("</").expect("an end");
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}

fn cells(row: &str, texts: &[String]) -> Vec<String> {
    let mut cells = Vec::new();
    for cell in row.split("<c r=\"").skip(1) {
        let letter = cell.chars().next().expect("a column");
        let column = usize::from(u8::try_from(letter).expect("few columns") - b'A');
        let (start, value) = cell.split_once("<v").expect("a value");
        let value = text(value);
        cells.resize(column, String::new());
        cells.push(if start.contains("t=\"s\"") {
            texts[value.parse::<usize>().expect("a number")].clone()
        } else {
            value
        });
    }
    cells
}

/// As a spreadsheet saves it: texts apart from the cells, numbers as numbers.
pub fn save_workbook(path: &Path, table: &Table) {
    let mut workbook = Workbook::new();
    let worksheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(std::iter::once(&table.header).chain(&table.rows)) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let is_number =
                ["line", "attempts", "code"].contains(&&*table.header[usize::from(column)]);
            let written = match cell.parse::<f64>() {
                Ok(number) if is_number => worksheet.write_number(row, column, number),
                _ => worksheet.write_string(row, column, cell),
            };
            written.expect("written");
        }
    }
    workbook.save(path).expect("saved");
}
