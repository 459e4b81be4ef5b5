//! The place of one app among the open ones. It makes sure that an app is opened once, however many requests ask,
//! and that it is never opened again while it is still being closed.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use astrolabe_core::app::{App, AppKeys};
use astrolabe_core::value::Timestamp;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Mutex as AsyncMutex;

/// The place of one app.
#[derive(Debug, Default)]
pub(super) struct Slot {
    app: RwLock<Option<Arc<App>>>,
    last_used_ms: AtomicI64,
    record: Mutex<Option<RecordVersion>>,
    /// Held while the app is opened or closed.
    pub(super) turn: AsyncMutex<()>,
}

impl Slot {
    /// The app, if it is open.
    pub(super) fn get(&self, now: Timestamp) -> Option<Arc<App>> {
        let app = self.app.read().clone()?;
        // Written only when it changes, so that busy processors do not fight over the line.
        if self.last_used_ms.load(Ordering::Relaxed) < now.0 {
            self.last_used_ms.store(now.0, Ordering::Relaxed);
        }
        Some(app)
    }

    /// The app, if it is open; a look does not count as use.
    pub(super) fn look(&self) -> Option<Arc<App>> {
        self.app.read().clone()
    }

    pub(super) fn is_open(&self) -> bool {
        self.app.read().is_some()
    }

    pub(super) fn last_used(&self) -> Timestamp {
        Timestamp(self.last_used_ms.load(Ordering::Relaxed))
    }

    /// Puts an app in that has just been opened from this version of its record.
    pub(super) fn put(&self, app: Arc<App>, record: Option<RecordVersion>, now: Timestamp) {
        self.last_used_ms.store(now.0, Ordering::Relaxed);
        *self.record.lock() = record;
        *self.app.write() = Some(app);
    }

    /// Closes the app unless somebody uses it, opens it or closes it at this moment.
    pub(super) async fn close_if_unused(&self) -> bool {
        let Ok(_turn) = self.turn.try_lock() else { return false };
        let Some(app) = self.take_if_unused() else { return false };
        app.objects.store().close().await;
        true
    }

    /// Closes the app, whoever still holds it.
    pub(super) async fn close(&self) {
        let _turn = self.turn.lock().await;
        let app = self.app.write().take();
        if let Some(app) = app {
            app.objects.store().close().await;
        }
    }

    /// Whether the record on disk is another one than the app was opened from.
    pub(super) fn record_has_changed(&self, path: &Path) -> bool {
        let known = *self.record.lock();
        known.is_some() && known != RecordVersion::of(path)
    }

    /// From now on requests need these keys; those in flight keep what they have.
    pub(super) fn change_keys(&self, keys: AppKeys, record: Option<RecordVersion>) {
        let mut place = self.app.write();
        let Some(app) = place.as_ref() else { return };
        let changed = App {
            id: app.id.clone(),
            keys,
            settings: app.settings.clone(),
            objects: app.objects.clone(),
            callers: app.callers.clone(),
            rate_counters: Arc::clone(&app.rate_counters),
        };
        *place = Some(Arc::new(changed));
        *self.record.lock() = record;
    }

    fn take_if_unused(&self) -> Option<Arc<App>> {
        // Clones are made under the read lock only, so under this one nobody can start to use the app.
        let mut place = self.app.write();
        let unused = place.as_ref().is_some_and(|app| Arc::strong_count(app) == 1);
        if unused { place.take() } else { None }
    }
}

/// Tells one content of a record's file from the next: every change makes a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordVersion {
    inode: u64,
    modified_ns: (i64, i64),
}

impl RecordVersion {
    /// The version on disk; `None` when there is no record.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata: Metadata| RecordVersion {
            inode: metadata.ino(),
            modified_ns: (metadata.mtime(), metadata.mtime_nsec()),
        })
    }
}
