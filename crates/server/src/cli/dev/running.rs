//! `.astrolabe/running.json`: where the development server of the project is while it runs, for tools beside it.
//!
//! It is there from the moment that connections are accepted until the server stops. A server that was killed leaves it
//! behind, so who reads it also looks whether the process is alive. It holds no master key.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::apps::files;

const FILE: &str = "running.json";

/// What will be written, but for the address, which is known late.
#[derive(Debug)]
pub(in crate::cli) struct RunningFile {
    path: PathBuf,
    app: PublicKeys,
}

/// What a site beside the server needs of the app. Clients of the site may know all of it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PublicKeys {
    pub app_id: String,
    pub rest_key: String,
    pub javascript_key: String,
}

#[derive(Serialize)]
struct Content<'a> {
    pid: u32,
    url: &'a str,
    #[serde(flatten)]
    app: &'a PublicKeys,
}

/// The written file; it goes when this is dropped.
#[derive(Debug)]
pub(in crate::cli) struct Written {
    path: PathBuf,
}

impl RunningFile {
    /// The file of the project whose folder `.astrolabe` this is.
    pub(super) fn new(project: &Path, app: PublicKeys) -> Self {
        RunningFile { path: project.join(FILE), app }
    }

    /// Says that the server accepts connections at `url`.
    pub(in crate::cli) fn write(&self, url: &str) -> anyhow::Result<Written> {
        let content = Content { pid: std::process::id(), url, app: &self.app };
        let mut text = serde_json::to_vec_pretty(&content)?;
        text.push(b'\n');
        files::replace_file_unsynced(&self.path, &text)?;
        Ok(Written { path: self.path.clone() })
    }
}

/// The data folder has one server at a time, so the file is always this one's.
impl Drop for Written {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Keys never reach a log.
impl std::fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicKeys").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}
