//! What kind of file a sheet is by its content, and what is none.

use std::fmt;

use crate::language::say;
use crate::workbook::WorkbookFormat;

/// What kind of file a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Tsv,
    /// Text separated by something else.
    Text,
    Workbook(WorkbookFormat),
}

impl Format {
    /// Whether it is a file that a spreadsheet program keeps for its own.
    pub fn is_workbook(self) -> bool {
        let is_text = |it| matches!(it, WorkbookFormat::Html | WorkbookFormat::XmlSpreadsheet);
        matches!(self, Format::Workbook(format) if !is_text(format))
    }

    /// As people call it.
    pub fn title(self) -> String {
        match self {
            Format::Text => say!("sheet-format-text"),
            Format::Workbook(WorkbookFormat::Html) => say!("sheet-format-html"),
            Format::Workbook(WorkbookFormat::XmlSpreadsheet) => say!("sheet-format-xml"),
            other => other.to_string(),
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
            Format::Workbook(WorkbookFormat::Html) => "HTML table",
            Format::Workbook(WorkbookFormat::XmlSpreadsheet) => "XML spreadsheet",
            Format::Workbook(WorkbookFormat::Xlsx) => "xlsx",
            Format::Workbook(WorkbookFormat::Xlsb) => "xlsb",
            Format::Workbook(WorkbookFormat::Xls) => "xls",
            Format::Workbook(WorkbookFormat::Ods) => "ods",
        })
    }
}

/// How many bytes tell what a file is.
pub const SNIFF_LEN: usize = 4096;

/// An archive, as `.xlsx` is, and a compound file, as `.xls` and encrypted workbooks are.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];

/// What no spreadsheet program would open.
const FOREIGN: [(&[u8], &str); 10] = [
    (b"PK\x05\x06", "ZIP"),
    (b"%PDF-", "PDF"),
    (b"\x1F\x8B", "gzip"),
    (b"Rar!\x1A", "RAR"),
    (b"7z\xBC\xAF\x27\x1C", "7z"),
    (b"\x89PNG", "PNG"),
    (b"GIF8", "GIF"),
    (b"\xFF\xD8\xFF", "JPEG"),
    (b"{\\rtf", "RTF"),
    (b"SQLite format 3\0", "SQLite"),
];

/// What Excel opens and this program does not: the first records of workbooks before Excel 97, and
/// without the container that Excel wants; a page with its pictures.
const SAVED_OTHERWISE: [(&[u8], &str); 6] = [
    (b"\x09\x00\x04\x00", OLD),
    (b"\x09\x02\x06\x00", OLD),
    (b"\x09\x04\x06\x00", OLD),
    (b"\x09\x08\x08\x00", OLD),
    (b"\x09\x08\x10\x00", OLD),
    (b"MIME-Version:", "MHTML"),
];
const OLD: &str = "Excel 95";

/// How files begin that a document security system has encrypted: the first of 亿赛通, …
const ENCRYPTED: [&[u8]; 3] = [b"b\x14#e", b"%TSD-Header-###%", b"<## NASCA DRM FILE"];
/// … and what stands near their beginning.
const ENCRYPTED_BY: [&[u8]; 2] = [b"E-SafeNet", b"Fasoo DRM"];
const ENCRYPTED_WITHIN: usize = 512;

