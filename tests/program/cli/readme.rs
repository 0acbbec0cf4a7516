//! README.md and README.zh-CN.md: the same facts, of a program that is there.

use std::collections::BTreeSet;
use std::fmt::Debug;

const ENGLISH: &str = include_str!("../../../README.md");
const CHINESE: &str = include_str!("../../../README.zh-CN.md");

/// The code within a line, and what stands around it.
fn spans(line: &'static str) -> (Vec<&'static str>, Vec<&'static str>) {
    let parts: Vec<_> = line.split('`').collect();
    assert!(
        parts.len() % 2 == 1,
        "code goes on in the next line: {line}"
    );
    let every_second = |from| parts.iter().skip(from).step_by(2).copied().collect();
    (every_second(1), every_second(0))
}

/// Spans, and lines of blocks, but for what the program prints in its language.
fn code(readme: &'static str) -> Vec<&'static str> {
    let mut block = None;
    let mut found = Vec::new();
    for line in readme.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(language), None) => block = Some(language),
            (Some(_), Some(_)) => block = None,
            (None, Some("text")) => {}
            (None, Some(_)) => found.push(line),
            (None, None) => found.extend(spans(line).0),
        }
    }
    assert_eq!(block, None, "a block does not end");
    found
}

fn commands(readme: &'static str) -> BTreeSet<&'static str> {
    let command = |code: &'static str| {
        let starts = ["wdt-flags ", "cargo "].map(|name| code.find(name));
        let start = starts.into_iter().flatten().min()?;
        code[start..].split(['#', '>']).next().map(str::trim)
    };
    code(readme).into_iter().filter_map(command).collect()
}

fn options(readme: &'static str) -> BTreeSet<&'static str> {
    let is_option = |word: &&str| {
        let name = word.trim_start_matches('-');
        name.len() < word.len() && name.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let words = code(readme).into_iter();
    let words = words.flat_map(|it| it.split(|c: char| c != '-' && !c.is_ascii_alphanumeric()));
    words.filter(is_option).collect()
}

/// Environment variables, and what stands for a value.
fn capitals(readme: &'static str) -> BTreeSet<&'static str> {
    let words = code(readme).into_iter();
    let words = words.flat_map(|it| it.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()));
    let is_capital = |word: &&str| word.chars().all(|c| c == '_' || c.is_ascii_uppercase());
    words
        .filter(|word| word.len() > 1)
        .filter(is_capital)
        .collect()
}

/// What a row of a table has in any language, its code and its numbers.
fn rows(readme: &'static str) -> BTreeSet<BTreeSet<&'static str>> {
    let rows = readme.lines().filter(|line| line.starts_with('|'));
    let rows = rows.map(|line| {
        let (code, prose) = spans(line);
        let words = prose.into_iter();
        let numbers = words.flat_map(|it| it.split(|c: char| !c.is_ascii_digit()));
        code.into_iter()
            .chain(numbers.filter(|it| !it.is_empty()))
            .collect()
    });
    rows.filter(|row: &BTreeSet<_>| !row.is_empty()).collect()
}

#[track_caller]
fn same<T: Ord + Debug>(of: fn(&'static str) -> BTreeSet<T>) {
    let (english, chinese) = (of(ENGLISH), of(CHINESE));
    assert!(!english.is_empty());
    let lacking: Vec<_> = english.difference(&chinese).collect();
    let surplus: Vec<_> = chinese.difference(&english).collect();
    assert!(
        lacking.is_empty() && surplus.is_empty(),
        "only in README.md: {lacking:?}; only in README.zh-CN.md: {surplus:?}"
    );
}

#[test]
fn both_name_the_same_commands() {
    same(commands);
}

#[test]
fn both_name_the_same_options() {
    same(options);
}

#[test]
fn both_name_the_same_variables() {
    same(capitals);
}

/// Options with their defaults, columns, statuses, exit codes.
#[test]
fn tables_say_the_same_in_both() {
    same(rows);
}

#[test]
fn the_program_has_the_commands_and_options_that_they_name_and_no_others() {
    let mut program = wdt_flags::cli::command();
    for words in commands(ENGLISH) {
        if words.starts_with("wdt-flags ") {
            let read = program.try_get_matches_from_mut(words.split_whitespace());
            assert!(read.is_ok(), "{words}: {read:?}");
        }
    }
    program.build();
    let commands = program.get_subcommands().chain([&program]);
    let there = commands.flat_map(|command| command.get_arguments());
    let there: BTreeSet<_> = there
        .filter_map(|option| Some(format!("--{}", option.get_long()?)))
        .collect();
    let of_cargo = ["--bench", "--path"];
    let named = options(ENGLISH).into_iter();
    let named: BTreeSet<_> = named
        .filter(|option| option.starts_with("--") && !of_cargo.contains(option))
        .map(str::to_owned)
        .collect();
    assert_eq!(named, there);
}
