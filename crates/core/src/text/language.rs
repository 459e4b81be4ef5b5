//! The languages of full-text search: their names, their stop words, and what they do to the ends of words.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use super::folded;

/// A language of full-text search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// No language: every word counts, as it is written.
    None,
    /// Arabic.
    Arabic,
    /// Danish.
    Danish,
    /// Dutch.
    Dutch,
    /// English, which texts are taken for when nothing else is said.
    #[default]
    English,
    /// Finnish.
    Finnish,
    /// French.
    French,
    /// German.
    German,
    /// Greek.
    Greek,
    /// Hungarian.
    Hungarian,
    /// Italian.
    Italian,
    /// Norwegian.
    Norwegian,
    /// Portuguese.
    Portuguese,
    /// Romanian.
    Romanian,
    /// Russian.
    Russian,
    /// Spanish.
    Spanish,
    /// Swedish.
    Swedish,
    /// Tamil.
    Tamil,
    /// Turkish.
    Turkish,
}

/// Folded stop words by language.
static STOP_WORDS: LazyLock<HashMap<Language, HashSet<String>>> = LazyLock::new(|| {
    let of = |language: Language| {
        let words = stop_words::lookup(language.code()).unwrap_or_default();
        words.iter().map(|word| folded(word, false, false)).collect()
    };
    Language::ALL.iter().map(|language| (*language, of(*language))).collect()
});

impl Language {
    /// All of them.
    pub const ALL: &[Language] = &[
        Language::None,
        Language::Arabic,
        Language::Danish,
        Language::Dutch,
        Language::English,
        Language::Finnish,
        Language::French,
        Language::German,
        Language::Greek,
        Language::Hungarian,
        Language::Italian,
        Language::Norwegian,
        Language::Portuguese,
        Language::Romanian,
        Language::Russian,
        Language::Spanish,
        Language::Swedish,
        Language::Tamil,
        Language::Turkish,
    ];

    /// Reads an English name or a code of two letters. `simple` and `none` are no language.
    pub fn parse(name: &str) -> Option<Self> {
        let is_meant = |language: &Language| {
            [language.name(), language.code()].iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        match name.to_ascii_lowercase().as_str() {
            "simple" => Some(Language::None),
            "nb" => Some(Language::Norwegian),
            _ => Language::ALL.iter().copied().find(is_meant),
        }
    }

    /// The English name, in small letters.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    fn code(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str, Option<Algorithm>) {
        match self {
            Language::None => ("none", "none", None),
            Language::Arabic => ("arabic", "ar", Some(Algorithm::Arabic)),
            Language::Danish => ("danish", "da", Some(Algorithm::Danish)),
            Language::Dutch => ("dutch", "nl", Some(Algorithm::Dutch)),
            Language::English => ("english", "en", Some(Algorithm::English)),
            Language::Finnish => ("finnish", "fi", Some(Algorithm::Finnish)),
            Language::French => ("french", "fr", Some(Algorithm::French)),
            Language::German => ("german", "de", Some(Algorithm::German)),
            Language::Greek => ("greek", "el", Some(Algorithm::Greek)),
            Language::Hungarian => ("hungarian", "hu", Some(Algorithm::Hungarian)),
            Language::Italian => ("italian", "it", Some(Algorithm::Italian)),
            Language::Norwegian => ("norwegian", "no", Some(Algorithm::Norwegian)),
            Language::Portuguese => ("portuguese", "pt", Some(Algorithm::Portuguese)),
            Language::Romanian => ("romanian", "ro", Some(Algorithm::Romanian)),
            Language::Russian => ("russian", "ru", Some(Algorithm::Russian)),
            Language::Spanish => ("spanish", "es", Some(Algorithm::Spanish)),
            Language::Swedish => ("swedish", "sv", Some(Algorithm::Swedish)),
            Language::Tamil => ("tamil", "ta", Some(Algorithm::Tamil)),
            Language::Turkish => ("turkish", "tr", Some(Algorithm::Turkish)),
        }
    }

    /// Whether a folded word tells nothing.
    pub(super) fn is_stop_word(self, folded: &str) -> bool {
        STOP_WORDS.get(&self).is_some_and(|words| words.contains(folded))
    }

    /// The word without its ending.
    pub(super) fn stem(self, word: String) -> String {
        let Some(algorithm) = self.row().2 else { return word };
        match Stemmer::create(algorithm).stem(&word) {
            Cow::Owned(stem) => stem,
            Cow::Borrowed(stem) if stem.len() == word.len() => word,
            Cow::Borrowed(stem) => stem.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.name()), Some(*language));
            assert_eq!(Language::parse(&language.code().to_uppercase()), Some(*language));
            assert_eq!(*language == Language::None, !language.is_stop_word_known());
        }
        assert_eq!(Language::parse("simple"), Some(Language::None));
        assert_eq!(Language::parse("klingon"), None);
        assert_eq!(Language::parse(""), None);
    }

    impl Language {
        fn is_stop_word_known(self) -> bool {
            STOP_WORDS.get(&self).is_some_and(|words| !words.is_empty())
        }
    }
}
