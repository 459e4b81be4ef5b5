//! Where the data of one app is.

use std::fmt;
use std::path::PathBuf;

use astrolabe_core::app::HashedKey;
use astrolabe_schema_code::TablesOf;

/// Bytes of a name that PostgreSQL keeps.
const NAME_BYTES_MAX: usize = 63;
/// Digits that tell long names apart.
const DIGITS: usize = 16;

/// Where the data of one app is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppDatabase {
    /// In an SQLite file; the folder around it exists.
    File(PathBuf),
    /// In a schema of the PostgreSQL database of the server.
    Schema(String),
}

impl AppDatabase {
    /// The schema of an app: `app_` and its id, which is shortened where PostgreSQL would cut it off.
    pub fn schema_of(id: &str) -> Self {
        let name = format!("app_{id}");
        if name.len() <= NAME_BYTES_MAX {
            return AppDatabase::Schema(name);
        }
        // Ids are ASCII.
        let kept = &name[..NAME_BYTES_MAX - DIGITS - 1];
        AppDatabase::Schema(format!("{kept}_{}", &HashedKey::of(id).to_hex()[..DIGITS]))
    }

    /// Where its tables are, for generated code.
    pub fn tables(&self) -> TablesOf {
        match self {
            AppDatabase::File(_) => TablesOf::Sqlite,
            AppDatabase::Schema(name) => TablesOf::Postgres { schema: name.clone() },
        }
    }
}

impl fmt::Display for AppDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppDatabase::File(path) => write!(f, "the database {}", path.display()),
            AppDatabase::Schema(name) => write!(f, "the schema {name} in PostgreSQL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_of_long_ids_are_told_apart() {
        assert_eq!(AppDatabase::schema_of("Todo-1"), AppDatabase::Schema("app_Todo-1".to_owned()));
        let long = "x".repeat(63);
        let [one, other] = [format!("{long}1"), format!("{long}2")].map(|id| AppDatabase::schema_of(&id));
        assert_ne!(one, other);
        assert!(matches!(one, AppDatabase::Schema(name) if name.len() == NAME_BYTES_MAX));
    }
}
