//! `astrolabe.toml`.

mod gateway;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::{Environment, Found, Given, parse_options};
use crate::config::kind::Kind;
use crate::config::mistakes::Mistake;
use crate::config::nearest::{did_you_mean, nearest};
use crate::config::raw::Raw;
use crate::config::setting::Setting;
use crate::config::{Sources, settings};

const FILE_NAME: &str = "astrolabe.toml";

/// Tables of the product whose features come later.
const LATER_TABLES: &[&str] = &["files", "jobs", "webhooks", "auth", "dashboard", "graphql", "live"];

pub(super) fn read(sources: &Sources<'_>, found: &mut Found) {
    let path = sources.config_file.map_or_else(|| sources.folder.join(FILE_NAME), PathBuf::from);
    let shown = shown_path(&path, sources.folder);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && sources.config_file.is_none() => return,
        Err(error) => {
            found.mistakes.push(Mistake::new(shown, format!("cannot be read: {error}")));
            return;
        }
    };
    let mut file = TomlFile { shown, text: &text, environment: &sources.environment, found };
    let (document, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let line = error.span().map_or(1, |span| file.line(span.start));
        file.mistake(line, "", None, error.message().to_owned());
    }
    file.read_table("", document.get_ref());
}

fn shown_path(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

struct TomlFile<'a> {
    shown: String,
    text: &'a str,
    environment: &'a Environment,
    found: &'a mut Found,
}

impl TomlFile<'_> {
    fn read_table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key = if prefix.is_empty() {
                name.get_ref().to_string()
            } else {
                format!("{prefix}.{}", name.get_ref())
            };
            let line = self.line(name.span().start);
            match (value.get_ref(), settings::by_key(&key)) {
                (value, Some(setting)) => self.read_setting(line, &key, setting, value),
                (inner, None) if key == "gateway" => self.read_gateway(value.span(), inner),
                (_, None) if prefix.is_empty() && LATER_TABLES.contains(&key.as_str()) => {
                    self.mistake(line, &key, None, "is not available in this version yet".into());
                }
                (DeValue::Table(inner), None) => self.read_table(&key, inner),
                (_, None) => self.unknown(line, &key),
            }
        }
    }

    fn read_setting(&mut self, line: usize, key: &str, setting: &'static Setting, value: &DeValue<'_>) {
        let written = Raw::from_toml(value);
        if matches!(setting.kind, Kind::Secret(_)) && !is_reference(&written) {
            let env = setting.own.map(|own| own.env).unwrap_or_default();
            let problem = format!(
                "is a secret and does not belong in a file; set the variable `{env}`, or write `\"${{NAME}}\"` to read another one"
            );
            self.mistake(line, key, None, problem);
            return;
        }
        match expand(self.environment, &written) {
            Ok(raw) => {
                let place = format!("{}:{line}: {key}", self.shown);
                self.found.given.push(Given { setting, place, written, raw });
            }
            Err(missing) => {
                let problem =
                    format!("needs the environment variable `{}`, which is not set", missing.join("`, `"));
                self.mistake(line, key, None, problem);
            }
        }
    }

    fn unknown(&mut self, line: usize, key: &str) {
        let own_name = settings::by_parse_option(key).and_then(|setting| Some(setting.own?.key));
        let meant = own_name.or_else(|| nearest(key, settings::all().filter_map(|s| Some(s.own?.key))));
        let problem = match meant {
            None if parse_options::is_known(key) => {
                "is an option of Parse Server that is not in this version yet".into()
            }
            meant => format!("is not a setting{}", did_you_mean(meant)),
        };
        self.mistake(line, key, None, problem);
    }

    fn mistake(&mut self, line: usize, key: &str, value: Option<String>, problem: String) {
        let separator = if key.is_empty() { "" } else { ": " };
        let place = format!("{}:{line}{separator}{key}", self.shown);
        self.found.mistakes.push(Mistake { place, value, problem });
    }

    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }
}

/// Whether the value is `${NAME}` and nothing else.
fn is_reference(raw: &Raw) -> bool {
    let Raw::Text(text) = raw else { return false };
    let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

fn expand(environment: &Environment, raw: &Raw) -> Result<Raw, Vec<String>> {
    match raw {
        Raw::Text(text) => environment.expand(text).map(Raw::Text),
        Raw::List(items) => {
            items.iter().map(|item| expand(environment, item)).collect::<Result<_, _>>().map(Raw::List)
        }
        other => Ok(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that is refused as a whole would hide its settings.
    #[test]
    fn what_comes_later_has_no_settings_yet() {
        let own = settings::all().filter_map(|setting| setting.own.as_ref());
        let tables = own.filter_map(|own| own.key.split_once('.')).map(|(table, _)| table);
        assert_eq!(tables.filter(|table| LATER_TABLES.contains(table)).collect::<Vec<_>>(), [""; 0]);
    }
}
