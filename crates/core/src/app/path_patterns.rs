//! Patterns of paths, as settings hold them: regular expressions that match from the beginning of a path.

use regex::RegexSet;

/// A list of patterns, ready for matching. An empty list matches nothing.
#[derive(Debug, Clone, Default)]
pub struct PathPatterns {
    texts: Vec<String>,
    set: RegexSet,
}

impl PartialEq for PathPatterns {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl PathPatterns {
    /// Reads patterns. The error ends a sentence about them: what they must be.
    pub fn parse(texts: Vec<String>) -> Result<Self, String> {
        let set = RegexSet::new(texts.iter().map(|text| format!("^(?:{text})")))
            .map_err(|_| "must hold regular expressions without look-around and back-references")?;
        Ok(PathPatterns { texts, set })
    }

    /// The same for patterns that match a path as a whole.
    pub fn parse_whole(texts: Vec<String>) -> Result<Self, String> {
        PathPatterns::parse(texts.into_iter().map(|text| format!("(?:{text})$")).collect())
    }

    /// Whether one of them matches a path, which begins and ends without a slash.
    pub fn matches(&self, path: &str) -> bool {
        !self.texts.is_empty() && self.set.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_from_the_beginning() {
        let patterns =
            |texts: &[&str]| PathPatterns::parse(texts.iter().map(|&text| text.to_owned()).collect());
        for (texts, path, expected) in [
            (&["classes/.*"][..], "classes/Todo", true),
            (&["^classes/Todo$"], "classes/Todo", true),
            (&["classes/Todo$"], "classes/Todo/abc", false),
            (&["Todo"], "classes/Todo", false),
            (&["users|batch"], "batch", true),
            (&["users|batch"], "classes/batch", false),
            (&["users", ".*"], "schemas/A", true),
            (&[], "users", false),
        ] {
            assert_eq!(
                patterns(texts).is_ok_and(|patterns| patterns.matches(path)),
                expected,
                "{texts:?} {path}"
            );
        }
        assert!(patterns(&["("]).is_err());
    }
}
