//! What is in columns stands below each other, in both languages: a Chinese character takes two
//! columns.

use unicode_width::UnicodeWidthStr;

use crate::harness::{Place, finish};

/// Where what a label is about begins.
const VALUE: usize = 10;

#[test]
fn labels_and_counted_messages_stand_in_columns() {
    let sample = include_bytes!("../../../samples/purchase_flags.csv");
    for (language, labels) in [
        ("en", "sheet finished calls results failures next"),
        ("zh", "表格 完成时间 调用 结果文件 失败明细 下一步"),
    ] {
        let place = Place::new();
        place.write("orders.csv", sample);
        let line = "run orders.csv --sandbox --rate=unlimited --lang";
        let mut command = place.program();
        let run = finish(command.args(line.split(' ')).arg(language)).expect(1);
        let results = place.table("orders.sandbox.results.csv");
        assert!(results.count("ok") > 50, "{results:?}");
        for label in labels.split(' ') {
            let line = run.stdout.lines().find(|line| line.starts_with(label));
            let line = line.unwrap_or_else(|| panic!("no {label}: {run:#?}"));
            let value = line[label.len()..].trim_start();
            assert_eq!(line[..line.len() - value.len()].width(), VALUE, "{line}");
        }
        // Counted messages, by status.
        let counted = run
            .stdout
            .lines()
            .filter(|line| line.starts_with("       "));
        let counted: Vec<_> = counted.map(|line| line.split_at(20)).collect();
        assert_eq!(counted.len(), 4, "{run:#?}");
        for (start, message) in counted {
            let words: Vec<_> = start.split_whitespace().collect();
            assert!(words[0].parse::<u64>().is_ok(), "{start}");
            assert!(["rejected", "invalid"].contains(&words[1]), "{start}");
            assert!(!message.starts_with(' '), "{message}");
        }
    }
}
