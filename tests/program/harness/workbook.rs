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
    let xml = part(path, "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("<f>") && !xml.contains("<f "), "{xml}");
    let mut rows = xml.split("<row ").skip(1).map(cells);
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

fn cells(row: &str) -> Vec<String> {
    let mut cells = Vec::new();
    for cell in row.split("<c r=\"").skip(1) {
        let letter = cell.chars().next().expect("a column");
        let column = usize::from(u8::try_from(letter).expect("few columns") - b'A');
        let content = cell
            .split_once("preserve\">")
            .or_else(|| cell.split_once("<v>"));
        let (_, content) = content.expect("a value");
        let (text, _) = content.split_once("</").expect("an end");
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        cells.resize(column, String::new());
        cells.push(text.replace("&amp;", "&"));
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
