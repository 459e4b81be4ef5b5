//! The apps that are open: opened on first use, closed when nobody has used them for a while.
//!
//! An app made by `astrolabe app create` is found by its first request, and a rotated master key counts within
//! seconds, both without a restart.

mod hosts;
mod opening;
mod upkeep;
mod usage;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::app::{App, AppSettings, Apps, HostName};
use astrolabe_core::ports::{BoxFuture, Clock};
use astrolabe_core::{Error, Result};
use parking_lot::RwLock;

use super::data_folder::DataFolder;
use super::slot::Slot;
use super::{AppDefinition, Opener};
use hosts::HostIndex;

/// How often unused apps and changed records are looked for.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Bounds of a registry.
#[derive(Debug, Clone, Copy)]
pub struct RegistryLimits {
    /// Apps open at the same time. Apps in use are never closed, so a moment of more is possible.
    pub open_max: usize,
    /// How long an unused app stays open.
    pub idle: Duration,
}

/// The apps of a data folder and, if there is one, the app that the configuration declares. Cheap to clone.
#[derive(Clone)]
pub struct AppRegistry {
    shared: Arc<Shared>,
}

struct Shared {
    folder: DataFolder,
    declared: Option<AppDefinition>,
    /// Settings of the apps in the folder.
    settings: AppSettings,
    limits: RegistryLimits,
    opener: Opener,
    clock: Arc<dyn Clock>,
    slots: RwLock<HashMap<Arc<str>, Arc<Slot>>>,
    hosts: HostIndex,
}

impl AppRegistry {
    /// A registry with no app open.
    pub fn new(
        folder: DataFolder,
        declared: Option<AppDefinition>,
        settings: AppSettings,
        limits: RegistryLimits,
        clock: Arc<dyn Clock>,
        opener: Opener,
    ) -> Self {
        let slots = RwLock::default();
        let hosts = HostIndex::default();
        let shared = Shared { folder, declared, settings, limits, opener, clock, slots, hosts };
        AppRegistry { shared: Arc::new(shared) }
    }

    /// Closes unused apps and takes over changed records from time to time; runs until it is dropped.
    pub async fn keep_up(self) {
        loop {
            tokio::time::sleep(UPKEEP_INTERVAL).await;
            self.tidy().await;
        }
    }

    /// One round of upkeep.
    pub async fn tidy(&self) {
        let shared = self.shared.clone();
        let looking = tokio::task::spawn_blocking(move || {
            shared.refresh_hosts();
            shared.take_over_changed_records()
        });
        match looking.await {
            Ok(gone) => self.shared.close_gone(gone).await,
            Err(_) => tracing::error!("looking for changed app records failed"),
        }
        self.shared.keep_usage().await;
        self.shared.close_idle().await;
        self.shared.drop_empty_slots();
    }

    /// Closes every app; for the end of the server.
    pub async fn close_all(&self) {
        for (_, slot) in self.shared.snapshot() {
            if let Some(app) = slot.close().await {
                self.shared.keep_last_usage(app).await;
            }
        }
    }

    /// Whether the database of an app that is open answers; without any open one there is nothing to ask.
    pub async fn database_answers(&self) -> bool {
        let open = self.shared.snapshot().into_iter().find_map(|(_, slot)| slot.look());
        match open {
            Some(app) => app.objects.store().ping().await.is_ok(),
            None => true,
        }
    }

    /// How many apps are open.
    pub fn open_count(&self) -> usize {
        self.shared.snapshot().iter().filter(|(_, slot)| slot.is_open()).count()
    }
}

impl Apps for AppRegistry {
    fn by_id<'a>(&'a self, app_id: &'a str) -> BoxFuture<'a, Result<Option<Arc<App>>>> {
        if let Some(app) = self.shared.opened(app_id) {
            return match app.objects.store().is_settled() {
                true => Box::pin(std::future::ready(Ok(Some(app)))),
                false => Box::pin(settled(Some(app))),
            };
        }
        let Some(slot) = self.shared.slot(app_id) else {
            return Box::pin(std::future::ready(Ok(None)));
        };
        let (shared, id) = (self.shared.clone(), app_id.to_owned());
        // A task of its own: a client that hangs up must not leave an app half open.
        let opening = tokio::spawn(async move { shared.open(&slot, &id).await });
        Box::pin(async move {
            let app = opening.await.unwrap_or_else(|_| Err(Error::internal()))?;
            settled(app).await
        })
    }

    fn by_host<'a>(&'a self, host: &'a HostName) -> BoxFuture<'a, Result<Option<Arc<App>>>> {
        match self.shared.hosts.app_of(host) {
            Some(id) => Box::pin(self.clone().app_of(id)),
            None => Box::pin(std::future::ready(Ok(None))),
        }
    }
}

/// Nothing of the app is looked at before what is remembered of it holds: another server may have changed it.
async fn settled(app: Option<Arc<App>>) -> Result<Option<Arc<App>>> {
    if let Some(app) = &app {
        app.objects.store().settle().await?;
    }
    Ok(app)
}

impl AppRegistry {
    async fn app_of(self, id: Arc<str>) -> Result<Option<Arc<App>>> {
        self.by_id(&id).await
    }
}

impl Shared {
    fn opened(&self, id: &str) -> Option<Arc<App>> {
        self.slots.read().get(id)?.get(self.clock.now())
    }

    /// The place of an app that exists. Costs one look at the file system for an id nobody has used before, and
    /// none for an id that cannot be one.
    fn slot(&self, id: &str) -> Option<Arc<Slot>> {
        if let Some(slot) = self.slots.read().get(id) {
            return Some(slot.clone());
        }
        let is_declared = self.declared.as_ref().is_some_and(|declared| declared.id == id);
        if !is_declared && !self.folder.record_path(id).is_ok_and(|path| path.is_file()) {
            return None;
        }
        Some(self.slots.write().entry(id.into()).or_default().clone())
    }

    fn snapshot(&self) -> Vec<(Arc<str>, Arc<Slot>)> {
        self.slots.read().iter().map(|(id, slot)| (id.clone(), slot.clone())).collect()
    }
}

impl fmt::Debug for AppRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppRegistry").field("folder", &self.shared.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
