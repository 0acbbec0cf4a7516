//! The line a row starts on is the one an editor shows.

use super::*;

fn starts(text: &str) -> Vec<u64> {
    rows(&open(text))
        .unwrap()
        .iter()
        .map(|row| row.line())
        .collect()
}

#[test]
fn every_line_end_counts_once() {
    let text =
        "\n\npurchase_no,flag_name\n\nCG1,a\nCG2,\"a\n\nb\"\n\n\nCG3,a\n,\nCG4,\"\n\"\nCG5,a";
    let expected = [5, 6, 11, 13, 15];
    assert_eq!(starts(text), expected);
    for end in ["\r\n", "\r"] {
        assert_eq!(starts(&text.replace('\n', end)), expected, "{end:?}");
    }
}

#[test]
fn mixed_line_ends_count_as_they_are() {
    // CRLF, LF CR (two), CR in one quoted cell next to LF in another.
    let text = "purchase_no,flag_name\r\nCG1,a\n\rCG2,a\r\r\n\"CG3\r\",\"\nb\"\r\nCG4,a";
    assert_eq!(starts(text), [2, 4, 6, 9]);
}

#[test]
fn line_breaks_in_cells_survive() {
    let sheet = open("purchase_no,flag_name,note\r\nCG1,a,\"x\r\ny\rz\n\"\"q\"\"\"\r\nCG2,b,\r\n");
    let rows = rows(&sheet).unwrap();
    assert_eq!(cells(&rows[0])[2], "x\r\ny\rz\n\"q\"");
    assert_eq!(rows[1].line(), 6);
}

#[test]
fn lines_stay_exact_over_many_buffers() {
    for end in ["\n", "\r\n", "\r"] {
        let mut text = format!("purchase_no,flag_name{end}");
        let mut expected = Vec::new();
        let mut line = 2;
        for n in 0..12_000 {
            expected.push(line);
            if n % 7 == 0 {
                text.push_str(&format!("CG{n},\"a{end}b\"{end}{end}"));
                line += 3;
            } else {
                text.push_str(&format!("CG{n},标记{end}"));
                line += 1;
            }
        }
        assert_eq!(starts(&text), expected, "{end:?}");
    }
}

#[test]
fn a_second_mark_before_the_first_line_is_none_of_it() {
    let sheet = open("\u{feff}\u{feff}\"采购单号\",标记\nCG1,aa\n");
    assert_eq!(told(&sheet), ["2 CG1 aa"]);
}
