//! The cache and the counters of one process. Both are bounded; what was not used for longest goes first.

use std::num::NonZeroUsize;
use std::sync::Arc;

use astrolabe_core::ports::{BoxFuture, Cache, CachedBytes, Clock, Counted, Counters};
use lru::LruCache;
use parking_lot::Mutex;

/// What an entry costs beside its key and value.
const ENTRY_BYTES: usize = 128;

/// How much may be kept.
#[derive(Debug, Clone, Copy)]
pub struct MemoryBounds {
    /// Keys.
    pub entries_max: NonZeroUsize,
    /// Bytes of keys and values.
    pub bytes_max: usize,
}

impl Default for MemoryBounds {
    fn default() -> Self {
        MemoryBounds { entries_max: NonZeroUsize::MIN.saturating_add(99_999), bytes_max: 64 * 1024 * 1024 }
    }
}

/// A cache in memory.
pub struct MemoryCache {
    clock: Arc<dyn Clock>,
    bytes_max: usize,
    kept: Mutex<Kept>,
}

struct Kept {
    entries: LruCache<Box<str>, Entry>,
    bytes: usize,
}

struct Entry {
    value: CachedBytes,
    ends_at_ms: i64,
}

impl MemoryCache {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>, bounds: MemoryBounds) -> Self {
        let kept = Kept { entries: LruCache::new(bounds.entries_max), bytes: 0 };
        MemoryCache { clock, bytes_max: bounds.bytes_max, kept: Mutex::new(kept) }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut kept = self.kept.lock();
        kept.entries.clear();
        kept.bytes = 0;
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> usize {
        self.kept.lock().bytes
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().0
    }

    fn put(&self, kept: &mut Kept, key: &str, value: CachedBytes, ends_at_ms: i64) {
        kept.take(key);
        let bytes = weight(key, &value);
        if bytes > self.bytes_max {
            return;
        }
        while kept.bytes + bytes > self.bytes_max {
            let Some((key, entry)) = kept.entries.pop_lru() else { break };
            kept.bytes -= weight(&key, &entry.value);
        }
        kept.bytes += bytes;
        if let Some((key, entry)) = kept.entries.push(key.into(), Entry { value, ends_at_ms }) {
            kept.bytes -= weight(&key, &entry.value);
        }
    }
}

impl Kept {
    fn get(&mut self, key: &str, now_ms: i64) -> Option<&Entry> {
        if self.entries.peek(key).is_some_and(|entry| entry.ends_at_ms <= now_ms) {
            self.take(key);
        }
        self.entries.get(key)
    }

    fn take(&mut self, key: &str) -> Option<Entry> {
        let entry = self.entries.pop(key)?;
        self.bytes -= weight(key, &entry.value);
        Some(entry)
    }
}

fn weight(key: &str, value: &[u8]) -> usize {
    ENTRY_BYTES + key.len() + value.len()
}

fn end_of(now_ms: i64, ttl_ms: u64) -> i64 {
    now_ms.saturating_add(i64::try_from(ttl_ms).unwrap_or(i64::MAX))
}

fn ready<'a, T: Send + 'a>(value: T) -> BoxFuture<'a, T> {
    Box::pin(std::future::ready(value))
}

impl Cache for MemoryCache {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<CachedBytes>> {
        let now_ms = self.now_ms();
        ready(self.kept.lock().get(key, now_ms).map(|entry| Arc::clone(&entry.value)))
    }

    fn set<'a>(&'a self, key: &'a str, value: CachedBytes, ttl_ms: u64) -> BoxFuture<'a, ()> {
        let ends_at_ms = end_of(self.now_ms(), ttl_ms);
        self.put(&mut self.kept.lock(), key, value, ends_at_ms);
        ready(())
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, bool> {
        let now_ms = self.now_ms();
        ready(self.kept.lock().take(key).is_some_and(|entry| entry.ends_at_ms > now_ms))
    }

    fn remove_prefix<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, u64> {
        let mut kept = self.kept.lock();
        let keys = kept.entries.iter().map(|(key, _)| key).filter(|key| key.starts_with(prefix));
        let keys: Vec<Box<str>> = keys.cloned().collect();
        let removed = keys.iter().filter(|key| kept.take(key).is_some()).count();
        ready(removed as u64)
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> BoxFuture<'a, Option<i64>> {
        let now_ms = self.now_ms();
        let mut kept = self.kept.lock();
        let before = match kept.get(key, now_ms) {
            None => Some((0, end_of(now_ms, ttl_ms))),
            Some(entry) => number(&entry.value).map(|number| (number, entry.ends_at_ms)),
        };
        let sum = before.and_then(|(number, ends_at_ms)| Some((number.checked_add(by)?, ends_at_ms)));
        if let Some((sum, ends_at_ms)) = sum {
            self.put(&mut kept, key, sum.to_string().into_bytes().into(), ends_at_ms);
        }
        ready(sum.map(|(sum, _)| sum))
    }
}

fn number(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Counters in memory.
pub struct MemoryCounters {
    clock: Arc<dyn Clock>,
    windows: Mutex<LruCache<String, Window>>,
}

struct Window {
    count: u64,
    ends_at_ms: i64,
}

impl MemoryCounters {
    /// Counters of at most so many keys. When there are more, those that have not counted for longest begin anew.
    pub fn new(clock: Arc<dyn Clock>, keys_max: NonZeroUsize) -> Self {
        MemoryCounters { clock, windows: Mutex::new(LruCache::new(keys_max)) }
    }
}

impl Counters for MemoryCounters {
    fn add<'a>(&'a self, key: &'a str, amount: u64, window_ms: u64) -> BoxFuture<'a, Counted> {
        let now_ms = self.clock.now().0;
        let fresh = || Window { count: 0, ends_at_ms: end_of(now_ms, window_ms) };
        let mut windows = self.windows.lock();
        if windows.peek(key).is_none_or(|window| window.ends_at_ms <= now_ms) {
            windows.put(key.to_owned(), fresh());
        }
        let window = windows.get_or_insert_mut_ref(key, fresh);
        window.count = window.count.saturating_add(amount);
        let ends_in_ms = u64::try_from(window.ends_at_ms - now_ms).unwrap_or_default();
        ready(Counted { count: window.count, ends_in_ms })
    }
}
