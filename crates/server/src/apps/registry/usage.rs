//! Keeping what apps use: the size of their databases is looked at, and sums are noted on disk.

use std::sync::Arc;

use astrolabe_core::app::App;

use super::Shared;

impl Shared {
    /// Looks at apps that were used since the last time, and notes the sums that are due.
    pub(super) async fn keep_usage(self: &Arc<Self>) {
        let mut due = Vec::new();
        for (id, slot) in self.snapshot() {
            if let Some(usage) = slot.usage_to_keep(self.clock.now()).await {
                due.push((id, usage));
            }
        }
        if due.is_empty() {
            return;
        }
        let shared = Arc::clone(self);
        let noted = tokio::task::spawn_blocking(move || {
            due.iter().for_each(|(id, usage)| shared.folder.keep_usage(id, usage));
        });
        if noted.await.is_err() {
            tracing::error!("noting the usage of apps failed");
        }
    }

    /// Notes the sums of an app that has just been closed.
    pub(super) async fn keep_last_usage(self: &Arc<Self>, app: Arc<App>) {
        let usage = app.meter.usage();
        let shared = Arc::clone(self);
        let noted = tokio::task::spawn_blocking(move || shared.folder.keep_usage(&app.id, &usage));
        if noted.await.is_err() {
            tracing::error!("noting the usage of an app failed");
        }
    }
}
