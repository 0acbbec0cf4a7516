//! The language that people are spoken to in, and the texts, one file a language.
//!
//! `say!("key", argument = value)` is a text in the language that was chosen. The compiler checks
//! key and arguments against the English texts, and a test that each other language has the same.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::sync::LazyLock;

use clap::ValueEnum;
use i18n_embed::fluent::FluentLanguageLoader;
use i18n_embed::unic_langid::LanguageIdentifier;
use i18n_embed::{I18nAssets, I18nEmbedError, LanguageLoader};

/// Overrules the system's language.
const VARIABLE: &str = "WDT_LANG";
const DOMAIN: &str = "texts";

/// A text by its key, with its arguments.
macro_rules! say {
    ($($text:tt)*) => {
        ::i18n_embed_fl::fl!($crate::language::TEXTS, $($text)*)
    };
}
pub(crate) use say;
#[cfg(test)]
pub use tests::keys;

/// The texts of the language that was chosen; English until then.
pub static TEXTS: LazyLock<FluentLanguageLoader> = LazyLock::new(|| {
    let texts = FluentLanguageLoader::new(DOMAIN, Language::En.id());
    load(&texts, Language::En).expect("English is part of the program");
    texts
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Zh,
    En,
}

impl Language {
    /// As a command line asks for it (`--lang zh`, `--lang=zh`), or else the environment or the
    /// system. Known before the command line is read as a whole, because its help and errors are in
    /// this language, too.
    pub fn wanted<S: AsRef<OsStr>>(args: &[S]) -> Language {
        let mut args = args.iter().map(|arg| arg.as_ref().to_string_lossy());
        let mut asked = None;
        while let Some(arg) = args.next().filter(|arg| arg != "--") {
            match arg.strip_prefix("--lang") {
                Some("") => asked = args.next().map(Cow::into_owned),
                Some(value) => asked = value.strip_prefix('=').map(str::to_owned).or(asked),
                None => {}
            }
        }
        // A wrong option is an error, which is told in the language there would be without it.
        let asked = asked.filter(|tag| Language::from_str(tag, true).is_ok());
        let asked = asked.or_else(|| std::env::var(VARIABLE).ok().filter(|tag| !tag.is_empty()));
        Language::of(&asked.or_else(sys_locale::get_locale).unwrap_or_default())
    }

    /// By a tag such as `zh-CN` or `zh_CN.UTF-8`; what is not known is English.
    fn of(tag: &str) -> Language {
        match tag.split(['-', '_', '.']).next() {
            Some(language) if language.eq_ignore_ascii_case("zh") => Language::Zh,
            _ => Language::En,
        }
    }

    /// As the directory of its texts is named.
    fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }

    fn id(self) -> LanguageIdentifier {
        self.tag().parse().expect("a tag of a language")
    }

    fn texts(self) -> &'static str {
        match self {
            Language::En => include_str!("en/texts.ftl"),
            Language::Zh => include_str!("zh/texts.ftl"),
        }
    }
}

/// From now on all texts are in this language.
pub fn speak(language: Language) {
    load(&TEXTS, language).expect("its texts are part of the program");
}

/// A text whose key is made from names in the program, or an attribute of it, if there is one.
pub fn find(key: &str, attribute: Option<&str>) -> Option<String> {
    match attribute {
        None => TEXTS.has(key).then(|| TEXTS.get(key)),
        Some(attribute) => TEXTS
            .has_attr(key, attribute)
            .then(|| TEXTS.get_attr_args_concrete(key, attribute, HashMap::new())),
    }
}

fn load(texts: &FluentLanguageLoader, language: Language) -> Result<(), I18nEmbedError> {
    texts.load_languages(&Embedded, &[language.id()])?;
    // Marks around what is inserted would show on terminals.
    texts.set_use_isolating(false);
    Ok(())
}

struct Embedded;

impl Embedded {
    fn path(language: Language) -> String {
        format!("{}/{DOMAIN}.ftl", language.tag())
    }
}

impl I18nAssets for Embedded {
    fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
        let languages = Language::value_variants().iter();
        languages
            .filter(|&&language| Embedded::path(language) == path)
            .map(|language| language.texts().as_bytes().into())
            .collect()
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Box::new(
            Language::value_variants()
                .iter()
                .map(|&it| Embedded::path(it)),
        )
    }
}
