//! What the fuzz targets check: one function for each thing that is read and that others wrote.

use std::io::{Cursor, Write};

use wdt_flags::internals::journal::{self, Found, Identity, Line, Published};
use wdt_flags::internals::{Reply, Row, Sheet, SheetError, SheetOptions, classify, masked};

/// The body of an HTTP reply: the message that people see is short and holds no control characters.
pub fn reply(body: &[u8]) {
    let reply = Reply {
        http_status: 200,
        body: body.to_vec(),
        ..Reply::default()
    };
    if let Err(error) = classify(&reply, ["", ""]) {
        let message = masked(&error.reason, []);
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(message.chars().count() <= 501, "{message:?}");
    }
}

/// A journal: what is read is written and read again alike, and a cut of what is written loses
/// nothing but its end.
pub fn journal(bytes: &[u8]) {
    let identity = Identity::new(&[]);
    let write = |(lines, published): &(Vec<Line>, Published)| {
        let lines: Vec<&Line> = lines.iter().collect();
        journal::write(&lines, published, &identity).expect("written")
    };
    let text = write(&lines(bytes, &identity));
    let read = lines(&text, &identity);
    assert_eq!(text, write(&read));
    let (lines, _) = read;
    for cut in 0..text.len() {
        match journal::parse(&text[..cut], &identity) {
            Found::Lines(kept, _) => assert!(lines.starts_with(&kept), "cut at {cut}"),
            Found::Nothing => {}
            Found::Foreign(why) => panic!("cut at {cut}: {why:?}"),
        }
    }
}

fn lines(bytes: &[u8], identity: &Identity) -> (Vec<Line>, Published) {
    match journal::parse(bytes, identity) {
        Found::Lines(lines, published) => (lines, published),
        Found::Nothing | Found::Foreign(_) => Default::default(),
    }
}

/// A sheet: each pass reads the same, lines ascend, and what would be sent is clean.
pub fn sheet(bytes: &[u8]) {
    passes(bytes, &SheetOptions::default());
}

/// An xlsx file of which one part is given, and which one by the first byte.
pub fn xlsx(bytes: &[u8]) {
    let parts: [(&str, &[u8]); 6] = [
        ("xl/worksheets/sheet1.xml", SHEET),
        ("xl/sharedStrings.xml", b"<sst><si><t>CG1</t></si></sst>"),
        ("xl/styles.xml", STYLES),
        (
            "xl/workbook.xml",
            b"<workbook><sheets><sheet name=\"1\" r:id=\"r\"/></sheets></workbook>",
        ),
        ("xl/_rels/workbook.xml.rels", XML_RELATIONS),
        (
            "_rels/.rels",
            b"<R><Relationship Type=\"/officeDocument\" Target=\"xl/workbook.xml\"/></R>",
        ),
    ];
    package(parts, bytes);
}

const SHEET: &[u8] =
    b"<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>purchase_no</t></is></c>\
    <c t=\"inlineStr\"><is><t>flag_name</t></is></c></row><row><c t=\"s\"><v>0</v></c>\
    <c s=\"1\"><v>7</v></c></row></sheetData></worksheet>";
const STYLES: &[u8] =
    b"<styleSheet><numFmts><numFmt numFmtId=\"176\" formatCode=\"000\"/></numFmts>\
    <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"176\"/></cellXfs></styleSheet>";
const XML_RELATIONS: &[u8] =
    b"<R><Relationship Id=\"r\" Type=\"/worksheet\" Target=\"worksheets/sheet1.xml\"/></R>";

/// An xlsb file likewise.
pub fn xlsb(bytes: &[u8]) {
    let parts: [(&str, &[u8]); 6] = [
        ("xl/worksheets/sheet1.bin", b"\x91\x01\x00\x92\x01\x00"),
        ("xl/sharedStrings.bin", b"\x13\x07\x00\x01\x00\x00\x00C\x00"),
        ("xl/styles.bin", b""),
        (
            "xl/workbook.bin",
            b"\x9c\x01\x14\0\0\0\0\x01\0\0\0\x01\0\0\0r\0\x01\0\0\0S\0",
        ),
        ("xl/_rels/workbook.bin.rels", BIN_RELATIONS),
        (
            "_rels/.rels",
            b"<R><Relationship Type=\"/officeDocument\" Target=\"xl/workbook.bin\"/></R>",
        ),
    ];
    package(parts, bytes);
}

const BIN_RELATIONS: &[u8] =
    b"<R><Relationship Id=\"r\" Type=\"/worksheet\" Target=\"worksheets/sheet1.bin\"/></R>";

/// The content of an ods file.
pub fn ods(bytes: &[u8]) {
    passes(&archive(&[("content.xml", bytes)]), &small());
}

/// The records of an xls file.
pub fn xls(bytes: &[u8]) {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("made");
    let mut stream = file.create_stream("/Workbook").expect("made");
    stream.write_all(bytes).expect("written");
    drop(stream);
    passes(&file.into_inner().into_inner(), &small());
}

fn package<'b>(mut parts: [(&str, &'b [u8]); 6], bytes: &'b [u8]) {
    if let Some((&which, part)) = bytes.split_first() {
        parts[usize::from(which) % parts.len()].1 = part;
        passes(&archive(&parts), &small());
    }
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        archive.start_file(*name, stored).expect("begun");
        archive.write_all(content).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

/// As large as can be read in no time.
fn small() -> SheetOptions {
    SheetOptions {
        max_workbook_size: Some(1 << 20),
        ..SheetOptions::default()
    }
}

fn passes(bytes: &[u8], options: &SheetOptions) {
    let Ok(sheet) = Sheet::from_bytes(bytes, options) else {
        return;
    };
    let (first, second) = (entries(&sheet), entries(&sheet));
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second);
            assert!(first.is_sorted_by(|a, b| a.0 < b.0), "{first:?}");
        }
        (first, second) => assert_eq!(
            first.map_err(|error| error.to_string()),
            second.map_err(|error| error.to_string())
        ),
    }
}

type Pair = (String, String);

/// Line, order and flag of each row; no order and flag where the row is invalid.
fn entries(sheet: &Sheet) -> Result<Vec<(u64, Option<Pair>)>, SheetError> {
    let mut rows = sheet.rows()?;
    let mut row = Row::default();
    let mut entries = Vec::new();
    while rows.read(&mut row)? {
        let entry = row.entry(sheet).ok();
        let entry = entry.map(|entry| (entry.order.into_owned(), entry.flag.into_owned()));
        if let Some((order, flag)) = &entry {
            assert!((1..=40).contains(&order.chars().count()), "{order:?}");
            assert!((1..=32).contains(&flag.chars().count()), "{flag:?}");
            assert!(!order.contains(char::is_control), "{order:?}");
            assert!(!flag.contains(char::is_control), "{flag:?}");
        }
        entries.push((row.line(), entry));
    }
    Ok(entries)
}