/// Whether a file may be a workbook by its first bytes; the error names what is no sheet.
pub fn is_workbook(head: &[u8]) -> Result<bool, String> {
    let starts = |bytes: &[u8]| WORKBOOKS.iter().any(|it| bytes.starts_with(it));
    let begins = |table: &[(&[u8], &'static str)]| {
        let found = table.iter().find(|(start, _)| head.starts_with(start));
        found.map(|(_, what)| *what)
    };
    let near = &head[..head.len().min(ENCRYPTED_WITHIN)];
    let has = |name: &&[u8]| near.windows(name.len()).any(|at| at == *name);
    let is_encrypted = ENCRYPTED.iter().any(|start| head.starts_with(start))
        || near.contains(&0) && ENCRYPTED_BY.iter().any(has);
    if head.strip_prefix(b"\xEF\xBB\xBF").is_some_and(starts) {
        Err(say!("sheet-behind-mark"))
    } else if is_encrypted {
        Err(say!("sheet-encrypted"))
    } else if let Some(what) = begins(&FOREIGN) {
        Err(say!("sheet-not-a-sheet", what = what))
    } else if let Some(what) = begins(&SAVED_OTHERWISE) {
        Err(say!("sheet-save-again", what = what))
    } else {
        Ok(starts(head))
    }
}

/// How web pages begin, whole ones and pieces of them.
const TAGS: &str = "!doctype html head body meta title link style script base table thead tbody \
                    caption colgroup tr td th div span p br center font form h1 h2 h3 b xml";

/// What markup holds the table of a text by its first characters; none if it is rows of fields. The
/// error names what is no sheet.
pub fn markup(text: &str) -> Result<Option<WorkbookFormat>, String> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    let marks = text.chars().filter(|c| !c.is_whitespace()).take(2);
    if ["{\"", "[{"].contains(&&*marks.collect::<String>()) {
        return Err(say!("sheet-not-a-sheet", what = "JSON"));
    }
    if !text.starts_with('<') {
        return Ok(None);
    }
    let text = text.to_ascii_lowercase();
    let root = first_element(&text);
    let is_page = |root: &str| TAGS.split(' ').any(|it| it == root) || root.starts_with("x:");
    let has = |tag: &str| text.contains(&format!("<{tag}>")) || text.contains(&format!("<{tag} "));
    if root == "workbook" || root.ends_with(":workbook") {
        Ok(Some(WorkbookFormat::XmlSpreadsheet))
    } else if is_page(root) || has("html") || has("table") {
        Ok(Some(WorkbookFormat::Html))
    } else if text.starts_with("<?xml") {
        Err(say!("sheet-save-again", what = "XML"))
    } else {
        // A long comment comes first, or it is no tag.
        let is_comment = root.is_empty() && text.starts_with("<!");
        Ok(is_comment.then_some(WorkbookFormat::Html))
    }
}

/// The name of the first element; what stands before it is no element.
fn first_element(text: &str) -> &str {
    let mut rest = text.trim_start();
    for (start, end) in [("<?", ">"), ("<!--", "-->"), ("<![", ">")].repeat(4) {
        if rest.starts_with(start) {
            let after = rest.split_once(end).map_or("", |(_, after)| after);
            rest = after.trim_start();
        }
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    let end = name.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
    end.map_or("", |end| &name[..end])
}

/// The document beside a lock file of this name, which a spreadsheet program keeps while it is open.
pub fn locked_document(name: &str) -> Option<&str> {
    let starts = ["~$", ".~lock.", ".~"];
    let document = starts.iter().find_map(|start| name.strip_prefix(start))?;
    Some(document.trim_end_matches('#')).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        for workbook in WORKBOOKS {
            assert_eq!(is_workbook(workbook), Ok(true));
        }
        for text in [
            &b"PK,x"[..],
            b"",
            b"\t\t\t\t",
            b"GIF,x",
            b"{\"a\"",
            b"purchase_no,supplier\nCG1,E-SafeNet",
        ] {
            assert_eq!(is_workbook(text), Ok(false), "{text:?}");
        }
    }

    #[test]
    fn markup_is_known_by_its_first_element() {
        for (format, texts) in [
            (
                Some(WorkbookFormat::Html),
                &[
                    "\u{feff}\r\n <HTML><body>",
                    "<table border=1>",
                    "<!DOCTYPE html>",
                    "<meta charset=gbk>",
                    "<!-- exported --><table>",
                    "<!-- a long comment",
                    "<?xml version=\"1.0\"?>\n<html xmlns=\"x\">",
                    "<x:ExcelWorkbook>",
                    "<font size=2>",
                    "<p>",
                    "<!--[if gte mso 9]><xml>",
                    "<ERP版本>1</ERP版本><table width=1>",
                ][..],
            ),
            (
                Some(WorkbookFormat::XmlSpreadsheet),
                &[
                    "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"x\">",
                    "<Workbook>",
                    "<ss:Workbook xmlns:ss=\"x\">",
                    "<?xml version=\"1.0\"?><!-- x --><Workbook><Table>",
                ],
            ),
            (
                None,
                &[
                    "<5,x",
                    "<未分类>,x",
                    "<patch>,x",
                    "purchase_no,<html>",
                    "[急] 采购单\nCG1,x",
                    "[1],[2]",
                    "{急},x",
                    "From: me\npurchase_no,flag_name",
                    "",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(markup(text), Ok(format), "{text}");
            }
        }
        for (text, what) in [
            ("{\"code\":0,\"data\":[", "no sheet but JSON"),
            (" [ {\"a\":1}]", "no sheet but JSON"),
            ("<?xml version=\"1.0\"?><rows>", "is XML; open it in Excel"),
        ] {
            let fault = markup(text).unwrap_err();
            assert!(fault.contains(what), "{fault}");
        }
    }
}
