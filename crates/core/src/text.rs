//! Texts as full-text search sees them: words, brought into a form in which those that count as the same are equal.
//!
//! Conditions, the matcher and the stored terms of text indexes all take their words from here, so that they agree.

mod language;

use icu_casemap::CaseMapper;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::limits;
pub use language::Language;

/// How words are brought into a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Analyzer {
    /// Whose endings and stop words are left out.
    pub language: Language,
    /// `A` is not `a`.
    pub case_sensitive: bool,
    /// `é` is not `e`.
    pub diacritic_sensitive: bool,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it is compared by.
    pub term: String,
    /// It is so frequent in its language that it tells nothing.
    pub is_stop: bool,
}

impl Analyzer {
    /// The one that knows neither case nor diacritics, as indexes have it.
    pub fn folding(language: Language) -> Self {
        Analyzer { language, case_sensitive: false, diacritic_sensitive: false }
    }

    /// The words of a text in their order. Of a long text the first ones count, and words without end do not.
    pub fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = Word> + use<'t> {
        let analyzer = *self;
        segments(text).map(move |word| {
            let is_stop = analyzer.language.is_stop_word(&folded(word, false, false));
            Word { term: analyzer.term(word), is_stop }
        })
    }

    /// What the words of a text are compared by, stop words too.
    pub fn terms<'t>(&self, text: &'t str) -> impl Iterator<Item = String> + use<'t> {
        let analyzer = *self;
        segments(text).map(move |word| analyzer.term(word))
    }

    fn term(&self, word: &str) -> String {
        self.language.stem(folded(word, self.case_sensitive, self.diacritic_sensitive))
    }
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text[..text.floor_char_boundary(limits::TEXT_LEN_MAX)]
        .unicode_words()
        .take(limits::TEXT_WORDS_MAX)
        .filter(|word| word.len() <= limits::TEXT_WORD_LEN_MAX)
}

/// The form without case and diacritics, unless they are kept.
fn folded(word: &str, keeps_case: bool, keeps_diacritics: bool) -> String {
    if word.is_ascii() {
        return if keeps_case { word.to_owned() } else { word.to_ascii_lowercase() };
    }
    // Some marks decompose into a space and another mark.
    let is_kept = |letter: &char| !letter.is_whitespace() && (keeps_diacritics || !is_diacritic(*letter));
    let letters: String = word.nfkd().filter(is_kept).collect();
    let letters = if keeps_case { letters } else { CaseMapper::new().fold_string(&letters).into_owned() };
    letters.nfkc().collect()
}

/// Marks above and below letters. Marks that are letters of their own, as in Hindi and Thai, are none.
fn is_diacritic(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
        || matches!(letter, '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(analyzer: Analyzer, text: &str) -> Vec<String> {
        analyzer.words(text).filter(|word| !word.is_stop).map(|word| word.term).collect()
    }

    #[test]
    fn forms() {
        for (language, text, expected) in [
            ("english", "The Running of running runs!", &["run", "run", "run"][..]),
            (
                "english",
                "coffee-shops, \"cafés\" & O'Neil's 3.14",
                &["coffe", "shop", "cafe", "o'neil", "3.14"],
            ),
            ("english", "", &[]),
            ("none", "The Running", &["the", "running"]),
            ("german", "Die Häuser und das Haus, STRASSE Straße", &["haus", "haus", "strass", "strass"]),
            ("french", "l'été, les chevaux", &["l'et", "cheval"]),
            ("turkish", "kitaplar", &["kitap"]),
            ("none", "日本 हिन्दी", &["日", "本", "हिन्दी"]),
        ] {
            let analyzer = Analyzer::folding(Language::parse(language).unwrap());
            assert_eq!(terms(analyzer, text), expected, "{text}");
        }
    }

    #[test]
    fn sensitive_forms() {
        let none = Language::parse("none").unwrap();
        for (case_sensitive, diacritic_sensitive, expected) in
            [(false, false, "cafe"), (true, false, "Cafe"), (false, true, "café"), (true, true, "Café")]
        {
            let analyzer = Analyzer { language: none, case_sensitive, diacritic_sensitive };
            assert_eq!(terms(analyzer, "Cafe\u{301}"), [expected]);
        }
    }

    #[test]
    fn bounds() {
        let analyzer = Analyzer::folding(Language::default());
        let long = "x".repeat(limits::TEXT_WORD_LEN_MAX + 1);
        assert_eq!(terms(analyzer, &format!("{long} {}", &long[1..])).len(), 1);
        assert_eq!(analyzer.words(&"y ".repeat(limits::TEXT_WORDS_MAX + 1)).count(), limits::TEXT_WORDS_MAX);
        let far = format!("{}end", "\u{1f600}".repeat(limits::TEXT_LEN_MAX / 4));
        assert_eq!(analyzer.words(&far).count(), 0);
    }

    /// Anything, or letters of the alphabets that endings are known of.
    fn some_text() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "([a-zßäöüéèêçñøåæœığşăâîșț']|[а-яё]|[ά-ώ]|[ا-ي]|[அ-ௌ]| ){0,40}"]
    }

    proptest! {
        #[test]
        fn any_text_has_words(text in some_text(), language in 0..Language::ALL.len()) {
            let language = Language::ALL[language];
            for (case_sensitive, diacritic_sensitive) in [(false, false), (true, true)] {
                let analyzer = Analyzer { language, case_sensitive, diacritic_sensitive };
                prop_assert!(analyzer.words(&text).all(|word| !word.term.contains(char::is_whitespace)));
            }
        }

        #[test]
        fn case_and_diacritics_do_not_count(text in "[a-zé à]{0,30}") {
            let analyzer = Analyzer::folding(Language::default());
            prop_assert_eq!(terms(analyzer, &text), terms(analyzer, &text.to_uppercase()));
            let plain = text.replace('é', "e").replace('à', "a");
            prop_assert_eq!(terms(analyzer, &text), terms(analyzer, &plain));
        }
    }
}
