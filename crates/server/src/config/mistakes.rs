//! Mistakes in the configuration, as sentences for the person who made them.

use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is, as the user wrote it: `astrolabe.toml:3: server.listen`, `ASTROLABE_LISTEN`, `--listen`.
    pub place: String,
    /// The value as written; never that of a secret.
    pub value: Option<String>,
    /// What is wrong and what is allowed.
    pub problem: String,
}

impl Mistake {
    /// A mistake that has no value worth showing.
    pub fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Mistake { place: place.into(), value: None, problem: problem.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}: {}", self.place, self.problem),
            None => write!(f, "{}: {}", self.place, self.problem),
        }
    }
}

/// Every mistake of a configuration, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "the configuration has a mistake:")?,
            count => writeln!(f, "the configuration has {count} mistakes:")?,
        }
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "  {mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
