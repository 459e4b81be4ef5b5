//! Full-text search: what `$text` asks for, which texts meet it, and which of them meet it better.
//!
//! A text is found when it has one of the wanted words and every wanted phrase, and nothing that is not wanted. The
//! store and the matcher share this; a text index only narrows down where it is asked.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::FieldPath;
use crate::text::{Analyzer, Language, Word};

/// How much further occurrences of a word add: the score of a word nears this plus one.
const REPETITION: f64 = 1.2;
/// How much long texts are held back.
const LENGTH_WEIGHT: f64 = 0.75;
/// The number of words at which a text is neither short nor long.
const LENGTH_USUAL: f64 = 32.0;

/// What a `$text` asks for.
#[derive(Debug, Clone)]
pub struct TextQuery {
    asked: Asked,
    analyzer: Analyzer,
    /// One of these, without stop words; those of phrases too.
    terms: Vec<String>,
    /// Each of these, word after word.
    phrases: Vec<Vec<String>>,
    /// None of these.
    without: Vec<Vec<String>>,
}

/// The question as it was put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Asked {
    term: String,
    language: String,
    case_sensitive: bool,
    diacritic_sensitive: bool,
}

impl PartialEq for TextQuery {
    fn eq(&self, other: &Self) -> bool {
        self.asked == other.asked
    }
}

impl TextQuery {
    /// Reads a question: words, `"phrases"`, and either of them with `-` in front for what is not wanted.
    pub fn new(term: &str, analyzer: Analyzer) -> Self {
        let asked = Asked {
            term: term.to_owned(),
            language: analyzer.language.name().to_owned(),
            case_sensitive: analyzer.case_sensitive,
            diacritic_sensitive: analyzer.diacritic_sensitive,
        };
        let (terms, phrases, without) = Default::default();
        let mut query = TextQuery { asked, analyzer, terms, phrases, without };
        for part in parts(term) {
            query.add(&part);
        }
        query
    }

    fn add(&mut self, part: &Part<'_>) {
        let words: Vec<Word> = self.analyzer.words(part.text).collect();
        let phrase = || words.iter().map(|word| word.term.clone()).collect();
        match part {
            _ if words.is_empty() => return,
            Part { wanted: false, .. } => return self.without.push(phrase()),
            Part { is_phrase: true, .. } => self.phrases.push(phrase()),
            Part { is_phrase: false, .. } => {}
        }
        for word in words {
            if !word.is_stop && !self.terms.contains(&word.term) {
                self.terms.push(word.term);
            }
        }
    }

    /// The question as text, for [`TextQuery::from_text`].
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.asked).unwrap_or_default()
    }

    /// The counterpart of [`TextQuery::to_text`]; `None` for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        let Asked { term, language, case_sensitive, diacritic_sensitive } =
            serde_json::from_str(text).ok()?;
        let language = Language::parse(&language)?;
        Some(TextQuery::new(&term, Analyzer { language, case_sensitive, diacritic_sensitive }))
    }

    /// The terms of which an index over words of a language holds at least one for every text that is found; `None`
    /// where it need not hold any.
    pub fn index_terms(&self, language: Language) -> Option<&[String]> {
        let is_of_index = self.analyzer == Analyzer::folding(language);
        (is_of_index && !self.terms.is_empty()).then_some(&self.terms)
    }

    /// How well a text meets the question, above 0 and below 1; `None` when it does not.
    pub fn score(&self, text: &str) -> Option<f64> {
        if self.terms.is_empty() && self.phrases.is_empty() {
            return None;
        }
        let words: Vec<String> = self.analyzer.terms(text).collect();
        let has = |phrase: &Vec<String>| words.windows(phrase.len()).any(|window| window == *phrase);
        if !self.phrases.iter().all(has) || self.without.iter().any(has) {
            return None;
        }
        let mut counts: HashMap<&str, f64> = HashMap::new();
        for word in words.iter().filter(|word| self.terms.contains(word)) {
            *counts.entry(word).or_default() += 1.0;
        }
        if counts.is_empty() && !self.terms.is_empty() {
            return None;
        }
        let length = 1.0 - LENGTH_WEIGHT + LENGTH_WEIGHT * words.len() as f64 / LENGTH_USUAL;
        // In the order of the terms, so that equal texts have equal scores to the last bit.
        let of_words = self.terms.iter().filter_map(|term| counts.get(term.as_str()));
        let sum: f64 = of_words.map(|count| count * (REPETITION + 1.0) / (count + REPETITION * length)).sum();
        let sum = sum + self.phrases.len() as f64;
        Some(sum / (sum + 1.0))
    }
}

