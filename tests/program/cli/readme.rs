//! README.md and README.zh-CN.md name commands and options that are there.

use std::collections::BTreeSet;

const READMES: [&str; 2] = [
    include_str!("../../../README.md"),
    include_str!("../../../README.zh-CN.md"),
];

#[test]
fn what_the_readmes_name_is_there() {
    let mut program = wdt_flags::cli::command();
    let commands = program.get_subcommands().chain([&program]);
    let options = commands.flat_map(|command| command.get_arguments());
    let options: BTreeSet<_> = options
        .filter_map(|option| option.get_long().map(str::to_owned))
        .chain(["bench", "path"].map(str::to_owned)) // Of cargo.
        .collect();
    for readme in READMES {
        // Every second piece between backticks is code.
        for line in readme.split('`').skip(1).step_by(2).flat_map(str::lines) {
            let words = line.split(|c: char| c != '-' && !c.is_ascii_alphanumeric());
            for option in words.filter_map(|word| word.strip_prefix("--")) {
                let is_drawn = option.trim_matches('-').is_empty();
                assert!(is_drawn || options.contains(option), "{line}");
            }
            if let Some(start) = line.find("wdt-flags ") {
                let command = line[start..].split(['#', '>']).next().unwrap_or_default();
                let read = program.try_get_matches_from_mut(command.split_whitespace());
                assert!(read.is_ok(), "{command}: {read:?}");
            }
        }
    }
}
