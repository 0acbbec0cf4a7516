//! What kind of file a sheet is, by its content.

use std::fmt;

/// What kind of file a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Tsv,
    /// Text separated by something else.
    Text,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Csv => "CSV",
            Format::Tsv => "TSV",
            Format::Text => "delimited text",
            Format::Xlsx => "xlsx",
            Format::Xlsb => "xlsb",
            Format::Xls => "xls",
            Format::Ods => "ods",
        })
    }
}

/// What a file's first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// The formats it may have, the likeliest first.
    Workbook(&'static [Format]),
    /// No sheet; what it is instead.
    Other(&'static str),
    Text,
}

/// How many bytes [`signature`] and [`markup`] look at.
pub(super) const SNIFF_LEN: usize = 4096;

const ZIP: Signature = Signature::Workbook(&[Format::Xlsx, Format::Xlsb, Format::Ods]);
/// An OLE compound file, as `.xls` and encrypted workbooks are.
const COMPOUND: Signature = Signature::Workbook(&[Format::Xls, Format::Xlsx]);

pub(super) fn signature(head: &[u8]) -> Signature {
    let signatures: [(&[u8], Signature); 8] = [
        (b"PK\x03\x04", ZIP),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", COMPOUND),
        (b"PK\x05\x06", Signature::Other("an empty archive")),
        (b"%PDF-", Signature::Other("a PDF")),
        (b"\x1F\x8B", Signature::Other("a gzip archive")),
        (b"Rar!\x1A", Signature::Other("a RAR archive")),
        (b"7z\xBC\xAF\x27\x1C", Signature::Other("a 7z archive")),
        (b"\x89PNG", Signature::Other("a picture")),
    ];
    signatures
        .into_iter()
        .find(|(start, _)| head.starts_with(start))
        .map_or(Signature::Text, |(_, signature)| signature)
}

/// What markup the text is, if it is: exports named `.xls` are often web pages.
pub(super) fn markup(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if !text.starts_with('<') {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let starts = |tags: &[&str]| tags.iter().any(|tag| text.starts_with(tag));
    let pages = [
        "<html",
        "<table",
        "<!doctype",
        "<meta",
        "<head",
        "<body",
        "<style",
        "<div",
        "<tr",
        "<!--",
    ];
    let is_xml = text.starts_with("<?xml");
    if starts(&pages) || (is_xml && text.contains("<html")) {
        Some("a web page (HTML)")
    } else if starts(&["<workbook", "<ss:workbook"]) || (is_xml && text.contains("workbook")) {
        Some("an XML spreadsheet")
    } else {
        is_xml.then_some("XML")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        assert_eq!(signature(b"PK\x03\x04rest"), ZIP);
        assert_eq!(signature(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), COMPOUND);
        assert_eq!(signature(b"%PDF-1.4"), Signature::Other("a PDF"));
        assert_eq!(signature(b"PK,x"), Signature::Text);
        assert_eq!(signature(b""), Signature::Text);
    }

    #[test]
    fn markup_is_known_after_white_space() {
        let page = Some("a web page (HTML)");
        assert_eq!(markup("\u{feff}\r\n <HTML><body>"), page);
        assert_eq!(markup("<table border=1>"), page);
        assert_eq!(markup("<!DOCTYPE html>"), page);
        assert_eq!(markup("<meta charset=gbk>"), page);
        let xml = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook";
        assert_eq!(markup(xml), Some("an XML spreadsheet"));
        assert_eq!(markup("<5,x"), None);
        assert_eq!(markup("purchase_no,<html>"), None);
    }
}
