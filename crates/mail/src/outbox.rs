//! The outbox of a developer: mails are kept as files instead of being sent, and shown in the log with their link.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use astrolabe_core::value::Timestamp;
use serde::{Deserialize, Serialize};

use crate::SendError;
use crate::message::Rendered;

/// Mails that are kept; older ones go.
const KEPT_MAX: usize = 200;

/// A folder of mails. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

/// A mail that would have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMail {
    /// When it was queued, as ISO text.
    pub at: String,
    /// The application id.
    pub app: String,
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The link it is about, if any.
    pub link: Option<String>,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: Option<String>,
}

impl Outbox {
    /// An outbox in a folder, which is made with the first mail.
    pub fn at(folder: &Path) -> Self {
        Outbox { folder: folder.to_owned() }
    }

    /// Where the mails are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The mails, newest first. A file that is none is left out.
    pub fn mails(&self) -> io::Result<Vec<KeptMail>> {
        let mut names = self.names()?;
        names.reverse();
        let read = |name: &String| serde_json::from_slice(&fs::read(self.folder.join(name)).ok()?).ok();
        Ok(names.iter().filter_map(read).collect())
    }

    /// Keeps a mail. Blocks.
    pub(crate) fn keep(&self, id: &str, queued_at: Timestamp, mail: &KeptMail) -> Result<(), SendError> {
        // Addresses do not belong into a log, but this is one of a developer who has nothing else to look at.
        tracing::info!(
            mail.to = mail.to,
            mail.subject = mail.subject,
            mail.link = mail.link,
            "a mail was put into the outbox"
        );
        let write = || -> io::Result<()> {
            DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
            // The time comes first, so that names sort by it; the id makes a second try overwrite the first.
            let path = self.folder.join(format!("{:015}-{id}.json", queued_at.0.max(0)));
            let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
            file.write_all(&serde_json::to_vec_pretty(mail)?)?;
            let names = self.names()?;
            for old in names.iter().take(names.len().saturating_sub(KEPT_MAX)) {
                fs::remove_file(self.folder.join(old))?;
            }
            Ok(())
        };
        write().map_err(|error| {
            SendError::Transient(format!("the outbox cannot be written to: {}", error.kind()))
        })
    }

    /// Names of the files, oldest first.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
        names.sort_unstable();
        Ok(names)
    }
}

impl KeptMail {
    pub(crate) fn new(app: &str, to: &str, link: Option<&str>, at: Timestamp, rendered: Rendered) -> Self {
        KeptMail {
            at: at.to_iso(),
            app: app.to_owned(),
            to: to.to_owned(),
            subject: rendered.subject,
            link: link.map(str::to_owned),
            text: rendered.text,
            html: rendered.html,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::at(&folder.path().join("outbox"));
        assert_eq!(outbox.mails().unwrap(), []);
        for number in 0..KEPT_MAX + 5 {
            let rendered = Rendered { subject: number.to_string(), text: String::new(), html: None };
            let at = Timestamp(number as i64);
            let mail = KeptMail::new("app", "a@example.org", None, at, rendered);
            outbox.keep("id", at, &mail).unwrap();
        }
        let mails = outbox.mails().unwrap();
        assert_eq!((mails.len(), mails[0].subject.as_str()), (KEPT_MAX, "204"));
    }
}
