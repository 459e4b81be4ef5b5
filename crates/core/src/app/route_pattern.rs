//! Patterns of routes in the form that Express has for them: `/classes/:name`, `/functions/*rest`, `/login{/again}`.

use regex::{Regex, RegexBuilder};

/// A pattern, ready for matching.
#[derive(Debug, Clone)]
pub struct RoutePattern {
    text: String,
    regex: Regex,
}

impl PartialEq for RoutePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl RoutePattern {
    /// Reads a pattern. The error ends a sentence about it: what it must be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || {
            "must be a path such as `/login`, `/classes/:name` or `/functions/*rest`, with `{}` around a part that may \
             be missing"
                .to_owned()
        };
        let mut regex = String::from("^");
        let mut rest = text.chars().peekable();
        let mut depth = 0_usize;
        while let Some(character) = rest.next() {
            match character {
                ':' | '*' => {
                    let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
                    let mut length = 0_usize;
                    while rest.next_if(is_name).is_some() {
                        length += 1;
                    }
                    if length == 0 {
                        return Err(invalid());
                    }
                    regex.push_str(if character == ':' { "[^/]+" } else { ".+" });
                }
                '{' => {
                    depth += 1;
                    regex.push_str("(?:");
                }
                '}' => {
                    depth = depth.checked_sub(1).ok_or_else(invalid)?;
                    regex.push_str(")?");
                }
                '(' | ')' | '[' | ']' | '+' | '?' | '!' => return Err(invalid()),
                '\\' => regex.push_str(&regex::escape(&rest.next().ok_or_else(invalid)?.to_string())),
                other => regex.push_str(&regex::escape(&other.to_string())),
            }
        }
        regex.push_str("/?$");
        let built = RegexBuilder::new(&regex).case_insensitive(true).build();
        match built {
            Ok(regex) if depth == 0 && text.starts_with(['/', '*']) => {
                Ok(RoutePattern { text: text.to_owned(), regex })
            }
            _ => Err(invalid()),
        }
    }

    /// Whether it matches a path, which begins with a slash.
    pub fn matches(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("/login", "/login", true),
            ("/login", "/Login/", true),
            ("/login", "/logins", false),
            ("/classes/:name", "/classes/Todo", true),
            ("/classes/:name", "/classes/Todo/abc", false),
            ("/classes/:name{/:id}", "/classes/Todo/abc", true),
            ("/functions/*rest", "/functions/a/b", true),
            ("/functions/*rest", "/functions", false),
            ("/*path", "/anything", true),
            ("/a.b", "/axb", false),
        ] {
            assert_eq!(RoutePattern::parse(pattern).unwrap().matches(path), expected, "{pattern} {path}");
        }
        for pattern in ["", "login", "/*", "/:", "/a{", "/a}", "/(a)", "/a+", "\\"] {
            assert!(RoutePattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
