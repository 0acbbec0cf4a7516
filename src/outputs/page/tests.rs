use std::fs;

use super::*;

const HEADER: &str =
    "purchase_no,flag_name,line,status,code,message,attempts,finished_at,row_check\n";

/// A page of rows, each a line of results without `row_check`.
fn page_of(rows: impl IntoIterator<Item = String>, about: &About) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    // Windows has no angle brackets in names.
    let tag = if cfg!(windows) { "&" } else { "<b>" };
    let path = directory.path().join(format!("x\u{202e}{tag}.results.csv"));
    let rows: String = rows
        .into_iter()
        .map(|row| row + ",demo-aaaaaaaaaaaa-aaaaaaaa-aaaa\n")
        .collect();
    fs::write(&path, format!("{HEADER}{rows}")).expect("a file");
    draw(Some(&path), about).expect("a page")
}

#[test]
fn nothing_foreign_gets_into_the_page_but_as_text() {
    for foreign in [
        "<script>alert(1)</script>",
        "</style><img src=x onerror=alert(1)>",
        "\"\" onmouseover=\"\"alert(1)",
        "' onload='x",
        "&lt;script&gt;",
        "-->]]></title></main>",
        "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{200e}",
        "a\u{0}b\u{1b}[31mc\u{85}d\u{2028}e",
    ] {
        let time = "2026-11-22T22:37:00.000+08:00";
        let row = format!("\"{foreign}\",\"{foreign}\",2,rejected,1,\"{foreign}\",1,{time}");
        let about = About {
            account: Some(foreign.to_owned()),
            next: Some(foreign.to_owned()),
            stopped: Some(foreign.to_owned()),
            is_earlier: true,
        };
        let page = page_of([row], &about);
        // What stands in quotes or is closed and escaped is no markup.
        for markup in [
            "<script",
            "<img",
            "<b>.",
            "\" onmouseover=\"alert",
            "-->",
            "]]>",
        ] {
            assert!(!page.contains(markup), "{markup}: {page}");
        }
        for once in ["</style>", "</title>", "</main>"] {
            assert_eq!(page.matches(once).count(), 1, "{once}: {page}");
        }
        let is_turning = |c: char| matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let unwanted = |c: char| is_turning(c) || (c.is_control() && c != '\n');
        assert_eq!(page.find(unwanted), None, "{foreign:?}");
    }
}

#[test]
fn a_page_stays_small_whatever_the_rows() {
    let long = "原因&\"".repeat(200).replace('"', "\"\"");
    for text in [long, "\u{0301}".repeat(1_000), "<".repeat(1_000)] {
        let rows = (0..700).map(|n| {
            let time = format!(
                "2026-11-{:02}T{:02}:00:00.000+08:00",
                n / 24 % 28 + 1,
                n % 24
            );
            format!("CG{n}\"{text}\",\"{text}\",{n},rejected,100,\"{n}{text}\",3,{time}")
        });
        let page = page_of(rows, &About::default());
        assert!(page.len() < 300_000, "{}", page.len());
        assert!(page.contains("more rows need a look"));
    }
}

#[test]
fn what_is_no_results_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for text in [
        None,
        Some(""),
        Some("purchase_no,flag_name\nCG1,a\n"),
        Some("<html>"),
    ] {
        let path = directory.path().join("x.csv");
        if let Some(text) = text {
            fs::write(&path, text).expect("a file");
        }
        assert!(draw(Some(&path), &About::default()).is_err(), "{text:?}");
    }
}

#[test]
fn the_column_of_orders_is_the_one_that_the_rows_prove() {
    use crate::files::{Issuer, RowCheck};
    let check = RowCheck::new(&Issuer::demo(), 1, "CG7", ["加急", ""]);
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.csv");
    let time = "2026-11-22T22:37:00.000+08:00";
    let header = HEADER.replace("flag_name", "flag_name,number,colour");
    fs::write(
        &path,
        format!("{header}A1,none,CG7,加急,2,failed,,HTTP 502,4,{time},{check}\n"),
    )
    .expect("a file");
    let page = draw(Some(&path), &About::default()).expect("a page");
    for cell in [
        "<td class=\"order\">CG7</td>",
        "<td class=\"flag\">加急</td>",
    ] {
        assert!(page.contains(cell), "{page}");
    }
}
