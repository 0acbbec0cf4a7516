//! The language that people are spoken to in, and the texts, one file a language.
//!
//! `say!("key", argument = value)` is a text in the language that was chosen. The compiler checks
//! key and arguments against the English texts, and a test that each other language has the same.

#[cfg(test)]
mod tests;
mod topics;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io;
use std::sync::LazyLock;

use clap::ValueEnum;
use i18n_embed::fluent::FluentLanguageLoader;
use i18n_embed::unic_langid::LanguageIdentifier;
use i18n_embed::{I18nAssets, I18nEmbedError, LanguageLoader};

/// Overrules the system's language.
const VARIABLE: &str = "WDT_LANG";

/// A text by its key, with its arguments.
macro_rules! say {
    ($($text:tt)*) => {
        ::i18n_embed_fl::fl!($crate::language::TEXTS, $($text)*)
    };
}
pub(crate) use say;

pub use self::topics::TOPICS;

/// The texts of the language that was chosen; English until then.
pub static TEXTS: LazyLock<FluentLanguageLoader> = LazyLock::new(|| {
    let texts = FluentLanguageLoader::new("texts", Language::En.id());
    load(&texts, Language::En).expect("English is part of the program");
    texts
});

/// Why the system could not do something, in its own words and in ours where there are some.
pub fn os_error(error: &io::Error) -> String {
    let kind = if cfg!(windows) && is_in_use(error) {
        "InUse".to_owned()
    } else {
        format!("{:?}", error.kind())
    };
    say!("os-error", kind = kind, error = error.to_string())
}

/// Of Windows: a sharing violation, and a part of the file that is locked.
pub fn is_in_use(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(32 | 33))
}

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
        asked = asked.filter(|tag| Language::from_str(tag, true).is_ok());
        let variable = || std::env::var(VARIABLE).ok().filter(|tag| !tag.is_empty());
        let tag = asked.or_else(variable).or_else(sys_locale::get_locale);
        Language::of(&tag.unwrap_or_default())
    }

    /// By a tag such as `zh-CN` or `zh_CN.UTF-8`; what is not known is English.
    fn of(tag: &str) -> Language {
        match tag.split(['-', '_', '.']).next() {
            Some(language) if language.eq_ignore_ascii_case("zh") => Language::Zh,
            _ => Language::En,
        }
    }

    fn id(self) -> LanguageIdentifier {
        let tag = match self {
            Language::En => "en",
            Language::Zh => "zh",
        };
        tag.parse().expect("a tag of a language")
    }
}

/// From now on all texts are in this language.
pub fn speak(language: Language) {
    load(&TEXTS, language).expect("its texts are part of the program");
}

fn load(texts: &FluentLanguageLoader, language: Language) -> Result<(), I18nEmbedError> {
    texts.load_languages(&Embedded, &[language.id()])?;
    // Marks around what is inserted would show on terminals.
    texts.set_use_isolating(false);
    Ok(())
}

struct Embedded;

/// The texts by the names that the loader gives them.
const FILES: [(&str, &str); 2] = [
    ("en/texts.ftl", include_str!("en/texts.ftl")),
    ("zh/texts.ftl", include_str!("zh/texts.ftl")),
];

impl I18nAssets for Embedded {
    fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
        let files = FILES.iter().filter(|(name, _)| *name == path);
        files.map(|(_, text)| text.as_bytes().into()).collect()
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Box::new(FILES.iter().map(|(name, _)| (*name).to_owned()))
    }
}
