//! Deleting an app: its folder is moved out of the way in one step, so it is either there or not. A running server finds
//! out by itself and lets go of it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use astrolabe_core::ports::Clock;

use super::data_folder::DataFolder;
use super::{AppsError, files};

/// How long a server may still use an app whose folder has gone: two rounds of its upkeep. No other app may have the id
/// in that time, or requests of the old one would reach the new one's database.
const NOTICE_MAX_MS: i64 = 10_000;

impl DataFolder {
    /// Moves an app with its database to `deleted/` and returns where it is now.
    pub fn delete(&self, id: &str, clock: &dyn Clock) -> Result<PathBuf, AppsError> {
        self.read(id)?.ok_or_else(|| self.missing(id))?;
        let _turn = self.lock_records()?;
        let deleted = self.path().join("deleted");
        files::create_private_folder(&deleted)?;
        let target = deleted.join(format!("{id}-{}", clock.now().0));
        let folder = self.app_folder(id)?;
        fs::rename(&folder, &target).map_err(|error| match error.kind() {
            ErrorKind::NotFound => self.missing(id),
            _ => files::io_error(&folder)(error),
        })?;
        let note = clock.now().0.to_string();
        files::replace_private_file(&self.deletion_note(id), note.as_bytes())?;
        Ok(target)
    }

    /// Removes the files of an app that was deleted.
    pub fn purge(&self, deleted: &Path) -> Result<(), AppsError> {
        fs::remove_dir_all(deleted).map_err(files::io_error(deleted))
    }

    /// Fails when a server may not have noticed yet that an app of this id was deleted.
    pub(super) fn check_id_is_free(&self, id: &str, clock: &dyn Clock) -> Result<(), AppsError> {
        let note = fs::read_to_string(self.deletion_note(id)).unwrap_or_default();
        let Ok(deleted_ms) = note.trim().parse::<i64>() else { return Ok(()) };
        let is_recent = clock.now().0.saturating_sub(deleted_ms) < NOTICE_MAX_MS;
        match is_recent && matches!(self.lock(), Err(AppsError::Locked(_))) {
            true => Err(AppsError::JustDeleted(id.to_owned())),
            false => Ok(()),
        }
    }

    /// Where it stands when an app of this id was deleted last. No folder of a deleted app has such a name.
    fn deletion_note(&self, id: &str) -> PathBuf {
        self.path().join("deleted").join(format!("{id}.at"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{SystemClock, SystemIds};

    #[test]
    fn a_deleted_app_is_out_of_the_way_and_whole() {
        let folder = tempfile::TempDir::new().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        for id in ["a", "b"] {
            data.create(id, id, &SystemClock, &SystemIds).unwrap();
        }
        let deleted = data.delete("a", &SystemClock).unwrap();
        assert!(deleted.join("app.json").is_file());
        assert_eq!(data.list().unwrap().len(), 1);
        assert!(matches!(data.delete("a", &SystemClock), Err(AppsError::Missing { .. })));
        data.purge(&deleted).unwrap();
        assert!(!deleted.exists());
    }

    #[test]
    fn an_id_is_free_again_when_no_server_can_hold_the_old_app() {
        let folder = tempfile::TempDir::new().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        data.create("a", "A", &SystemClock, &SystemIds).unwrap();
        let server = data.lock().unwrap();
        data.delete("a", &SystemClock).unwrap();
        let early = data.create("a", "A", &SystemClock, &SystemIds).err();
        assert!(matches!(early, Some(AppsError::JustDeleted(_))), "{early:?}");
        drop(server);
        data.create("a", "A", &SystemClock, &SystemIds).unwrap();
    }
}
