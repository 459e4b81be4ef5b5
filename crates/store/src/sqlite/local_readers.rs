//! Read-only connections, one per thread and app, in a bounded least-recently-used set per thread.
//!
//! A connection belongs to the thread that opened it, so reads of different threads never meet. The store keeps
//! a weak reference to each, so that closing it closes them wherever they are.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::{Arc, Weak};

use astrolabe_core::ports::{StoreError, StoreResult};
use lru::LruCache;
use parking_lot::Mutex;

use super::Shared;
use super::read::Reader;

/// Apps whose connection a thread keeps open.
const READERS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

thread_local! {
    static READERS: RefCell<LruCache<u64, Arc<Slot>>> = RefCell::new(LruCache::sparse(READERS_MAX));
}

/// A connection, or nothing after its store was closed.
type Slot = Mutex<Option<Reader>>;

/// The connections of one store, wherever they are.
#[derive(Default)]
pub(super) struct OpenReaders {
    state: Mutex<OpenState>,
}

#[derive(Default)]
struct OpenState {
    closed: bool,
    slots: Vec<Weak<Slot>>,
}

impl OpenReaders {
    /// Closes all connections. One that is in use is closed by its user.
    pub fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        for slot in state.slots.drain(..).filter_map(|slot| slot.upgrade()) {
            if let Some(mut reader) = slot.try_lock() {
                *reader = None;
            }
        }
    }

    fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    fn register(&self, slot: &Arc<Slot>) -> StoreResult<()> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(closed());
        }
        state.slots.retain(|slot| slot.strong_count() > 0);
        state.slots.push(Arc::downgrade(slot));
        Ok(())
    }
}

/// Runs `work` with this thread's connection to the store's file.
pub(super) fn with_reader<T>(
    shared: &Shared,
    work: impl FnOnce(&mut Reader) -> StoreResult<T>,
) -> StoreResult<T> {
    let slot = slot(shared)?;
    let result = match slot.lock().as_mut() {
        Some(reader) => work(reader),
        None => return Err(closed()),
    };
    // Asked after the lock is free again: either this thread sees that the store was closed, or the one that
    // closes it finds the lock free.
    if shared.readers.is_closed() {
        *slot.lock() = None;
    }
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
