//! Where a text ends.

use super::encodings::utf_16;
use super::*;

#[test]
fn what_ends_a_text_is_no_row() {
    let text = "purchase_no,flag_name\nCG1,aa\nCG2,加急";
    let expected = ["2 CG1 aa", "3 CG2 加急"];
    for end in [
        "\u{1a}",
        "\n\u{1a}",
        "\r\n\u{1a}\0\0",
        "\n\0",
        "\u{1a}\u{1a}",
    ] {
        let text = format!("{text}{end}");
        assert_eq!(told(&open(&text)), expected, "{end:?}");
        assert_eq!(told(&open(&format!("\u{feff}{text}"))), expected, "{end:?}");
        for (mark, little) in [(b"\xFF\xFE", true), (b"\xFE\xFF", false)] {
            let bytes = [&mark[..], &utf_16(&text, little)].concat();
            let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
            assert_eq!(told(&sheet), expected, "{end:?}");
        }
    }
    let padded = format!("{text}{}", "\0".repeat(300_000));
    assert_eq!(told(&open(&padded)), expected);
}

#[test]
fn zero_bytes_elsewhere_are_a_fault() {
    for text in [
        "purchase_no,flag_name\nCG1,a\0a\n",
        "purchase_no,flag_name\nCG1,aa\u{1a}\nCG2,aa\n",
    ] {
        assert!(told(&open(text))[0].starts_with("2 ! "), "{text:?}");
    }
    let said = refusal(&[0; 100], &SheetOptions::default());
    assert!(said.contains("or is no sheet at all"), "{said}");
}

#[test]
fn nothing_but_an_end_is_an_empty_sheet() {
    for bytes in [&b"\x1a"[..], b"\xEF\xBB\xBF\x1a", b"\r\n\x1a\0"] {
        let said = refusal(bytes, &SheetOptions::default());
        assert_eq!(said, "-: is empty: no header line");
    }
}
