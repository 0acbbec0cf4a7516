//! Workbooks put together byte by byte, for what no program writes any more, or ever should.

use std::io::{Cursor, Read as _, Write as _};

use rust_xlsxwriter::{Workbook, Worksheet};

pub(crate) fn book(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

pub(crate) fn write(sheet: &mut Worksheet, at: (u32, u16), table: &[&[&str]]) {
    for (row, cells) in (at.0..).zip(table) {
        for (column, cell) in (at.1..).zip(*cells) {
            sheet.write(row, column, *cell).unwrap();
        }
    }
}

/// The archive with its parts edited.
pub(crate) fn with_parts(bytes: &[u8], edit: impl Fn(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let content = edit(&name, content);
        parts.push((name, content));
    }
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, part)| (&**name, &**part))
        .collect();
    archive(&parts)
}

pub(crate) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let stored = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, stored).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Rows as `.ods` files have them; the last three are one folded group.
pub(crate) fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<o:document-content><o:body><o:spreadsheet><table:table table:name=\"表\">{rows}\
         </table:table></o:spreadsheet></o:body></o:document-content>"
    );
    archive(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content.as_bytes()),
    ])
}

pub(crate) fn ods_cell(attributes: &str, text: &str) -> String {
    format!(
        "<table:table-cell office:value-type=\"string\" {attributes}><text:p>{text}</text:p>\
         </table:table-cell>"
    )
}

pub(crate) fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|it| it.to_le_bytes()).collect()
}

pub(crate) fn units(text: &str) -> Vec<u8> {
    words(&text.encode_utf16().collect::<Vec<_>>())
}

pub(crate) fn integers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|it| it.to_le_bytes()).collect()
}

/// A record of an xls file ([MS-XLS]).
pub(crate) fn record(kind: u16, bytes: &[u8]) -> Vec<u8> {
    let head = words(&[kind, u16::try_from(bytes.len()).unwrap()]);
    [&head[..], bytes].concat()
}

pub(crate) fn begin(version: u16, what: u16) -> Vec<u8> {
    record(0x0809, &words(&[version, what, 0, 0, 0, 0, 0, 0]))
}

/// A text cell of an xls file.
pub(crate) fn xls_text(row: u16, column: u16, text: &str) -> Vec<u8> {
    let length = text.encode_utf16().count() as u16;
    let head = words(&[row, column, 0, length]);
    record(0x0204, &[&head[..], &[1], &units(text)].concat())
}

/// An xls file with one worksheet.
pub(crate) fn xls_book(version: u16, globals: &[u8], cells: &[u8]) -> Vec<u8> {
    let end = record(0x000A, &[]);
    let sheet = [&begin(version, 0x0010), cells, &end].concat();
    compound("/Workbook", &xls_stream(version, globals, &sheet))
}

/// The records of an xls file with one worksheet, whose own are given whole.
pub(crate) fn xls_stream(version: u16, globals: &[u8], sheet: &[u8]) -> Vec<u8> {
    let end = record(0x000A, &[]);
    let name = match version {
        0x0600 => [&[1, 1], &units("表")[..]].concat(),
        _ => b"\x05Sheet".to_vec(),
    };
    let bound = |start: u32| {
        let bytes = [&start.to_le_bytes()[..], &[0, 0], &name].concat();
        let bound = record(0x0085, &bytes);
        [&begin(version, 0x0005)[..], globals, &bound, &end].concat()
    };
    let start = bound(0).len() as u32;
    [&bound(start), sheet].concat()
}

pub(crate) fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let mut written = file.create_stream(name).unwrap();
    written.write_all(stream).unwrap();
    drop(written);
    file.into_inner().into_inner()
}

/// A record of an xlsb file ([MS-XLSB]).
pub(crate) fn xlsb_record(kind: u16, bytes: &[u8]) -> Vec<u8> {
    let kind = match kind {
        0..0x80 => vec![kind as u8],
        _ => vec![kind as u8 | 0x80, (kind >> 7) as u8],
    };
    [&kind[..], &[bytes.len() as u8], bytes].concat()
}

pub(crate) fn xlsb_row(row: u32, flags: u8) -> Vec<u8> {
    let head = [&integers(&[row, 0])[..], &[44, 1, 0, flags, 0]].concat();
    xlsb_record(0x0000, &head)
}

/// A text of an xlsb file.
pub(crate) fn wide(text: &str) -> Vec<u8> {
    [integers(&[text.encode_utf16().count() as u32]), units(text)].concat()
}

/// An xlsb file with one worksheet and further parts.
pub(crate) fn xlsb_book(
    root_name: &str,
    more: &[(&str, &[u8])],
    cells: &[u8],
    after: &[u8],
) -> Vec<u8> {
    let sheet = [
        &xlsb_record(0x0081, &[]),
        &xlsb_record(0x0094, &integers(&[0, 4, 0, 2])),
        &xlsb_record(0x0091, &[]),
        cells,
        &xlsb_record(0x0092, &[]),
        after,
        &xlsb_record(0x0082, &[]),
    ];
    xlsb_package(root_name, more, &sheet.concat())
}

pub(crate) fn xlsb_package(root_name: &str, more: &[(&str, &[u8])], sheet: &[u8]) -> Vec<u8> {
    let bundle = [integers(&[0, 1]), wide("rId1"), wide("表")].concat();
    let workbook = [(0x009C, &bundle[..]), (0x0090, &[]), (0x009D, &[])];
    let workbook = workbook
        .map(|(kind, bytes)| xlsb_record(kind, bytes))
        .concat();
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let (root, parts) = (
        relation("officeDocument", "xl/workbook.bin"),
        relation("worksheet", "worksheets/sheet1.bin"),
    );
    let mut all: Vec<(&str, &[u8])> = vec![
        (root_name, root.as_bytes()),
        ("xl/_rels/workbook.bin.rels", parts.as_bytes()),
        ("xl/workbook.bin", &workbook),
        ("xl/worksheets/sheet1.bin", sheet),
    ];
    all.extend(more);
    archive(&all)
}

/// An xlsx file with one worksheet, of which all but the cells is given.
pub(crate) fn xlsx_package(sheet: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let relations = |relations: &[(&str, &str)]| {
        let each = relations.iter().zip(1..).map(|((kind, target), id)| {
            format!("<Relationship Id=\"rId{id}\" Type=\"http://x/{kind}\" Target=\"{target}\"/>")
        });
        format!(
            "<Relationships>{}</Relationships>",
            each.collect::<String>()
        )
    };
    let root = relations(&[("officeDocument", "xl/workbook.xml")]);
    let parts = relations(&[("worksheet", "worksheets/sheet1.xml")]);
    let workbook = "<workbook><sheets><sheet name=\"表\" r:id=\"rId1\"/></sheets></workbook>";
    let mut all = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/_rels/workbook.xml.rels", parts.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    all.extend(more.iter().map(|(name, part)| (*name, part.as_bytes())));
    archive(&all)
}

/// An xlsx file with the usual header and these further rows, as they stand in its part.
pub(crate) fn xlsx_rows(rows: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let header = ["采购单号", "标记"].map(inline).concat();
    let sheet = format!("<worksheet><sheetData><row>{header}</row>{rows}</sheetData></worksheet>");
    xlsx_package(&sheet, more)
}

/// A text cell of an xlsx file.
pub(crate) fn inline(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}
