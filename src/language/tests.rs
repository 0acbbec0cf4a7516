use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant};
use fluent_syntax::parser;

use super::*;

/// By key, or key and attribute: the names of what is inserted.
fn texts(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let resource = parser::parse(language.texts()).expect("well-formed texts");
    let mut texts = BTreeMap::new();
    let mut add = |key: String, pattern: &Pattern<&str>| {
        let mut names = BTreeSet::new();
        names_in(pattern, &mut names);
        assert_eq!(texts.insert(key.clone(), names), None, "{key} stands twice");
    };
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                if let Some(value) = &message.value {
                    add(message.id.name.to_owned(), value);
                }
                for attribute in &message.attributes {
                    let key = format!("{}.{}", message.id.name, attribute.id.name);
                    add(key, &attribute.value);
                }
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(_) | Entry::Junk { .. } => panic!("{entry:?}"),
        }
    }
    texts
}

/// All keys, without attributes.
pub fn keys() -> BTreeSet<String> {
    let keys = texts(Language::En).into_keys();
    keys.filter(|key| !key.contains('.')).collect()
}

fn names_in(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression } => match expression {
                Expression::Inline(inline) => name_in(inline, names),
                Expression::Select { selector, variants } => {
                    name_in(selector, names);
                    for Variant { value, .. } in variants {
                        names_in(value, names);
                    }
                }
            },
        }
    }
}

fn name_in(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => drop(names.insert(id.name.to_owned())),
        InlineExpression::StringLiteral { .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn languages_have_the_same_texts_with_the_same_insertions() {
    let english = texts(Language::En);
    for &language in Language::value_variants() {
        let others = texts(language);
        for (key, names) in &english {
            assert_eq!(others.get(key), Some(names), "{language:?} {key}");
        }
        for key in others.keys() {
            assert!(english.contains_key(key), "{language:?} {key}");
        }
    }
}

/// A text that nothing names is dead, and its translation too. Some keys are made from the names of
/// commands and options.
#[test]
fn every_text_is_named_in_the_code() {
    fn read(directory: &std::path::Path, code: &mut String) {
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
    read(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut code,
    );
    let made = ["about", "heading-", "help-", "value-"];
    for key in texts(Language::En).keys() {
        let is_made = made.iter().any(|prefix| key.starts_with(prefix));
        let message = key.split('.').next().unwrap_or(key);
        assert!(is_made || code.contains(&format!("\"{message}\"")), "{key}");
    }
}

#[test]
fn languages_are_known_by_their_tags() {
    for (tag, language) in [
        ("zh", Language::Zh),
        ("zh-CN", Language::Zh),
        ("zh_CN.UTF-8", Language::Zh),
        ("ZH-Hant-TW", Language::Zh),
        ("zha", Language::En),
        ("en-US", Language::En),
        ("fr_FR", Language::En),
        ("C", Language::En),
        ("", Language::En),
    ] {
        assert_eq!(Language::of(tag), language, "{tag}");
    }
}

#[test]
fn an_option_says_the_language_wherever_it_stands() {
    for (args, language) in [
        (&["run", "x.csv", "--lang", "zh"][..], Language::Zh),
        (&["--lang=zh", "run"], Language::Zh),
        (&["--lang", "zh", "--lang=en"], Language::En),
        (&["--lang=zh", "--", "--lang=en"], Language::Zh),
    ] {
        assert_eq!(Language::wanted(args), language, "{args:?}");
    }
}
