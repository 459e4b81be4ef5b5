//! The data folder: `apps/<id>/app.json` and `apps/<id>/data.db` for every app.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use astrolabe_core::app::{AppLimits, HashedKey, is_valid_app_id};
use astrolabe_core::ports::{Clock, Ids};

use super::record::AppRecord;
use super::{AppDatabase, AppsError, files};

/// A data folder. Any number of processes may read and change its records; one server at a time uses its
/// databases (see [`DataFolder::lock`]).
#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
    /// Databases are schemas of PostgreSQL rather than files in the folder.
    in_postgres: bool,
}

/// An app that has just been made, with the only copy of its master key.
pub struct NewApp {
    /// What the folder keeps.
    pub record: AppRecord,
    /// The master key.
    pub master_key: String,
}

impl DataFolder {
    /// A folder that may not be there; it has no apps then.
    pub fn at(path: &Path) -> Self {
        DataFolder { path: path.to_owned(), in_postgres: false }
    }

    /// Opens a folder, and makes it when it is not there.
    pub fn open(path: &Path) -> Result<Self, AppsError> {
        files::create_private_folder(&path.join("apps"))?;
        Ok(DataFolder::at(path))
    }

    /// Keeps records only; the databases of the apps are schemas in PostgreSQL, or files if not.
    pub fn with_databases_in_postgres(self, in_postgres: bool) -> Self {
        DataFolder { in_postgres, ..self }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the data of an app is; makes the folder around a file.
    pub fn database_of(&self, id: &str) -> Result<AppDatabase, AppsError> {
        let folder = self.app_folder(id)?;
        if self.in_postgres {
            return Ok(AppDatabase::schema_of(id));
        }
        files::create_private_folder(&folder)?;
        Ok(AppDatabase::File(folder.join("data.db")))
    }

    /// Makes an app with new keys.
    pub fn create(
        &self,
        id: &str,
        name: &str,
        clock: &dyn Clock,
        ids: &dyn Ids,
    ) -> Result<NewApp, AppsError> {
        let master_key = ids.key();
        let record = AppRecord {
            id: id.to_owned(),
            name: name.to_owned(),
            created_at: clock.now().to_iso(),
            rest_key: Some(ids.key()),
            javascript_key: Some(ids.key()),
            client_key: None,
            master_key_sha256: HashedKey::of(&master_key).to_hex(),
            hosts: Vec::new(),
            limits: AppLimits::default(),
        };
        let path = self.record_path(id)?;
        let _turn = self.lock_records()?;
        self.check_id_is_free(id, clock)?;
        files::create_private_folder(&self.app_folder(id)?)?;
        if !files::create_private_file(&path, &encode(&record, &path)?)? {
            return Err(AppsError::Exists(id.to_owned()));
        }
        Ok(NewApp { record, master_key })
    }

    /// The record of an app; `None` when there is no such app.
    pub fn read(&self, id: &str) -> Result<Option<AppRecord>, AppsError> {
        let path = self.record_path(id)?;
        let damaged = |reason: String| AppsError::Damaged { path: path.clone(), reason };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(files::io_error(&path)(error)),
        };
        let record: AppRecord = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if record.id != id {
            return Err(damaged(format!("it says that it is of the app `{}`", record.id)));
        }
        record.keys().map_err(|reason| damaged(reason.to_owned()))?;
        Ok(Some(record))
    }

    /// Every app, by id.
    pub fn list(&self) -> Result<Vec<AppRecord>, AppsError> {
        let mut records = Vec::new();
        for id in self.ids()? {
            records.extend(self.read(&id)?);
        }
        Ok(records)
    }

    /// Replaces the record of an app.
    pub(super) fn replace(&self, record: &AppRecord) -> Result<(), AppsError> {
        let path = self.record_path(&record.id)?;
        files::replace_private_file(&path, &encode(record, &path)?)
    }

    /// The error for an app that is not here.
    pub fn missing(&self, id: &str) -> AppsError {
        AppsError::Missing { id: id.to_owned(), folder: self.path.clone() }
    }

    pub(super) fn record_path(&self, id: &str) -> Result<PathBuf, AppsError> {
        Ok(self.app_folder(id)?.join("app.json"))
    }

    /// The ids of what may be apps, in order.
    pub(super) fn ids(&self) -> Result<Vec<String>, AppsError> {
        let folder = self.path.join("apps");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(files::io_error(&folder)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(files::io_error(&folder))?.file_name();
            names.extend(name.into_string().ok().filter(|name| is_valid_app_id(name)));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// An id becomes a path only here, after it was found to be harmless.
    pub(super) fn app_folder(&self, id: &str) -> Result<PathBuf, AppsError> {
        if !is_valid_app_id(id) {
            return Err(AppsError::InvalidId(id.to_owned()));
        }
        Ok(self.path.join("apps").join(id))
    }
}

fn encode(record: &AppRecord, path: &Path) -> Result<Vec<u8>, AppsError> {
    let damaged =
        |error: serde_json::Error| AppsError::Damaged { path: path.to_owned(), reason: error.to_string() };
    let mut text = serde_json::to_vec_pretty(record).map_err(damaged)?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{SystemClock, SystemIds};

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let folder = tempfile::TempDir::new().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        (folder, data)
    }

    #[test]
    fn apps_are_made_once_and_listed() {
        let (_folder, data) = folder();
        let made = data.create("b", "B", &SystemClock, &SystemIds).unwrap();
        data.create("a", "A", &SystemClock, &SystemIds).unwrap();
        let again = data.create("b", "other", &SystemClock, &SystemIds).err();
        assert!(matches!(again, Some(AppsError::Exists(id)) if id == "b"));
        assert_eq!(data.read("b").unwrap(), Some(made.record.clone()));
        let ids: Vec<String> = data.list().unwrap().into_iter().map(|record| record.id).collect();
        assert_eq!(ids, ["a", "b"]);
        let text = fs::read_to_string(data.record_path("b").unwrap()).unwrap();
        assert!(!text.contains(&made.master_key));
        assert!(!format!("{:?}", made.record).contains(&made.record.rest_key.unwrap()));
    }

    #[test]
    fn harmful_ids_never_become_paths() {
        let (_folder, data) = folder();
        for id in ["", "..", "a/b", "a\0", &"x".repeat(65)] {
            assert!(matches!(data.read(id), Err(AppsError::InvalidId(_))), "{id}");
        }
    }

    #[test]
    fn damaged_records_are_named() {
        let (_folder, data) = folder();
        data.create("a", "A", &SystemClock, &SystemIds).unwrap();
        let path = data.record_path("a").unwrap();
        fs::write(&path, "{").unwrap();
        let error = data.read("a").unwrap_err().to_string();
        assert!(error.contains("app.json is damaged"), "{error}");
    }
}
