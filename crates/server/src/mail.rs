//! Mail of the server: its mailer out of the configuration, and which apps have waiting mail.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use astrolabe_core::app::{Apps, ServerSecret, is_valid_app_id};
use astrolabe_mail::{Destination, MailQueue, Outbox, Sender, SmtpTransport, Templates, WaitingApps};

use crate::apps::{AppRegistry, files};
use crate::config::MailConfig;

/// Who mail of the outbox comes from; nobody is ever sent it.
const OUTBOX_SENDER: &str = "Astrolabe <astrolabe@localhost>";

/// The mailer that the configuration describes. Runs where a runtime is at hand.
pub fn mailer(config: &MailConfig, data: &Path, secret: &ServerSecret) -> anyhow::Result<MailQueue> {
    let from = match &config.from {
        Some(from) => from.clone(),
        None => Sender::parse(OUTBOX_SENDER).map_err(anyhow::Error::msg)?,
    };
    let destination = match &config.smtp {
        Some(address) => {
            let mut address = address.clone();
            if let Some(path) = &config.smtp_ca {
                let pem = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
                address = address.trusting(pem);
            }
            let transport = SmtpTransport::new(&address, &from);
            Destination::Smtp(transport.map_err(|problem| anyhow::anyhow!("mail.smtp_ca {problem}"))?)
        }
        None if config.outbox => Destination::Outbox(Outbox::at(&data.join("outbox"))),
        None => Destination::Nowhere,
    };
    let templates = Templates::new(config.templates.clone());
    Ok(MailQueue::new(destination, from, templates, secret.clone()))
}

/// Marks in the data folder: the apps that had waiting mail when they were last seen.
#[derive(Debug)]
pub struct MailMarks {
    folder: PathBuf,
}

impl MailMarks {
    /// The marks of a data folder.
    pub fn in_folder(data: &Path) -> Arc<Self> {
        Arc::new(MailMarks { folder: data.join("mail-waiting") })
    }

    /// Opens the apps that have waiting mail, one after the other, so that it is sent although nobody asks for them.
    pub async fn open_apps(&self, registry: &AppRegistry) {
        for id in self.apps() {
            match registry.by_id(&id).await {
                Ok(Some(_)) => {}
                Ok(None) => self.note(&id, false),
                Err(error) => {
                    tracing::warn!(app.id = id, code = ?error.code, "an app with waiting mail cannot be opened")
                }
            }
        }
    }

    fn apps(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names.filter(|name| is_valid_app_id(name)).collect()
    }
}

impl WaitingApps for MailMarks {
    fn note(&self, app_id: &str, is_waiting: bool) {
        let path = self.folder.join(app_id);
        let noted = match is_waiting {
            true => files::create_private_folder(&self.folder)
                .and_then(|()| files::create_private_file(&path, b"").map(|_| ()))
                .map_err(anyhow::Error::from),
            false => match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            },
        };
        if let Err(error) = noted {
            tracing::warn!(app.id = app_id, error = format!("{error:#}"), "waiting mail cannot be noted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_and_go() {
        let folder = tempfile::TempDir::new().unwrap();
        let marks = MailMarks::in_folder(folder.path());
        assert!(marks.apps().is_empty());
        marks.note("a", false);
        for id in ["a", "b", "a"] {
            marks.note(id, true);
        }
        marks.note("b", false);
        assert_eq!(marks.apps(), ["a"]);
    }
}
