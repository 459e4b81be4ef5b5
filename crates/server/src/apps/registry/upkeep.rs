//! What happens to open apps from time to time.

use std::sync::Arc;

use super::Shared;
use crate::apps::slot::RecordVersion;

impl Shared {
    pub(super) async fn close_idle(&self) {
        let idle_ms = i64::try_from(self.limits.idle.as_millis()).unwrap_or(i64::MAX);
        let used_before = self.clock.now().0.saturating_sub(idle_ms);
        for (id, slot) in self.snapshot() {
            if slot.last_used().0 <= used_before && slot.close_if_unused().await {
                tracing::debug!(app.id = &*id, "idle app closed");
            }
        }
    }

    pub(super) fn take_over_changed_records(&self) {
        for (id, slot) in self.snapshot().into_iter().filter(|(_, slot)| slot.is_open()) {
            let Ok(path) = self.folder.record_path(&id) else { continue };
            if !slot.record_has_changed(&path) {
                continue;
            }
            let version = RecordVersion::of(&path);
            match self.definition(&id) {
                Ok(Some(definition)) => {
                    slot.change_keys(definition.keys, version);
                    tracing::info!(app.id = &*id, "app keys have changed");
                }
                Ok(None) => tracing::warn!(app.id = &*id, "the record of an open app is gone"),
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::new(error));
                    tracing::error!(app.id = &*id, error, "the record of an app cannot be read");
                }
            }
        }
    }

    pub(super) fn drop_empty_slots(&self) {
        // A second holder is a request about to open the app.
        self.slots.write().retain(|_, slot| slot.is_open() || Arc::strong_count(slot) > 1);
    }
}