/// A word or a phrase of a question.
struct Part<'t> {
    text: &'t str,
    is_phrase: bool,
    wanted: bool,
}

fn parts(term: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = term.trim_start();
    while !rest.is_empty() {
        let (wanted, after) = match rest.strip_prefix('-') {
            Some(after) => (false, after),
            None => (true, rest),
        };
        let (text, is_phrase, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let (phrase, after) = quoted.split_once('"').unwrap_or((quoted, ""));
                (phrase, true, after)
            }
            None => {
                let end = after.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(after.len());
                (&after[..end], false, &after[end..])
            }
        };
        parts.push(Part { text, is_phrase, wanted });
        rest = after.trim_start();
    }
    parts
}

/// One `$text` of a query, which its score is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredText {
    /// The field.
    pub path: FieldPath,
    /// What is asked of it.
    pub query: TextQuery,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(term: &str) -> TextQuery {
        TextQuery::new(term, Analyzer::folding(Language::English))
    }

    #[test]
    fn found() {
        let text = "The Coffee shops of New York are never closed, not even on the 4th of July.";
        for (term, expected) in [
            ("coffee", true),
            ("COFFEES", true),
            ("tea", false),
            ("tea coffee", true),
            ("the", false),
            ("the coffee", true),
            ("", false),
            ("-tea", false),
            ("coffee -tea", true),
            ("coffee -york", false),
            ("coffee -\"york new\"", true),
            ("coffee -\"new york\"", false),
            ("\"new york\"", true),
            ("\"york new\"", false),
            ("\"coffee shop\"", true),
            ("\"shops of new\"", true),
            ("\"of the\"", false),
            ("\"on the\"", true),
            ("\"on the\" tea", false),
            ("\"new york\" tea", true),
            ("tea \"new york", true),
            ("\"coffee shop\" \"new york\"", true),
            ("\"coffee shop\" \"tea shop\"", false),
            ("\"\"", false),
            ("- \"", false),
            ("coffee-tea", true),
            ("coffee\"tea\"", false),
        ] {
            assert_eq!(query(term).score(text).is_some(), expected, "{term}");
        }
    }

    #[test]
    fn better_texts_have_higher_scores() {
        let query = query("coffee beans");
        let texts = [
            "coffee beans, coffee beans",
            "coffee beans",
            "coffee beans and a lot of other things that nobody has ever asked for in a shop",
            "coffee, coffee, coffee",
            "coffee",
            "coffee and a lot of other things that nobody has ever asked for in a shop",
        ];
        let scores: Vec<_> = texts.iter().map(|text| query.score(text).unwrap()).collect();
        assert!(scores.is_sorted_by(|better, worse| better > worse), "{scores:?}");
        assert!(scores.iter().all(|score| (0.0..1.0).contains(score)));
    }

    #[test]
    fn texts_of_queries_are_read_again() {
        let analyzer = Analyzer { case_sensitive: true, ..Analyzer::folding(Language::German) };
        let query = TextQuery::new("a -\"b c\" \"d", analyzer);
        let again = TextQuery::from_text(&query.to_text()).unwrap();
        assert_eq!((&again, again.analyzer, &again.terms), (&query, analyzer, &query.terms));
        assert_eq!(TextQuery::from_text("x"), None);
    }

    #[test]
    fn which_index_helps() {
        let terms = |term: &str, language| query(term).index_terms(language).map(<[String]>::to_vec);
        assert_eq!(
            terms("the coffee \"on the beans\" -tea", Language::English),
            Some(vec!["coffe".into(), "bean".into()])
        );
        assert_eq!(terms("coffee", Language::German), None);
        assert_eq!(terms("\"on the\"", Language::English), None);
        let sensitive = Analyzer { case_sensitive: true, ..Analyzer::folding(Language::English) };
        assert_eq!(TextQuery::new("coffee", sensitive).index_terms(Language::English), None);
    }
}
