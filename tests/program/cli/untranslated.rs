//! Whoever has chosen Chinese reads no English, whichever command or library says it.

use std::collections::BTreeSet;

use wdt_flags::sandbox::Config;

use crate::harness::{Place, account, finish, sandbox_with};

/// What is the same in every language.
const NOT_OURS: [&str; 4] = [
    // A status.
    "not found",
    // Of the ERP.
    "sid is not exists",
    // Of who reads TOML.
    "unquoted keys cannot be empty, expected letters, numbers",
    "expected one of",
];

/// A line without what stands in quotes, backticks or braces.
fn unquoted(line: &str) -> String {
    let mut left = String::new();
    let mut until = None;
    for c in line.chars() {
        match until {
            Some(end) if c == end => until = None,
            Some(_) => {}
            None if "\"'`“{".contains(c) => {
                until = Some(match c {
                    '“' => '”',
                    '{' => '}',
                    _ => c,
                });
                left.push('·');
            }
            None => left.push(c),
        }
    }
    left
}

/// Whether two English words stand in a line, neither of them the name of something.
fn has_english(line: &str) -> bool {
    let is_word = |text: &str| {
        let text = text.trim_matches([',', ';', ':', '.', '(', ')', '?', '!']);
        !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase())
    };
    let mut line = line.to_owned();
    for other in NOT_OURS {
        line = line.replace(other, "·");
    }
    // The system's own words stand in brackets behind ours.
    while let Some((before, after)) = line.split_once(" (os error ") {
        let ours = before.rsplit_once('（').map_or(before, |(ours, _)| ours);
        line = format!("{ours}·{after}");
    }
    let words: Vec<_> = unquoted(&line).split_whitespace().map(is_word).collect();
    words.windows(2).any(|two| two == [true, true])
}

/// The names of options in a text.
fn options(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let names = words.filter_map(|word| word.strip_prefix("--"));
    names.filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn no_text_in_chinese_has_english_in_it_and_every_option_that_is_named_is_there() {
    assert!(has_english("错误：the sheet is empty"));
    assert!(!has_english("`as it is`，“one two three”，{ $by } 和 -v"));
    let program = wdt_flags::cli::command();
    let commands = program.get_subcommands().chain([&program]);
    let known = commands.flat_map(|command| command.get_arguments());
    let known: BTreeSet<_> = known.filter_map(|option| option.get_long()).collect();
    for (texts, is_chinese) in [
        (include_str!("../../../src/language/zh/texts.ftl"), true),
        (include_str!("../../../src/language/en/texts.ftl"), false),
    ] {
        for line in texts.lines().filter(|line| !line.starts_with('#')) {
            let text = line.split_once(" = ").map_or(line, |(_, text)| text);
            assert!(!is_chinese || !has_english(text), "{line}");
            for option in options(text) {
                assert!(known.contains(option), "{line}");
            }
        }
    }
}

/// What comes from the command line's reader, the system, and who reads files and replies.
#[test]
fn what_the_program_says_in_chinese_has_no_english_in_it() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        clock_skew: jiff::SignedDuration::from_mins(10),
        ..Config::default()
    });
    let mixed = "CG1,aa\nCG1,加急\nCG404,aa\nCG2,aa\nCG2,aa\n,aa\n#REF!,aa\n2.2E+10,aa\nCG5,\n";
    for (name, content) in [
        ("orders.csv", format!("purchase_no,flag_name\n{mixed}")),
        ("quote.csv", "purchase_no,flag_name\nCG1,\"aa\n".to_owned()),
        ("zip.xlsx", "PK\u{3}\u{4}nonsense".to_owned()),
        ("torn.xls", "<table><tr><td>purchase_no".to_owned()),
        ("binary.xls", "\u{9}\u{8}\u{8}\0\0\u{5}\u{5}\0".to_owned()),
        ("torn.toml", "[default]\n[\n".to_owned()),
        ("wrong.toml", "[default]\ncolour = \"red\"\n".to_owned()),
    ] {
        place.write(name, content);
    }
    for line in [
        "0 --help",
        "0 run --help",
        "2 run orders.csv --nope",
        "2 run orders.csv --rate fast",
        "2 check absent.csv",
        "2 check .",
        "2 check quote.csv",
        "2 check zip.xlsx",
        "2 check torn.xls",
        "2 check binary.xls",
        "1 check orders.csv -v --deadline 20s",
        "2 ping --config torn.toml",
        "2 ping --config wrong.toml",
        "2 WDT_ENDPOINT=ftp://erp/openapi ping",
        "2 WDT_APP_SECRET=hush ping",
        "1 ping",
        "3 man --dir orders.csv",
        "1 run orders.csv -vv -j1 --rate=unlimited",
        "1 run orders.failures.csv -v --rate=unlimited",
        "1 verify orders.csv -vv --rate=unlimited",
        "3 WDT_SID=nobody run orders.csv",
        "3 WDT_ENDPOINT=http://127.0.0.1:1/ run orders.csv -v --fresh --give-up-after 1s",
    ] {
        let mut command = place.program();
        account(&mut command, &erp.endpoint());
        command.env("WDT_LANG", "zh");
        let mut words = line.split(' ');
        let code = words.next().and_then(|code| code.parse().ok());
        for word in words {
            match word.split_once('=') {
                Some((name, value)) if name.starts_with("WDT_") => command.env(name, value),
                _ => command.arg(word),
            };
        }
        let mut said = finish(&mut command).expect(code.expect("a code")).said();
        assert!(!said.is_empty(), "{line}: nothing is said");
        if place.path("orders.results.csv").exists() {
            said += &place
                .table("orders.results.csv")
                .column("message")
                .join("\n");
        }
        for told in said.lines() {
            assert!(!has_english(told), "{line}: {told}");
        }
    }
}
