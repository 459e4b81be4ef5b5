//! One server for each data folder.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;

use super::data_folder::DataFolder;
use super::{AppsError, files};

/// Held for as long as the server uses the folder; the operating system lets go of it when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl DataFolder {
    /// Takes the folder for this server.
    pub fn lock(&self) -> Result<FolderLock, AppsError> {
        let path = self.path().join("server.lock");
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(files::io_error(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(AppsError::Locked(self.path().to_owned())),
            Err(TryLockError::Error(error)) => Err(files::io_error(&path)(error)),
        }
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
}
