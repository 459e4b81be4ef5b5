//! `secret.key` in the data folder: the secret of a server whose configuration names none.

use std::fs;
use std::io::ErrorKind;

use astrolabe_core::app::ServerSecret;
use astrolabe_core::ports::Ids;

use super::{AppsError, DataFolder, files};

impl DataFolder {
    /// The secret of the folder, made on first use. Whoever makes it first wins.
    pub fn secret(&self, ids: &dyn Ids) -> Result<ServerSecret, AppsError> {
        let path = self.path().join("secret.key");
        let read = || match fs::read_to_string(&path) {
            Ok(text) => ServerSecret::from_hex(text.trim()).map(Some).ok_or_else(|| AppsError::Damaged {
                path: path.clone(),
                reason: "it is no secret".to_owned(),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(files::io_error(&path)(error)),
        };
        if let Some(secret) = read()? {
            return Ok(secret);
        }
        files::create_private_folder(self.path())?;
        let secret = ServerSecret::generate(ids);
        files::create_private_file(&path, format!("{}\n", secret.to_hex()).as_bytes())?;
        Ok(read()?.unwrap_or(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::SystemIds;

    #[test]
    fn a_folder_keeps_its_secret() {
        let folder = tempfile::TempDir::new().unwrap();
        let data = DataFolder::at(&folder.path().join("data"));
        let made = data.secret(&SystemIds).unwrap();
        assert_eq!(data.secret(&SystemIds).unwrap(), made);
        fs::write(data.path().join("secret.key"), "short").unwrap();
        assert!(matches!(data.secret(&SystemIds), Err(AppsError::Damaged { .. })));
    }
}
