//! On a terminal of 80 columns nothing that is drawn breaks, and what is in columns stands below
//! each other, in both languages: a Chinese character takes two columns.

use unicode_width::UnicodeWidthStr;

use crate::harness::{Place, Terminal};

const COLUMNS: u16 = 80;
/// Where what a label is about begins.
const VALUE: usize = 10;

/// The widest piece with these words that was drawn; a piece ends where the cursor is moved.
fn widest(raw: &str, words: &str) -> usize {
    let pieces = raw.split(['\u{1b}', '\r', '\n']);
    let pieces = pieces.filter(|piece| piece.contains(words));
    // The rest of clearing the line.
    let pieces = pieces.map(|piece| piece.trim_start_matches("[2K"));
    pieces.map(UnicodeWidthStr::width).max().unwrap_or_default()
}

#[test]
fn the_sample_is_carried_on_80_columns() {
    let sample = include_bytes!("../../../samples/purchase_flags.csv");
    for (language, counted, labels) in [
        (
            "en",
            " of 62 rows",
            ["sheet", "finished", "calls", "results", "failures", "next"],
        ),
        (
            "zh",
            "/62 行",
            ["表格", "完成时间", "调用", "结果文件", "失败明细", "下一步"],
        ),
    ] {
        let place = Place::new();
        place.write("orders.csv", sample);
        let mut command = place.program();
        command.args(["run", "orders.csv", "--sandbox", "--lang", language]);
        let mut run = Terminal::start(&mut command, COLUMNS);
        assert_eq!(run.finish(), Some(1), "{:#?}", run.lines());
        let progress = widest(&run.raw(), counted);
        assert!(
            (20..=usize::from(COLUMNS)).contains(&progress),
            "{progress}"
        );

        let lines = run.lines();
        for label in labels {
            let line = lines.iter().rfind(|line| line.starts_with(label));
            let line = line.unwrap_or_else(|| panic!("no {label}: {lines:#?}"));
            let value = line[label.len()..].trim_start();
            assert_eq!(line[..line.len() - value.len()].width(), VALUE, "{line}");
        }
        // Counted messages, by status.
        let messages = lines.iter().filter(|line| line.starts_with("       "));
        let messages: Vec<_> = messages.map(|line| line.split_at(20)).collect();
        assert_eq!(messages.len(), 4, "{lines:#?}");
        for (start, message) in messages {
            let words: Vec<_> = start.split_whitespace().collect();
            assert!(words[0].parse::<u64>().is_ok(), "{start}");
            assert!(["rejected", "invalid"].contains(&words[1]), "{start}");
            assert!(!message.starts_with(' '), "{message}");
        }
    }
}
