//! What happens to open apps from time to time.

use std::sync::Arc;

use super::Shared;
use crate::apps::slot::Slot;

impl Shared {
    pub(super) async fn close_idle(self: &Arc<Self>) {
        let idle_ms = i64::try_from(self.limits.idle.as_millis()).unwrap_or(i64::MAX);
        let used_before = self.clock.now().0.saturating_sub(idle_ms);
        for (id, slot) in self.snapshot() {
            if slot.last_used().0 <= used_before
                && let Some(app) = slot.close_if_unused().await
            {
                self.keep_last_usage(app).await;
                tracing::debug!(app.id = &*id, "idle app closed");
            }
        }
    }

    /// Takes over what has changed; returns the apps that are gone.
    pub(super) fn take_over_changed_records(&self) -> Vec<(Arc<str>, Arc<Slot>)> {
        let mut gone = Vec::new();
        for (id, slot) in self.snapshot().into_iter().filter(|(_, slot)| slot.is_open()) {
            let Ok(path) = self.folder.record_path(&id) else { continue };
            if !slot.record_has_changed(&path) {
                continue;
            }
            match self.definition(&id) {
                Ok(Some((definition, record))) if slot.is_of(&record) => {
                    slot.change_record(definition, record);
                    tracing::info!(app.id = &*id, "the record of an app has changed");
                }
                Ok(_) => gone.push((id, slot)),
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::new(error));
                    tracing::error!(app.id = &*id, error, "the record of an app cannot be read");
                }
            }
        }
        gone
    }

    /// Closes apps that were deleted, whoever still uses them.
    pub(super) async fn close_gone(&self, gone: Vec<(Arc<str>, Arc<Slot>)>) {
        for (id, slot) in gone {
            slot.close().await;
            tracing::info!(app.id = &*id, "a deleted app was closed");
        }
    }

    pub(super) fn drop_empty_slots(&self) {
        // A second holder is a request about to open the app.
        self.slots.write().retain(|_, slot| slot.is_open() || Arc::strong_count(slot) > 1);
    }
}
