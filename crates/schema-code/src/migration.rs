//! Migrations: numbered files of steps, applied in order, each in one transaction, and never changed afterwards.

use std::sync::Arc;

use astrolabe_core::schema::{AppliedMigration, SchemaChange};
use astrolabe_core::value::{Json, JsonMap, Timestamp};
use sha2::{Digest, Sha256};

use crate::{FileError, jsonc, step_json};

const EXTENSION: &str = ".jsonc";
const NUMBER_DIGITS: usize = 4;
const NAME_LEN_MAX: usize = 60;
const HEAD: &str = "// Applied once, in one transaction. What it says must not change afterwards.";

/// One migration.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// Its place in the order.
    pub number: u32,
    /// Its number and name, such as `0002_add_due`.
    pub name: Arc<str>,
    /// What it does.
    pub changes: Vec<SchemaChange>,
}

impl Migration {
    /// A new migration.
    pub fn new(number: u32, title: &str, changes: Vec<SchemaChange>) -> Self {
        Migration { number, name: format!("{number:0NUMBER_DIGITS$}_{}", plain(title)).into(), changes }
    }

    /// Reads the migration of a file, whose name begins with its number.
    pub fn parse(file: &str, name: &str, text: &str) -> Result<Self, FileError> {
        let wrong = |problem: String| FileError::new(file, problem);
        let number = name.split_once('_').and_then(|(digits, _)| digits.parse().ok());
        let number = number
            .ok_or_else(|| wrong("its name must begin with a number and _, like 0002_add_due".into()))?;
        let map = jsonc::parse(file, text)?;
        let Some(Json::Array(steps)) = map.get("steps").filter(|_| map.len() == 1) else {
            return Err(wrong("must have a list of steps and nothing else".into()));
        };
        let numbered = |(place, step)| {
            step_json::from_json(step).map_err(|problem| wrong(format!("step {}: {problem}", place + 1)))
        };
        let changes = steps.iter().enumerate().map(numbered).collect::<Result<_, _>>()?;
        Ok(Migration { number, name: name.into(), changes })
    }

    /// The text of its file.
    pub fn print(&self) -> String {
        jsonc::print(HEAD, &JsonMap::from_iter([("steps".to_owned(), self.steps())]))
    }

    /// What it says, as a hash; comments and spaces do not count.
    pub fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.steps().to_string()))
    }

    fn steps(&self) -> Json {
        self.changes.iter().filter_map(step_json::to_json).collect()
    }

    /// The record of the migration, as a change by itself.
    pub fn record_at(&self, applied_at: Timestamp) -> SchemaChange {
        let (name, checksum) = (Arc::clone(&self.name), self.checksum().into());
        SchemaChange::RecordMigration(AppliedMigration { name, checksum, applied_at })
    }

    /// Everything that one transaction has to do. A database that has a class or field already gets what the migration
    /// says of it.
    pub fn changes_at(&self, applied_at: Timestamp) -> Vec<SchemaChange> {
        std::iter::once(self.record_at(applied_at))
            .chain(self.changes.iter().flat_map(with_details))
            .collect()
    }
}

/// A class or field that is there is left alone by the kernel, so its details are asked for beside it.
fn with_details(change: &SchemaChange) -> Vec<SchemaChange> {
    let details = match change {
        SchemaChange::AddClass { name, permissions } => {
            Some(SchemaChange::SetPermissions { class: Arc::clone(name), permissions: permissions.clone() })
        }
        SchemaChange::AddField { class, field } => {
            Some(SchemaChange::SetFieldOptions { class: Arc::clone(class), field: field.clone() })
        }
        _ => None,
    };
    std::iter::once(change.clone()).chain(details).collect()
}

/// The name of a migration's file.
pub fn file_name(migration: &Migration) -> String {
    format!("{}{EXTENSION}", migration.name)
}

/// The name of the migration in a file, if it is one.
pub fn name_for(file_name: &str) -> Option<&str> {
    file_name.strip_suffix(EXTENSION).or_else(|| file_name.strip_suffix(".json"))
}

/// A title as a part of a file's name: lower case, with `_` for whatever is neither letter nor digit.
fn plain(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("_").to_ascii_lowercase();
    name.truncate(NAME_LEN_MAX);
    if name.is_empty() { "change".into() } else { name }
}
