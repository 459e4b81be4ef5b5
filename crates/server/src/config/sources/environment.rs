//! Environment variables: those of the process, over those of a `.env` file.
//!
//! The file belongs to the site as well, so lines this reader does not understand are passed over in silence.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The variables a configuration is read from.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The variables of this process, over those of `.env` in the folder.
    pub fn of_process(folder: &Path) -> Self {
        let dotenv = std::fs::read_to_string(folder.join(".env")).unwrap_or_default();
        let mut environment = Environment { variables: parse_dotenv(&dotenv).collect() };
        environment.variables.extend(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        environment
    }

    /// The given variables only.
    pub fn of(variables: impl IntoIterator<Item = (&'static str, &'static str)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Environment { variables: variables.collect() }
    }

    /// A variable; an empty one counts as not set, as containers pass on variables nobody has filled.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every variable that is set, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(_, v)| !v.is_empty())
    }
}

/// Values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Lines `NAME=value`, with `export`, comments and quotes; values in double quotes know `\n`.
fn parse_dotenv(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then(|| (name.to_owned(), unquote(value.trim())))
    })
}

fn unquote(value: &str) -> String {
    for quote in ['"', '\'', '`'] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return if quote == '"' { inner.replace("\\n", "\n") } else { inner.to_owned() };
        }
    }
    value.split(" #").next().unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dotenv_lines() {
        let text =
            "# comment\nA=1\nexport B = \"x # y\" # note\nC='$q'\nD=plain # note\n\nnot a line\nE=\n1 2=3";
        let read: Vec<(String, String)> = parse_dotenv(text).collect();
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, [("A", "1"), ("B", "x # y"), ("C", "$q"), ("D", "plain"), ("E", "")]);
    }

    #[test]
    fn empty_variables_count_as_not_set() {
        let environment = Environment::of([("A", ""), ("B", "b")]);
        assert_eq!((environment.get("A"), environment.get("B")), (None, Some("b")));
    }
}
