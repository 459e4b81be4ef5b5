//! One server for each data folder, and for a database outside of it.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::data_folder::DataFolder;
use super::{AppDatabase, AppsError, files};

/// Held for as long as the server uses what it stands for; the operating system lets go of it when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl DataFolder {
    /// Takes the folder for this server.
    pub fn lock(&self) -> Result<ServerLock, AppsError> {
        take(&self.path().join("server.lock"), || AppsError::Locked(self.path().to_owned()))
    }
}

/// Takes a database for this server: two would not see each other's changes of the schema.
/// Servers that share PostgreSQL do, so nothing is taken there.
pub fn lock_database(database: &AppDatabase) -> Result<Option<ServerLock>, AppsError> {
    let AppDatabase::File(database) = database else { return Ok(None) };
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    take(Path::new(&path), || AppsError::DatabaseLocked(database.to_owned())).map(Some)
}

fn take(path: &Path, busy: impl FnOnce() -> AppsError) -> Result<ServerLock, AppsError> {
    let mut options = File::options();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = file.map_err(files::io_error(path))?;
    match file.try_lock() {
        Ok(()) => Ok(ServerLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(error)) => Err(files::io_error(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_server() {
        let folder = tempfile::TempDir::new().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let lock = data.lock().unwrap();
        let error = data.lock().unwrap_err().to_string();
        assert!(error.contains("is in use by another server"), "{error}");
        drop(lock);
        data.lock().unwrap();
    }

    #[test]
    fn a_database_has_one_server() {
        let folder = tempfile::TempDir::new().unwrap();
        let database = folder.path().join("shared.db");
        let _lock = lock_database(&AppDatabase::File(database.clone())).unwrap();
        let again = lock_database(&AppDatabase::File(database.clone()));
        let error = again.unwrap_err().to_string();
        assert!(error.contains("shared.db is in use by another server"), "{error}");
    }
}
