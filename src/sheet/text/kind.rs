//! What a text is: rows of fields, markup that holds a table, or no sheet.

use serde::de::IgnoredAny;

use crate::sheet::foreign::{Foreign, not_a_sheet, save_again};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sheet) enum TextKind {
    Delimited,
    Html,
    XmlSpreadsheet,
}

/// By the first characters; the error names what is no sheet.
pub(super) fn kind(text: &str) -> Result<TextKind, String> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if is_json(text) {
        return Err(not_a_sheet(Foreign::Json));
    }
    if is_mhtml(text) {
        return Err(save_again(Foreign::WebArchive));
    }
    if is_sylk(text) {
        return Err(save_again(Foreign::Sylk));
    }
    if text.starts_with("{\\rtf") {
        return Err(not_a_sheet(Foreign::Rtf));
    }
    if text.starts_with('<') {
        return markup(text);
    }
    Ok(TextKind::Delimited)
}

/// How web pages begin, whole ones and pieces of them.
const TAGS: [&str; 30] = [
    "!doctype", "html", "head", "body", "meta", "title", "link", "style", "script", "base",
    "table", "thead", "tbody", "caption", "colgroup", "tr", "td", "th", "div", "span", "p", "br",
    "center", "font", "form", "h1", "h2", "h3", "b", "xml",
];

fn markup(text: &str) -> Result<TextKind, String> {
    let text = text.to_ascii_lowercase();
    let root = first_element(&text);
    let has = |tag: &str| {
        let mut found = text.match_indices(tag);
        found.any(|(at, _)| name_of(&text[at + 1..]) == &tag[1..])
    };
    match root {
        "workbook" => Ok(TextKind::XmlSpreadsheet),
        _ if root.ends_with(":workbook") => Ok(TextKind::XmlSpreadsheet),
        "office:document" => Err(save_again(Foreign::FlatOds)),
        _ if TAGS.contains(&root) || root.starts_with("x:") => Ok(TextKind::Html),
        _ if has("<html") || has("<table") => Ok(TextKind::Html),
        _ if text.starts_with("<?xml") => Err(save_again(Foreign::Xml)),
        // A long comment comes first.
        "" if text.starts_with("<!") => Ok(TextKind::Html),
        _ => Ok(TextKind::Delimited),
    }
}

/// The name of the first element; what stands before it is no element.
fn first_element(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") || rest.starts_with("<![") => ">",
            _ => return rest.strip_prefix('<').map_or("", name_of),
        };
        let Some((_, after)) = rest.split_once(end) else {
            return "";
        };
        rest = after;
    }
}

/// The name that a tag begins with.
fn name_of(tag: &str) -> &str {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/');
    end.map_or("", |end| &tag[..end])
}

/// An object or a list, whole or cut off.
fn is_json(text: &str) -> bool {
    let is_object = text
        .strip_prefix('{')
        .is_some_and(|rest| rest.trim_start().starts_with(['"', '}']));
    if !is_object && !text.starts_with('[') {
        return false;
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => true,
        Err(error) => error.is_eof(),
    }
}

/// A mail whose parts are a page and what belongs to it.
fn is_mhtml(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let is_field = first.split_once(':').is_some_and(|(name, _)| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
    });
    is_field && text.to_ascii_lowercase().contains("multipart/related")
}

/// `ID;P` and the program's name, then records of a letter or two.
fn is_sylk(text: &str) -> bool {
    let mut lines = text.lines();
    let is_id = lines.next().is_some_and(|line| line.starts_with("ID;P"));
    let records = ["P;", "F;", "C;", "B;", "O;", "W;", "NN;", "NE;", "NU;"];
    is_id
        && lines
            .next()
            .is_some_and(|line| records.iter().any(|it| line.starts_with(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_beginnings_of_web_pages_are_known() {
        for text in [
            "\u{feff}\r\n <HTML><body>",
            "<table border=1>",
            "<!DOCTYPE html>",
            "<meta charset=gbk>",
            "<!-- exported --><table>",
            "<?xml version=\"1.0\"?>\n<html xmlns=\"x\">",
            "<x:ExcelWorkbook>",
            "<center>",
            "<font size=2>",
            "<link rel=x>",
            "<script>",
            "<title>",
            "<p>",
            "<!--[if gte mso 9]><xml>",
            "<ERP版本>1</ERP版本><table width=1>",
        ] {
            assert_eq!(kind(text).unwrap(), TextKind::Html, "{text}");
        }
    }

    #[test]
    fn an_xml_spreadsheet_is_known_by_its_root() {
        for text in [
            "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"x\">",
            "<Workbook>",
            "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
            "<ss:Workbook xmlns:ss=\"x\">",
            "<?xml version=\"1.0\"?><!-- x --><Workbook><Table>",
        ] {
            assert_eq!(kind(text).unwrap(), TextKind::XmlSpreadsheet, "{text}");
        }
    }

    #[test]
    fn rows_of_fields_are_no_markup() {
        for text in [
            "<5,x",
            "<未分类>,x",
            "<patch>,x",
            "purchase_no,<html>",
            "[急] 采购单\nCG1,x",
            "[1],[2]",
            "{急},x",
            "From: me\npurchase_no,flag_name",
            "ID;PO No.;标记\n1;CG1;aa",
            "",
        ] {
            assert_eq!(kind(text).unwrap(), TextKind::Delimited, "{text}");
        }
    }

    #[test]
    fn what_is_no_sheet_is_named() {
        for (text, what) in [
            ("{\"code\":0,\"data\":[", "is JSON, not a sheet"),
            (" [{\"a\":1}]", "is JSON, not a sheet"),
            ("{}", "is JSON"),
            (
                "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x",
                "a web archive (MHTML)",
            ),
            (
                "From: <Saved by Excel>\nSubject: x\nContent-Type: Multipart/Related;",
                "MHTML",
            ),
            (
                "ID;PWXL;N;E\r\nP;PGeneral\r\n",
                "is a SYLK file; open it in Excel or WPS and save it as .xlsx or .csv",
            ),
            ("<?xml version=\"1.0\"?><rows>", "is XML"),
            ("<?xml version=\"1.0\"?><office:document>", ".fods"),
        ] {
            let fault = kind(text).unwrap_err().to_string();
            assert!(fault.contains(what), "{fault}");
        }
    }
}
