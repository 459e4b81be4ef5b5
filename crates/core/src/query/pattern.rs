//! `$regex`: a pattern in the syntax of the `regex` crate, which takes linear time and knows no look-around and no
//! back-references; such patterns are refused. `\Q…\E` quotes, as in PCRE.

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look};

use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;

/// Levels of groups inside each other.
const NESTING_MAX: u32 = 50;

/// A pattern that texts are searched for.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    prefix: Option<String>,
    /// `None` where the prefix is all there is to it.
    regex: Option<Regex>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// Reads a pattern and its options, some of `imsxu`.
    pub fn parse(source: &str, options: &str) -> Result<Self> {
        if options.contains(|option| !"imsxu".contains(option)) {
            return Err(invalid(format!("Bad $options value for query: {}", shown(options))));
        }
        if source.len() > limits::REGEX_LEN_MAX {
            return Err(invalid(format!("A $regex has at most {} bytes.", limits::REGEX_LEN_MAX)));
        }
        let mut text = translated(source);
        // Texts are Unicode in any case.
        let flags: String = "imsx".chars().filter(|flag| options.contains(*flag)).collect();
        if !flags.is_empty() {
            text = format!("(?{flags}){text}");
        }
        let parsed = ParserBuilder::new().nest_limit(NESTING_MAX).build().parse(&text);
        let (prefix, is_all) = literal_prefix(&parsed.map_err(|_| not_understood())?);
        let regex = if is_all { None } else { Some(Self::compile(&text)?) };
        Ok(Pattern { text, prefix, regex })
    }

    /// Makes the text of a pattern ready for searching.
    pub fn compile(text: &str) -> Result<Regex> {
        RegexBuilder::new(text)
            .nest_limit(NESTING_MAX)
            .size_limit(limits::REGEX_BYTES_MAX)
            .dfa_size_limit(limits::REGEX_BYTES_MAX)
            .build()
            .map_err(|_| not_understood())
    }

    /// The pattern with its options, for [`Pattern::compile`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What every text that matches begins with.
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// Whether every text that begins with the prefix matches.
    pub fn is_prefix(&self) -> bool {
        self.regex.is_none()
    }

    /// Whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        match (&self.regex, &self.prefix) {
            (Some(regex), _) => regex.is_match(text),
            (None, Some(prefix)) => text.starts_with(prefix.as_str()),
            (None, None) => false,
        }
    }
}

/// Replaces quotations by escapes.
fn translated(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(quoted) = rest.strip_prefix("\\Q") {
            let (literal, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            append_literal(&mut text, literal);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\E") {
            // The end of a quotation that has none means nothing.
            rest = after;
        } else {
            let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            text.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    text.push_str(rest);
    text
}

/// White space is escaped too, because the option `x` would skip it.
fn append_literal(text: &mut String, literal: &str) {
    for character in literal.chars() {
        if character.is_whitespace() {
            text.push_str(&format!("\\x{{{:X}}}", u32::from(character)));
        } else {
            text.push_str(&regex_syntax::escape(character.encode_utf8(&mut [0; 4])));
        }
    }
}

/// The text after an anchor at the start, and whether nothing follows it.
fn literal_prefix(pattern: &Hir) -> (Option<String>, bool) {
    let HirKind::Concat(parts) = pattern.kind() else { return (None, false) };
    let [anchor, literal, rest @ ..] = parts.as_slice() else { return (None, false) };
    match (anchor.kind(), literal.kind()) {
        (HirKind::Look(Look::Start), HirKind::Literal(literal)) => {
            let prefix = std::str::from_utf8(&literal.0).ok().map(str::to_owned);
            let is_all = prefix.is_some() && rest.is_empty();
            (prefix, is_all)
        }
        _ => (None, false),
    }
}

fn not_understood() -> Error {
    invalid("bad $regex value: the pattern is not valid, too large, or not supported".to_owned())
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches() -> Result<()> {
        for (source, options, matching, other) in [
            ("b", "", "abc", "ac"),
            ("", "", "", "\0"),
            ("^a.c$", "", "abc", "abcd"),
            ("^\\Qa.c\\E", "", "a.cd", "abcd"),
            ("\\Qa b#\\E c", "x", "a b#c", "a b# c"),
            ("\\Q(\\E\\d\\Q)", "", "x(1)", "(a)"),
            ("^\\Qa\\E\\\\E\\Qb\\E$", "", "a\\Eb", "ab"),
            ("a\\/b", "", "a/b", "ab"),
            ("ÄB", "i", "xäb", "ab"),
            ("^b$", "m", "a\nb", "ab"),
            ("a.b", "s", "a\nb", "ab"),
            ("a.b", "u", "aéb", "a\nb"),
            ("^(a|b)", "", "b", "cb"),
        ] {
            let pattern = Pattern::parse(source, options)?;
            assert!(pattern.matches(matching), "{source}");
            assert_eq!(pattern.matches(other), source.is_empty(), "{source}");
        }
        Ok(())
    }

    #[test]
    fn prefixes() -> Result<()> {
        for (source, options, prefix, is_prefix) in [
            ("^abc", "", Some("abc"), true),
            ("^\\Qa.c \\E", "", Some("a.c "), true),
            ("^\\Qä\u{10ffff}\\E", "x", Some("ä\u{10ffff}"), true),
            ("^abc$", "", Some("abc"), false),
            ("^ab?", "", Some("a"), false),
            ("^a|b", "", None, false),
            ("^abc", "i", None, false),
            ("^(?i)abc", "", None, false),
            ("^abc", "m", None, false),
            ("abc", "", None, false),
            ("^", "", None, false),
            ("", "", None, false),
        ] {
            let pattern = Pattern::parse(source, options)?;
            assert_eq!((pattern.prefix(), pattern.is_prefix()), (prefix, is_prefix), "{source} {options}");
        }
        Ok(())
    }

    #[test]
    fn refused() {
        let long = "a".repeat(limits::REGEX_LEN_MAX + 1);
        let deep = "(".repeat(100) + &")".repeat(100);
        for (source, options) in [
            ("(", ""),
            ("(?=a)", ""),
            ("(a)\\1", ""),
            ("\\", ""),
            ("a{1000}{1000}", ""),
            ("(?-u)\\xFF", ""),
            (long.as_str(), ""),
            (deep.as_str(), ""),
            ("a", "g"),
        ] {
            let code = Pattern::parse(source, options).map_err(|error| error.code);
            assert_eq!(code, Err(ErrorCode::InvalidQuery), "{source}");
        }
    }
}
