//! Files that hold keys: readable by their owner only, and either whole or not there.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::AppsError;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// Makes a folder and those above it.
pub(crate) fn create_private_folder(path: &Path) -> Result<(), AppsError> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path).map_err(io_error(path))
}

/// Replaces a file. After a crash it holds the old or the new content, never a mixture.
pub(crate) fn replace_private_file(path: &Path, content: &[u8]) -> Result<(), AppsError> {
    let temporary = write_beside(path, content, File::sync_all)?;
    fs::rename(&temporary, path).map_err(io_error(path))?;
    sync_parent(path)
}

/// The same without waiting for the disk: after a power cut the file may be empty.
pub(crate) fn replace_file_unsynced(path: &Path, content: &[u8]) -> Result<(), AppsError> {
    let temporary = write_beside(path, content, |_| Ok(()))?;
    fs::rename(&temporary, path).map_err(io_error(path))
}

/// Makes a file; `false` when it is there already, which then stays as it is.
pub(crate) fn create_private_file(path: &Path, content: &[u8]) -> Result<bool, AppsError> {
    let temporary = write_beside(path, content, File::sync_all)?;
    // Unlike a rename, a link never replaces what another process has just made.
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary).map_err(io_error(&temporary))?;
    match linked {
        Ok(()) => sync_parent(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(io_error(path)(error)),
    }
}

/// Turns an error of the file system into one that names the path.
pub(crate) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> AppsError {
    let path = path.to_owned();
    move |source| AppsError::Io { path, source }
}

fn write_beside(
    path: &Path,
    content: &[u8],
    sync: impl FnOnce(&File) -> io::Result<()>,
) -> Result<PathBuf, AppsError> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        let mut options = File::options();
        let mut file = options.write(true).create(true).truncate(true).mode(FILE_MODE).open(&temporary)?;
        file.write_all(content)?;
        sync(&file)
    };
    write().map_err(io_error(&temporary))?;
    Ok(temporary)
}

/// A new name is durable only once its folder is.
fn sync_parent(path: &Path) -> Result<(), AppsError> {
    let Some(folder) = path.parent() else { return Ok(()) };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error(folder))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_are_private_and_whole() {
        let folder = tempfile::TempDir::new().unwrap();
        let inner = folder.path().join("a/b");
        create_private_folder(&inner).unwrap();
        let file = inner.join("x.json");
        assert!(create_private_file(&file, b"1").unwrap());
        assert!(!create_private_file(&file, b"2").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"1");
        replace_private_file(&file, b"3").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"3");
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&inner)), (0o600, 0o700));
    }
}
