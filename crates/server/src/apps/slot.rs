//! The place of one app among the open ones. It makes sure that an app is opened once, however many requests ask,
//! and that it is never opened again while it is still being closed.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use astrolabe_core::app::{App, Usage};
use astrolabe_core::value::Timestamp;
use parking_lot::{Mutex, RwLock};
use tokio::sync::Mutex as AsyncMutex;

use super::AppDefinition;

/// How often the sums of an app in use are noted on disk.
const USAGE_INTERVAL_MS: i64 = 60_000;

/// The place of one app.
#[derive(Debug, Default)]
pub(super) struct Slot {
    app: RwLock<Option<Arc<App>>>,
    last_used_ms: AtomicI64,
    record: Mutex<Option<FollowedRecord>>,
    /// Requests that were counted when the database was last looked at.
    measured: AtomicU64,
    /// When the sums were last noted.
    usage_kept_ms: AtomicI64,
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
    pub(super) fn put(&self, app: Arc<App>, record: Option<FollowedRecord>, now: Timestamp) {
        self.measured.store(0, Ordering::Relaxed);
        self.usage_kept_ms.store(now.0, Ordering::Relaxed);
        self.last_used_ms.store(now.0, Ordering::Relaxed);
        *self.record.lock() = record;
        *self.app.write() = Some(app);
    }

    /// Closes the app unless somebody uses it, opens it or closes it at this moment; returns what was closed.
    pub(super) async fn close_if_unused(&self) -> Option<Arc<App>> {
        let _turn = self.turn.try_lock().ok()?;
        Some(closed(self.take_if_unused()?).await)
    }

    /// Closes the app, whoever still holds it.
    pub(super) async fn close(&self) -> Option<Arc<App>> {
        let _turn = self.turn.lock().await;
        let app = self.app.write().take()?;
        Some(closed(app).await)
    }

    /// Whether the record on disk is another one than the app was opened from.
    pub(super) fn record_has_changed(&self, path: &Path) -> bool {
        let known = self.record.lock().as_ref().map(|record| record.version);
        known.is_some() && known != RecordVersion::of(path)
    }

    /// Whether a record is a later form of the one that the app was opened from, rather than that of another app which
    /// has got the same id.
    pub(super) fn is_of(&self, record: &FollowedRecord) -> bool {
        self.record.lock().as_ref().is_some_and(|known| known.created_at == record.created_at)
    }

    /// Looks at the size of the database if the app was used since the last time; returns the sums when it is time to
    /// note them.
    pub(super) async fn usage_to_keep(&self, now: Timestamp) -> Option<Usage> {
        let app = self.app.read().clone()?;
        let requests = app.meter.usage().requests;
        if self.measured.swap(requests, Ordering::Relaxed) != requests {
            measure(&app).await;
        }
        let usage = app.meter.usage();
        let kept_ms = self.usage_kept_ms.load(Ordering::Relaxed);
        if usage.last_used_ms <= kept_ms || now.0 - kept_ms < USAGE_INTERVAL_MS {
            return None;
        }
        self.usage_kept_ms.store(now.0, Ordering::Relaxed);
        Some(usage)
    }

    /// From now on requests need the keys of this record and keep its bounds; those in flight keep what they have.
    pub(super) fn change_record(&self, definition: AppDefinition, record: FollowedRecord) {
        let mut place = self.app.write();
        let Some(app) = place.as_ref() else { return };
        app.meter.set_limits(definition.settings.limits);
        let changed = App {
            id: app.id.clone(),
            keys: definition.keys,
            settings: app.settings.clone(),
            objects: app.objects.clone(),
            callers: app.callers.clone(),
            rate_counters: Arc::clone(&app.rate_counters),
            meter: app.meter.clone(),
            background: Arc::clone(&app.background),
        };
        *place = Some(Arc::new(changed));
        *self.record.lock() = Some(record);
    }

    fn take_if_unused(&self) -> Option<Arc<App>> {
        // Clones are made under the read lock only, so under this one nobody can start to use the app.
        let mut place = self.app.write();
        let is_unused = |app: &Arc<App>| Arc::strong_count(app) == 1 && !app.background.is_busy();
        let unused = place.as_ref().is_some_and(is_unused);
        if unused { place.take() } else { None }
    }
}

/// Closes an app, whose last sums its meter then has.
async fn closed(app: Arc<App>) -> Arc<App> {
    measure(&app).await;
    app.close().await;
    app
}

/// Looks at the size of the database. A database that is away keeps its last size.
async fn measure(app: &App) {
    if let Ok(bytes) = app.objects.store().storage_bytes().await {
        app.meter.set_storage_bytes(bytes);
    }
}

/// The record that an open app follows.
#[derive(Debug)]
pub(super) struct FollowedRecord {
    /// Which content of the file.
    pub version: RecordVersion,
    /// When the app was made, which tells two apps of one id apart.
    pub created_at: String,
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
