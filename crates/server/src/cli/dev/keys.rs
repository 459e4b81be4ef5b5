//! `.astrolabe/keys.json`: the keys of the project's development app.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use astrolabe_core::ports::Ids;
use serde::{Deserialize, Serialize};

use crate::apps::files;
use crate::lifecycle::SystemIds;

/// The file's content. Its names are read by the site's tools.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DevKeys {
    pub app_id: String,
    pub rest_key: String,
    pub javascript_key: String,
    pub master_key: String,
}

/// The keys of the project, made on first use.
pub(super) fn load_or_make(project: &Path, app_id: &str) -> anyhow::Result<DevKeys> {
    files::create_private_folder(project)?;
    files::create_private_file(&project.join(".gitignore"), b"*\n")?;
    let path = project.join("keys.json");
    let known = read(&path)?;
    let keys = match known.clone() {
        Some(keys) => DevKeys { app_id: app_id.to_owned(), ..keys },
        None => make(app_id),
    };
    if known.as_ref() != Some(&keys) {
        let mut text = serde_json::to_vec_pretty(&keys)?;
        text.push(b'\n');
        files::replace_private_file(&path, &text)?;
    }
    Ok(keys)
}

fn read(path: &Path) -> anyhow::Result<Option<DevKeys>> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .with_context(|| format!("{} is damaged; delete it and new keys will be made", path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(files::io_error(path)(error).into()),
    }
}

fn make(app_id: &str) -> DevKeys {
    DevKeys {
        app_id: app_id.to_owned(),
        rest_key: SystemIds.key(),
        javascript_key: SystemIds.key(),
        master_key: SystemIds.key(),
    }
}

/// Keys never reach a log.
impl fmt::Debug for DevKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevKeys").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_and_git_ignores_them() {
        let folder = tempfile::TempDir::new().unwrap();
        let project = folder.path().join(".astrolabe");
        let first = load_or_make(&project, "dev").unwrap();
        assert_eq!(load_or_make(&project, "dev").unwrap(), first);
        let renamed = load_or_make(&project, "other").unwrap();
        assert_eq!((renamed.app_id.as_str(), &renamed.master_key), ("other", &first.master_key));
        assert_eq!(fs::read_to_string(project.join(".gitignore")).unwrap(), "*\n");
    }
}
