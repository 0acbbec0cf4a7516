use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_syntax::ast::{Entry, Pattern};
use fluent_syntax::parser;

use super::*;

/// The names of what is inserted, by key, or key and attribute.
fn texts((_, text): (&str, &str)) -> BTreeMap<String, BTreeSet<String>> {
    let resource = parser::parse(text).expect("well-formed texts");
    let mut texts = BTreeMap::new();
    let mut add = |key: String, pattern: &Pattern<&str>| {
        let parsed = format!("{pattern:?}");
        let names = parsed.split("VariableReference { id: Identifier { name: \"");
        let names = names.skip(1).filter_map(|rest| rest.split('"').next());
        let names = names.map(str::to_owned).collect();
        assert_eq!(texts.insert(key.clone(), names), None, "{key} stands twice");
    };
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let key = message.id.name;
                if let Some(value) = &message.value {
                    add(key.to_owned(), value);
                }
                for attribute in &message.attributes {
                    add(format!("{key}.{}", attribute.id.name), &attribute.value);
                }
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(_) | Entry::Junk { .. } => panic!("{entry:?}"),
        }
    }
    texts
}

#[test]
fn languages_have_the_same_texts_with_the_same_insertions() {
    assert_eq!(texts(FILES[0]), texts(FILES[1]));
}

/// A text that nothing names is dead, and its translation too.
#[test]
fn every_text_is_named_in_the_code() {
    fn read(directory: &Path, code: &mut String) {
        for entry in std::fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, code);
            } else if path.extension().is_some_and(|it| it == "rs") {
                code.push_str(&std::fs::read_to_string(&path).expect("code"));
            }
        }
    }
    let mut code = String::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    read(&src, &mut code);
    let quoted: BTreeSet<_> = code.split('"').collect();
    for key in texts(FILES[0]).keys() {
        let message = key.split('.').next().unwrap_or(key);
        assert!(quoted.contains(message), "{key}");
    }
}

#[test]
fn a_file_in_use_is_said_to_be_open_elsewhere() {
    let error = io::Error::from_raw_os_error(32);
    let says = os_error(&error).contains("open in another program");
    assert_eq!((is_in_use(&error), says), (true, cfg!(windows)));
    assert!(!is_in_use(&io::Error::from_raw_os_error(5)));
}

#[test]
fn languages_are_known_by_their_tags_and_an_option_says_one_wherever_it_stands() {
    for tag in ["zh", "zh-CN", "zh_CN.UTF-8", "ZH-Hant-TW"] {
        assert_eq!(Language::of(tag), Language::Zh, "{tag}");
    }
    for tag in ["zha", "en-US", "fr_FR", "C", ""] {
        assert_eq!(Language::of(tag), Language::En, "{tag}");
    }
    for (line, language) in [
        ("run x.csv --lang zh", Language::Zh),
        ("--lang=zh run", Language::Zh),
        ("--lang zh --lang=en", Language::En),
        ("--lang=zh -- --lang=en", Language::Zh),
    ] {
        let args: Vec<_> = line.split(' ').collect();
        assert_eq!(Language::wanted(&args), language, "{line}");
    }
}
