//! Opening an app, and making room for it.

use std::sync::Arc;

use astrolabe_core::app::{App, Meter};
use astrolabe_core::{Error, ErrorCode, Result};

use super::Shared;
use crate::apps::slot::{FollowedRecord, RecordVersion, Slot};
use crate::apps::{AppDefinition, AppsError};

impl Shared {
    /// Opens the app of a slot, or waits for whoever is opening it.
    pub(super) async fn open(self: &Arc<Self>, slot: &Slot, id: &str) -> Result<Option<Arc<App>>> {
        let _turn = slot.turn.lock().await;
        if let Some(app) = slot.get(self.clock.now()) {
            return Ok(Some(app));
        }
        self.make_room().await;
        let (shared, owned_id) = (self.clone(), id.to_owned());
        let opened = tokio::task::spawn_blocking(move || shared.open_blocking(&owned_id)).await;
        match opened.map_err(anyhow::Error::from).flatten() {
            Ok(Some((app, record))) => {
                slot.put(app.clone(), record, self.clock.now());
                tracing::debug!(app.id = id, "app opened");
                Ok(Some(app))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::error!(app.id = id, error = format!("{error:#}"), "an app cannot be opened");
                Err(Error::new(ErrorCode::Unavailable, "The app cannot be opened at the moment."))
            }
        }
    }

    fn open_blocking(&self, id: &str) -> anyhow::Result<Option<(Arc<App>, Option<FollowedRecord>)>> {
        if let Some(declared) = self.declared.as_ref().filter(|declared| declared.id == id) {
            return Ok(Some(((self.opener)(declared.clone())?, None)));
        }
        let Some((definition, record)) = self.definition(id)? else { return Ok(None) };
        Ok(Some(((self.opener)(definition)?, Some(record))))
    }

    pub(super) fn definition(&self, id: &str) -> Result<Option<(AppDefinition, FollowedRecord)>, AppsError> {
        // The version is taken first: a change in between is then found by the next upkeep.
        let Some(version) = RecordVersion::of(&self.folder.record_path(id)?) else { return Ok(None) };
        let Some(record) = self.folder.read(id)? else { return Ok(None) };
        let keys = record.keys().map_err(|reason| AppsError::Damaged {
            path: self.folder.path().join("apps").join(id),
            reason: reason.to_owned(),
        })?;
        let database = self.folder.database_of(id)?;
        let mut settings = self.settings.clone();
        settings.limits = record.limits.or(&settings.limits);
        settings.app_name = Some(record.name).filter(|name| !name.is_empty());
        let meter = Arc::new(Meter::new(settings.limits.clone(), &self.folder.usage_of(id)));
        let followed = FollowedRecord { version, created_at: record.created_at };
        Ok(Some((
            AppDefinition { id: record.id, keys, hosts: Vec::new(), settings, database, meter },
            followed,
        )))
    }

    /// Closes apps unused for longest until one more may be opened.
    async fn make_room(self: &Arc<Self>) {
        let mut open = self.snapshot();
        open.retain(|(_, slot)| slot.is_open());
        let mut surplus = (open.len() + 1).saturating_sub(self.limits.open_max);
        open.sort_by_key(|(_, slot)| slot.last_used());
        for (id, slot) in open {
            if surplus == 0 {
                return;
            }
            if let Some(app) = slot.close_if_unused().await {
                self.keep_last_usage(app).await;
                tracing::debug!(app.id = &*id, "app closed to make room");
                surplus -= 1;
            }
        }
    }
}
