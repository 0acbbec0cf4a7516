//! Long help by topic, one file a topic and language, which the READMEs link to as well.

use i18n_embed::LanguageLoader;

use super::{Language, TEXTS};

/// What `help` tells of.
#[derive(Debug)]
pub struct Topic {
    pub name: &'static str,
    en: &'static str,
    zh: &'static str,
}

macro_rules! topics {
    ($($name:literal),*) => {
        [$(Topic {
            name: $name,
            en: include_str!(concat!("en/help/", $name, ".md")),
            zh: include_str!(concat!("zh/help/", $name, ".md")),
        }),*]
    };
}

pub static TOPICS: [Topic; 7] = topics![
    "account",
    "sheets",
    "results",
    "correcting",
    "reading-back",
    "trouble",
    "nightly"
];

impl Topic {
    /// The text in the language that was chosen.
    pub fn text(&self) -> &'static str {
        if TEXTS.current_language() == Language::Zh.id() {
            self.zh
        } else {
            self.en
        }
    }

    pub fn title(&self) -> &'static str {
        let first = self.text().lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }
}
