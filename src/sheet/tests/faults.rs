//! Sheets that cannot be read to their end, or at all.

use super::*;
use crate::workbook::tests::made::archive;

#[test]
fn a_quote_never_closed_names_where_it_opened() {
    for (text, place) in [
        ("\"purchase_no,flag_name\nCG1,a\n", "line 1, column A"),
        ("purchase_no,\"flag_name\nCG1,a\n", "line 1, column B"),
    ] {
        has(&refused(text), &format!("-: {place}: the quote"));
    }
    for (rows, place) in [
        ("CG1,a,\"n\nCG2,a,\n", "line 2, column C"),
        ("CG1,a,n\r\n\r\nCG2,\"x\r\ny\",\"n\r\n", "line 5, column C"),
        ("CG1,a,n\n\"", "line 3, column A"),
        ("CG1,a,n,\"", "line 2, column D"),
    ] {
        let said = stop(&open(format!("purchase_no,flag_name,note\n{rows}")));
        let says = format!("-: {place}: the quote (\") that opens here is never closed");
        has(&said, &says);
    }
}

#[test]
fn quotes_that_are_closed_or_text_are_no_fault() {
    let sheet = open("purchase_no,flag_name\nCG1,\"a\"\nCG2,5\"\n\"CG3\",\"a\"");
    assert_eq!(told(&sheet), ["2 CG1 a", "3 CG2 5\"", "4 CG3 a"]);
}

#[test]
fn a_quote_open_over_a_huge_file_stops_early() {
    let text = format!(
        "purchase_no,flag_name\nCG1,a\n\"x\ny\",\"{}",
        "CG2,a\n".repeat(400_000)
    );
    let said = stop(&open(&text));
    assert!(
        said.starts_with("-: line 4, column B: the quote (\") that opens here is never closed"),
        "{said}"
    );
    let endless = format!("purchase_no,flag_name\nCG1,{}\n", "a".repeat(1_200_000));
    let said = stop(&open(&endless));
    assert!(
        said.contains("line 2 is longer than 1 MiB; no row"),
        "{said}"
    );
    let commas = format!("purchase_no,flag_name\nCG1,{}\n", ",".repeat(1_200_000));
    assert!(stop(&open(&commas)).contains("line 2 is longer than 1 MiB"));
}

#[test]
fn a_long_row_below_the_limit_is_read() {
    let note = "x".repeat(1_000_000);
    let sheet = open(format!("purchase_no,flag_name,note\nCG1,a,{note}\n"));
    assert_eq!(cells(&rows(&sheet).unwrap()[0])[2], note);
}

#[test]
fn what_is_no_sheet_is_named() {
    let old = "is Excel 95; open it in Excel or WPS and save it as .xlsx or .csv";
    let encrypted = "document security system (such as 亿赛通); have it decrypted";
    let damaged = "is not a sheet that can be read";
    for (bytes, what) in [
        (&b"\xEF\xBB\xBF\r\n<TABLE>"[..], "save it as .xlsx or .csv"),
        (
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"x\">",
            "ends within a table",
        ),
        (b"\xFF\xFE<\0h\0t\0m\0l\0>\0", "holds no table"),
        (b"<?xml version=\"1.0\"?><rows>", "is XML; open it in Excel"),
        (
            b"\xEF\xBB\xBFPK\x03\x04",
            "behind a byte order mark: it was damaged",
        ),
        (
            b"\xEF\xBB\xBF\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            "behind a byte order mark",
        ),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", old),
        (b"\x09\x08\x08\x00\x00\x05\x05\x00", old),
        (b"b\x14#e\x01\x00\x00", encrypted),
        (b"%TSD-Header-###%\x01", encrypted),
        (b"\x01\x02xxE-SafeNet\x00LOCK", encrypted),
        (
            b"{\\rtf1\\ansi",
            "is no sheet but RTF; give the sheet itself",
        ),
        (b"SQLite format 3\0\x10", "is no sheet but SQLite"),
        (b"GIF89a\x01\0", "is no sheet but GIF"),
        (b"\xFF\xD8\xFF\xE0\0", "is no sheet but JPEG"),
        (b"{\"code\": 0, \"data\": [", "is no sheet but JSON"),
        (b"%PDF-1.7\n", "is no sheet but PDF"),
        (
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related;",
            "is MHTML; open it in Excel",
        ),
        (b"PK\x03\x04nonsense", damaged),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1nonsense", damaged),
        (
            &archive(&[("word/document.xml", b"")]),
            "is no sheet but Word",
        ),
        (
            &archive(&[("ppt/presentation.xml", b"")]),
            "is no sheet but PowerPoint",
        ),
        (&archive(&[("orders.csv", b"")]), "is no sheet but ZIP"),
        (&archive(&[("xl/workbook.xml", b"")]), damaged),
    ] {
        has(&refused(bytes), what);
    }
}

#[test]
fn a_worksheet_of_text_is_refused() {
    let said = refusal(b"purchase_no,flag_name\n", &worksheet("1"));
    assert_eq!(said, "-: is text and has no worksheets; leave out --sheet");
}

#[test]
fn lock_files_name_the_document() {
    let owner = b"\x05Admin                       \0\0";
    for (name, document) in [
        ("~$orders.xlsx", "orders.xlsx"),
        (".~orders.xlsx", "orders.xlsx"),
        (".~lock.orders.ods#", "orders.ods"),
    ] {
        let file = saved(name, owner);
        let opened = from_path(&file.path);
        let said = opened.map(|sheet| sheet.layout).unwrap_err().to_string();
        let document = file.path.with_file_name(document).display().to_string();
        assert!(
            said.ends_with(&format!("while {document} is open; give {document}")),
            "{said}"
        );
    }
    let large = format!("purchase_no,flag_name\n{}", "CG1,aa\n".repeat(300));
    let file = saved("~$orders.csv", large.as_bytes());
    assert!(from_path(&file.path).is_ok());
}
