//! Read-only connections, one per thread and app, in a least-recently-used set per thread that is bounded over all apps.
//!
//! A connection belongs to the thread that opened it, so reads of different threads never meet. The store keeps
//! a weak reference to each, so that closing it closes them wherever they are.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, LazyLock, Weak};
use std::thread::available_parallelism;

use astrolabe_core::ports::{StoreError, StoreResult};
use lru::LruCache;
use parking_lot::Mutex;

use super::Shared;
use super::read_threads;
use super::reader::Reader;
use super::snapshot::SnapshotAge;

/// Connections that the threads of the process keep open together. Each takes three open files.
const READERS_MAX: usize = 256;
/// Connections that a thread keeps open at least, however many processors there are.
const READERS_OF_THREAD_MIN: usize = 8;
/// Connections that a thread keeps open: there is a thread for each processor, and those for long reads.
static READERS_OF_THREAD: LazyLock<NonZeroUsize> = LazyLock::new(|| {
    let threads = available_parallelism().map_or(1, NonZeroUsize::get) + read_threads::THREADS;
    NonZeroUsize::new((READERS_MAX / threads).max(READERS_OF_THREAD_MIN)).unwrap_or(NonZeroUsize::MIN)
});

thread_local! {
    static READERS: RefCell<LruCache<u64, Arc<Slot>>> = RefCell::new(LruCache::sparse(*READERS_OF_THREAD));
}

/// A connection, or nothing after its store was closed.
type Slot = Mutex<Option<Reader>>;

/// The connections of one store, wherever they are.
#[derive(Default)]
pub(super) struct OpenReaders {
    closed: AtomicBool,
    slots: Mutex<Vec<Weak<Slot>>>,
}

impl OpenReaders {
    /// Closes all connections. One that is in use is closed by its user.
    pub fn close(&self) {
        let mut slots = self.slots.lock();
        self.closed.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        for slot in slots.drain(..).filter_map(|slot| slot.upgrade()) {
            if let Some(mut reader) = slot.try_lock() {
                *reader = None;
            }
        }
    }

    /// Ends the snapshots of all readers that are idle; the others give theirs up when they have read.
    pub fn end_snapshots(&self, age: &SnapshotAge) {
        age.raise();
        for slot in self.slots.lock().iter().filter_map(Weak::upgrade) {
            if let Some(reader) = slot.try_lock().as_deref_mut().and_then(Option::as_mut) {
                reader.end_snapshot();
            }
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn register(&self, slot: &Arc<Slot>) -> StoreResult<()> {
        let mut slots = self.slots.lock();
        if self.is_closed() {
            return Err(closed());
        }
        slots.retain(|slot| slot.strong_count() > 0);
        slots.push(Arc::downgrade(slot));
        Ok(())
    }
}

/// Runs `work` with this thread's connection to the store's file, in a snapshot of everything that is committed.
pub(super) fn with_reader<T>(
    shared: &Shared,
    work: impl FnOnce(&mut Reader) -> StoreResult<T>,
) -> StoreResult<T> {
    let slot = slot(shared)?;
    let result = match slot.lock().as_mut() {
        Some(reader) => in_snapshot(reader, shared, work),
        None => return Err(closed()),
    };
    // Asked after the lock is free again: either this thread sees that the store was closed, or the one that
    // closes it finds the lock free.
    fence(Ordering::SeqCst);
    if shared.readers.is_closed() {
        *slot.lock() = None;
    }
    result
}

fn in_snapshot<T>(
    reader: &mut Reader,
    shared: &Shared,
    work: impl FnOnce(&mut Reader) -> StoreResult<T>,
) -> StoreResult<T> {
    reader.renew_snapshot(&shared.snapshot_age)?;
    let result = work(reader);
    reader.end_old_snapshot(&shared.snapshot_age);
    result
}

fn slot(shared: &Shared) -> StoreResult<Arc<Slot>> {
    if let Some(slot) = READERS.with_borrow_mut(|readers| readers.get(&shared.id).cloned()) {
        return Ok(slot);
    }
    if shared.readers.is_closed() {
        return Err(closed());
    }
    let slot = Arc::new(Mutex::new(Some(Reader::open(shared)?)));
    shared.readers.register(&slot)?;
    // The one it pushes out is closed after the set was given back.
    let evicted = READERS.with_borrow_mut(|readers| readers.push(shared.id, Arc::clone(&slot)));
    drop(evicted);
    Ok(slot)
}

fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}
