//! `usage.json` beside a record: what the app has used so far. It is written now and then, so after a crash the last
//! minute of counting may be missing.

use std::fs;
use std::io::ErrorKind;

use astrolabe_core::app::Usage;

use super::data_folder::DataFolder;
use super::{AppsError, files};

impl DataFolder {
    /// What an app had used when it was last noted; nothing for an app that has none, or whose file cannot be read.
    pub fn usage_of(&self, id: &str) -> Usage {
        let Ok(path) = self.app_folder(id).map(|folder| folder.join("usage.json")) else {
            return Usage::default();
        };
        let read = fs::read(&path).map(|text| serde_json::from_slice(&text).map_err(std::io::Error::from));
        match read.flatten() {
            Ok(usage) => usage,
            Err(error) if error.kind() == ErrorKind::NotFound => Usage::default(),
            Err(error) => {
                tracing::warn!(app.id = id, %error, "the usage of an app cannot be read; it is counted anew");
                Usage::default()
            }
        }
    }

    /// Notes what an app has used, if its folder is still there.
    pub(super) fn keep_usage(&self, id: &str, usage: &Usage) {
        if let Err(error) = self.write_usage(id, usage) {
            tracing::warn!(app.id = id, %error, "the usage of an app cannot be noted");
        }
    }

    fn write_usage(&self, id: &str, usage: &Usage) -> Result<(), AppsError> {
        let folder = self.app_folder(id)?;
        let path = folder.join("usage.json");
        let text = serde_json::to_vec(usage).map_err(|error| files::io_error(&path)(error.into()))?;
        match files::replace_file_unsynced(&path, &text) {
            Err(AppsError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(()),
            written => written,
        }
    }
}
