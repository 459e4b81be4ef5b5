//! Settings in environment variables: Parse Server's names first, then Astrolabe's own.
//!
//! The environment is shared with the site and other programs. A variable that looks like a misspelt setting is a
//! mistake; one that resembles none is somebody else's and only worth a warning.

use super::{Environment, Found, Given, parse_file, parse_options};
use crate::config::mistakes::Mistake;
use crate::config::nearest::nearest;
use crate::config::raw::Raw;
use crate::config::{Mode, Sources, settings};

const OWN_PREFIX: &str = "ASTROLABE_";
const PARSE_PREFIX: &str = "PARSE_SERVER_";

/// Names with our prefix that others read: the site, and the tests of the project.
const READ_BY_OTHERS: &[&str] = &["ASTROLABE_URL", "ASTROLABE_BIN", "ASTROLABE_TEST_"];

/// Parse Server variables whose names any program may use for itself, so they are left alone.
const TOO_COMMON: &[&str] = &["JSON_LOGS", "VERBOSE", "SILENT"];

pub(super) fn read(sources: &Sources<'_>, found: &mut Found) {
    read_parse_names(sources, found);
    for (name, value) in sources.environment.iter().filter(|(name, _)| name.starts_with(OWN_PREFIX)) {
        match settings::by_env(name) {
            Some(setting) => found.given.push(Given::plain(setting, name, Raw::Text(value.to_owned()))),
            None if READ_BY_OTHERS.iter().any(|other| name.starts_with(other)) => {}
            None => unknown(name, settings::all().filter_map(|s| Some(s.own?.env)), found),
        }
    }
}

fn read_parse_names(sources: &Sources<'_>, found: &mut Found) {
    for (name, value) in sources.environment.iter() {
        match settings::by_parse_env(name) {
            Some(_) if is_left_alone(name, sources.mode) => {}
            Some(setting) => found.given.push(Given::plain(setting, name, Raw::Text(value.to_owned()))),
            None if !name.starts_with(PARSE_PREFIX) => {}
            None if parse_options::object_of_env(name).is_some() => read_object(name, value, found),
            None if parse_options::is_known_env(name) => found.idle_parse_options.push(name.to_owned()),
            None => {
                let known = settings::all().filter_map(|s| Some(s.parse?.env)).chain(parse_options::envs());
                unknown(name, known, found);
            }
        }
    }
}

/// An option that is an object stands in its variable as JSON.
fn read_object(name: &str, value: &str, found: &mut Found) {
    match (parse_options::object_of_env(name), serde_json::from_str(value)) {
        (Some(option), Ok(json)) => parse_file::read_option(name, option, &json, found),
        _ => found.mistakes.push(Mistake::new(name, "must be a JSON object")),
    }
}

/// `PORT` in development is the site's.
fn is_left_alone(name: &str, mode: Mode) -> bool {
    TOO_COMMON.contains(&name) || (name == "PORT" && mode == Mode::Dev)
}

fn unknown(name: &str, known: impl Iterator<Item = &'static str>, found: &mut Found) {
    match nearest(name, known) {
        Some(meant) => {
            let problem = format!("is not a setting; did you mean `{meant}`?");
            found.mistakes.push(Mistake::new(name, problem));
        }
        None => {
            found.warnings.push(format!("the environment variable {name} is not a setting and was not read"))
        }
    }
}

impl Environment {
    /// Puts variables in the place of `${NAME}`; the error names those that are not set.
    pub(super) fn expand(&self, text: &str) -> Result<String, Vec<String>> {
        let (mut out, mut missing, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else { break };
            out.push_str(before);
            match self.get(name) {
                Some(value) => out.push_str(value),
                None => missing.push(name.to_owned()),
            }
            rest = tail;
        }
        out.push_str(rest);
        if missing.is_empty() { Ok(out) } else { Err(missing) }
    }
}
