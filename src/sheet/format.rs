//! What kind of file a sheet is, by its content.

use std::fmt;

use super::foreign::{Foreign, not_a_sheet, save_again};
use crate::language::say;
use crate::workbook::WorkbookFormat;

/// What kind of file a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Tsv,
    /// Text separated by something else.
    Text,
    /// A table of a web page.
    Html,
    /// The XML that Excel 2003 saves.
    XmlSpreadsheet,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl Format {
    /// As people call it.
    pub(super) fn title(self) -> String {
        match self {
            Format::Text => say!("sheet-format-text"),
            Format::Html => say!("sheet-format-html"),
            Format::XmlSpreadsheet => say!("sheet-format-xml"),
            other => other.to_string(),
        }
    }

    pub fn is_workbook(self) -> bool {
        matches!(
            self,
            Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods
        )
    }
}

impl From<WorkbookFormat> for Format {
    fn from(format: WorkbookFormat) -> Format {
        match format {
            WorkbookFormat::Xlsx => Format::Xlsx,
            WorkbookFormat::Xlsb => Format::Xlsb,
            WorkbookFormat::Xls => Format::Xls,
            WorkbookFormat::Ods => Format::Ods,
            WorkbookFormat::Html => Format::Html,
            WorkbookFormat::XmlSpreadsheet => Format::XmlSpreadsheet,
        }
    }
}

/// As programs are told.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Csv => "CSV",
            Format::Tsv => "TSV",
            Format::Text => "delimited text",
            Format::Html => "HTML table",
            Format::XmlSpreadsheet => "XML spreadsheet",
            Format::Xlsx => "xlsx",
            Format::Xlsb => "xlsb",
            Format::Xls => "xls",
            Format::Ods => "ods",
        })
    }
}

/// What a file's first bytes say it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    Workbook,
    Text,
}

/// How many bytes [`signature`] and what looks at text after it need.
pub(super) const SNIFF_LEN: usize = 4096;

const ARCHIVE: &[u8] = b"PK\x03\x04";
/// A compound file, as `.xls` and encrypted workbooks are.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What no spreadsheet program would open.
const FOREIGN: [(&[u8], Foreign); 10] = [
    (b"PK\x05\x06", Foreign::EmptyArchive),
    (b"%PDF-", Foreign::Pdf),
    (b"\x1F\x8B", Foreign::Gzip),
    (b"Rar!\x1A", Foreign::Rar),
    (b"7z\xBC\xAF\x27\x1C", Foreign::SevenZip),
    (b"\x89PNG", Foreign::Picture),
    (b"GIF8", Foreign::Picture),
    (b"\xFF\xD8\xFF", Foreign::Picture),
    (b"{\\rtf", Foreign::Rtf),
    (b"SQLite format 3\0", Foreign::Sqlite),
];

/// The first records of workbooks before Excel 97, and without the container that Excel wants.
const OLD_WORKBOOKS: [&[u8]; 5] = [
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
];

/// How files begin that a document security system has encrypted: the first of 亿赛通, …
const ENCRYPTED: [&[u8]; 3] = [b"b\x14#e", b"%TSD-Header-###%", b"<## NASCA DRM FILE"];
/// … and what stands near their beginning.
const ENCRYPTED_BY: [&[u8]; 2] = [b"E-SafeNet", b"Fasoo DRM"];
const ENCRYPTED_WITHIN: usize = 512;

/// The error names what the file is that is no sheet.
pub(super) fn signature(head: &[u8]) -> Result<Signature, String> {
    if head.starts_with(ARCHIVE) || head.starts_with(OLE) {
        return Ok(Signature::Workbook);
    }
    match head.strip_prefix(UTF_8_MARK) {
        Some(rest) if rest.starts_with(ARCHIVE) => return Err(behind_mark(Foreign::Archive)),
        Some(rest) if rest.starts_with(OLE) => return Err(behind_mark(Foreign::Workbook)),
        _ => {}
    }
    if is_encrypted(head) {
        return Err(say!("sheet-encrypted"));
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(start, _)| head.starts_with(start)) {
        return Err(not_a_sheet(*what));
    }
    if OLD_WORKBOOKS.iter().any(|start| head.starts_with(start)) {
        return Err(save_again(Foreign::OldWorkbook));
    }
    if is_dbase(head) {
        return Err(save_again(Foreign::Dbase));
    }
    Ok(Signature::Text)
}

fn behind_mark(what: Foreign) -> String {
    say!("sheet-behind-mark", what = what.to_string())
}

fn is_encrypted(head: &[u8]) -> bool {
    let near = &head[..head.len().min(ENCRYPTED_WITHIN)];
    let has = |name: &&[u8]| near.windows(name.len()).any(|at| at == *name);
    ENCRYPTED.iter().any(|start| head.starts_with(start))
        || (near.contains(&0) && ENCRYPTED_BY.iter().any(has))
}

/// A dBase file begins with its version, the date of its last change, its lengths and zeros.
fn is_dbase(head: &[u8]) -> bool {
    let Some(&[version, _, month, day, _, _, _, _, low, high, _, _, 0, 0]) =
        head.first_chunk::<14>()
    else {
        return false;
    };
    let header = u16::from_le_bytes([low, high]);
    matches!(version, 0x03 | 0x30 | 0x83 | 0x8B | 0xF5)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && header > 32
        && header % 32 <= 8
}

/// The program that keeps a lock file of this name, and the document beside it that is open.
pub(super) fn lock_file(name: &str) -> Option<(&'static str, &str)> {
    let (program, document) = if let Some(rest) = name.strip_prefix(".~lock.") {
        ("LibreOffice", rest.strip_suffix('#')?)
    } else if let Some(rest) = name.strip_prefix(".~") {
        ("WPS", rest)
    } else {
        ("Excel", name.strip_prefix("~$")?)
    };
    (!document.is_empty()).then_some((program, document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        for workbook in [&b"PK\x03\x04rest"[..], OLE] {
            assert_eq!(signature(workbook).unwrap(), Signature::Workbook);
        }
        for text in [
            &b"PK,x"[..],
            b"",
            b"\t\t\t\t",
            b"\x03\x03\x03",
            b"GIF,x",
            b"{\"a\"",
            b"purchase_no,supplier\nCG1,E-SafeNet",
            b"01\t\tCG1\tA\t\tab",
        ] {
            assert_eq!(signature(text).unwrap(), Signature::Text, "{text:?}");
        }
    }

    #[test]
    fn lock_files_are_beside_a_document() {
        for (name, document) in [
            ("~$orders.xlsx", Some(("Excel", "orders.xlsx"))),
            (".~orders.xlsx", Some(("WPS", "orders.xlsx"))),
            (".~lock.orders.ods#", Some(("LibreOffice", "orders.ods"))),
            (".~lock.orders.ods", None),
            ("~$", None),
            ("orders.xlsx", None),
        ] {
            assert_eq!(lock_file(name), document, "{name}");
        }
    }
}
