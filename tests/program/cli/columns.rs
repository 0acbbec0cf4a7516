//! On a terminal of 80 columns nothing that is drawn breaks, and what is in columns stands below
//! each other, in both languages: a Chinese character takes two columns.

use unicode_width::UnicodeWidthStr;
use wdt_flags::sandbox::Config;

use crate::harness::{Place, Terminal, sandbox_with};

const COLUMNS: u16 = 80;
/// The last columns stay free: there the terminal echoes `^C`.
const DRAWN: usize = 77;
/// Where what a label is about begins.
const VALUE: usize = 10;

/// All that was drawn, piece by piece: a piece ends where the cursor is moved.
fn pieces(raw: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                // `ESC [`, parameters and a letter.
                let end = chars.by_ref().skip(1).find(char::is_ascii_alphabetic);
                assert!(end.is_some(), "{raw:?}");
                pieces.push(String::new());
            }
            '\r' | '\n' => pieces.push(String::new()),
            c => pieces.last_mut().expect("one").push(c),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The pieces that tell of progress, none of which may break.
#[track_caller]
fn progress(run: &Terminal, marks: &[&str]) -> Vec<String> {
    let mut drawn = pieces(&run.raw());
    drawn.retain(|piece| marks.iter().any(|mark| piece.contains(mark)));
    for piece in &drawn {
        assert!(piece.width() <= DRAWN, "{} columns: {piece}", piece.width());
    }
    drawn
}

/// The column at which `value` begins in the line that begins with `label`.
#[track_caller]
fn column_of(value: &str, label: &str, lines: &[String]) -> usize {
    let mut lines_of = lines.iter().filter(|line| line.starts_with(label));
    let line = lines_of
        .find(|line| line.contains(value))
        .unwrap_or_else(|| panic!("no {label} {value}: {lines:#?}"));
    line[..line.find(value).expect("there")].width()
}

#[test]
fn the_sample_is_carried_on_80_columns() {
    let sample = include_bytes!("../../../samples/purchase_flags.csv");
    for (language, counted, left, labels) in [
        (
            "en",
            " of 62 rows: ",
            " left",
            ["sheet", "finished", "calls", "results", "failures", "next"],
        ),
        (
            "zh",
            "/62 行：",
            "还剩 ",
            ["表格", "完成时间", "调用", "结果文件", "失败明细", "下一步"],
        ),
    ] {
        let place = Place::new();
        place.write("orders.csv", sample);
        let mut command = place.program();
        command.args(["run", "orders.csv", "--sandbox", "--lang", language]);
        let mut run = Terminal::start(&mut command, COLUMNS);
        assert_eq!(run.finish(), Some(1), "{:#?}", run.lines());
        let drawn = progress(&run, &[counted]);
        let whole = |piece: &&String| piece.starts_with('[') && piece.contains(left);
        assert!(drawn.iter().any(|it| whole(&it)), "{drawn:#?}");

        let lines = run.lines();
        let [sheet, finished, calls, results, failures, next] = labels;
        let command = match language {
            "en" => "correct ",
            _ => "先改正 ",
        };
        for (label, value) in [
            (sheet, "orders.csv"),
            (finished, "20"),
            (calls, "57 "),
            (results, "orders.sandbox.results.csv"),
            (failures, "orders.sandbox.failures.csv"),
            (next, command),
        ] {
            assert_eq!(column_of(value, label, &lines), VALUE, "{label}");
        }
        let messages: Vec<_> = lines
            .iter()
            .filter(|line| line.starts_with("       "))
            .collect();
        assert_eq!(messages.len(), 4, "{lines:#?}");
        for line in messages {
            let (count, rest) = line.split_at(8);
            assert!(count.trim().parse::<u64>().is_ok(), "{line}");
            let status = rest.strip_prefix("  ").and_then(|it| it.split(' ').next());
            assert!(
                status.is_some_and(|it| ["rejected", "invalid"].contains(&it)),
                "{line}"
            );
            let message = rest[2..].split_at(8).1.strip_prefix("  ");
            assert!(message.is_some_and(|it| !it.starts_with(' ')), "{line}");
        }
        // What was drawn is gone.
        assert!(
            !lines.iter().any(|line| line.contains(counted)),
            "{lines:#?}"
        );
    }
}

/// Large numbers, three kinds of outcomes, and a pause.
#[test]
fn a_long_run_keeps_its_counts_and_its_pause_on_80_columns() {
    let rows: String = (0..9_000).map(|n| format!("CG{n:05}X,aa\n")).collect();
    let sheet = format!(
        "purchase_no,flag_name\nCG404,aa\n,aa\n{}{rows}",
        "CG1,aa\n".repeat(1_000)
    );
    for (language, counts, pause, left) in [
        (
            "en",
            "1003 of 10002 rows: 1001 ok, 1 rejected, 1 invalid",
            "paused until ",
            " left",
        ),
        (
            "zh",
            "1003/10002 行：已接受 1001、被拒绝 1、无效 1",
            "暂停至 ",
            "还剩 ",
        ),
    ] {
        let erp = sandbox_with(Config {
            limit: Some(3),
            ..Config::default()
        });
        let place = Place::new();
        place.write("orders.csv", &sheet);
        let mut command = place.run(&erp, ["orders.csv", "-j1", "--lang", language]);
        let mut run = Terminal::start(&mut command, COLUMNS);
        let reason = "超过每分钟最大调用频率限制，请稍后重试";
        run.until("the pause", |lines| {
            lines.iter().any(|line| line.contains(counts))
                && lines
                    .iter()
                    .any(|line| line.starts_with(pause) && line.contains(reason))
        });
        let drawn = progress(&run, &[counts, pause]);
        let line = drawn.iter().find(|piece| piece.contains(counts));
        assert!(line.is_some_and(|it| it.contains(left)), "{drawn:#?}");
        run.interrupt();
        assert_eq!(run.finish(), Some(130));
    }
}
