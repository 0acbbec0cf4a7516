//! Sheets that cannot be read to their end, or at all.

use super::*;

#[test]
fn a_quote_never_closed_names_where_it_opened() {
    for (text, expected) in [
        (
            "\"purchase_no,flag_name\nCG1,a\n",
            "-: line 1, column 1: the quote",
        ),
        (
            "purchase_no,\"flag_name\nCG1,a\n",
            "-: line 1, column 2: the quote",
        ),
    ] {
        let said = refusal(text.as_bytes(), &SheetOptions::default());
        assert!(said.starts_with(expected), "{said}");
    }
    for (rows, expected) in [
        (
            "CG1,a,\"n\nCG2,a,\n",
            "-: line 2, column \"note\": the quote",
        ),
        (
            "CG1,a,n\r\n\r\nCG2,\"x\r\ny\",\"n\r\n",
            "-: line 5, column \"note\": the quote",
        ),
        (
            "CG1,a,n\n\"",
            "-: line 3, column \"purchase_no\": the quote",
        ),
        ("CG1,a,n,\"", "-: line 2, column 4: the quote"),
    ] {
        let sheet = open(&format!("purchase_no,flag_name,note\n{rows}"));
        let said = stop(&sheet);
        assert!(said.starts_with(expected), "{said}");
        assert!(said.contains("is never closed"), "{said}");
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
        said.starts_with("-: the row on line 3 is longer than 1 MiB; the quote (\") that opens on line 4, column \"flag_name\", is probably never closed"),
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
    let note = "长".repeat(300_000);
    let sheet = open(&format!("purchase_no,flag_name,note\nCG1,a,{note}\n"));
    assert_eq!(cells(&rows(&sheet).unwrap()[0])[2], note);
}

#[test]
fn an_empty_file_has_no_header() {
    for bytes in [&b""[..], b"\n\r\n  \n", b"\xEF\xBB\xBF"] {
        assert_eq!(
            refusal(bytes, &SheetOptions::default()),
            "-: is empty: no header line"
        );
    }
}

#[test]
fn what_is_no_sheet_is_named() {
    for (bytes, what) in [
        (
            &b"<html><table><tr><td>purchase_no"[..],
            "a web page (HTML), not a workbook",
        ),
        (b"\xEF\xBB\xBF\r\n<TABLE>", "save it as .xlsx or .csv"),
        (
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"x\">",
            "an XML spreadsheet",
        ),
        (b"\xFF\xFE<\0h\0t\0m\0l\0>\0", "a web page"),
        (b"%PDF-1.7\n", "is a PDF, not a sheet"),
        (b"PK\x03\x04nonsense", "is not a workbook that can be read"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1nonsense",
            "is not a workbook that can be read",
        ),
    ] {
        let said = refusal(bytes, &SheetOptions::default());
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn a_worksheet_of_text_is_refused() {
    let options = SheetOptions {
        worksheet: Some("1".to_owned()),
        ..SheetOptions::default()
    };
    let said = refusal(b"purchase_no,flag_name\n", &options);
    assert_eq!(said, "-: is text and has no worksheets; leave out --sheet");
}
