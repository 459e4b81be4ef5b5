//! What all nodes of a server remember together for a while: values, and how often something has happened.
//!
//! Neither port can fail: an implementation whose shared memory is away goes on with that of its own process. A value may
//! be gone at any time, and a count may begin anew.

use std::sync::Arc;

use super::BoxFuture;

/// A value of the cache.
pub type CachedBytes = Arc<[u8]>;

/// Values by key, each for a time.
pub trait Cache: Send + Sync {
    /// The value of a key.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<CachedBytes>>;

    /// Keeps a value for `ttl_ms`. A value that is too large to be kept is not, and what stood there is gone.
    fn set<'a>(&'a self, key: &'a str, value: CachedBytes, ttl_ms: u64) -> BoxFuture<'a, ()>;

    /// Forgets a key; whether it was there.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, bool>;

    /// Forgets every key that begins so; how many there were. It looks at all keys.
    fn remove_prefix<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, u64>;

    /// Adds to a whole number, which is the value in decimal digits. A key that is not there counts as 0 and is kept for
    /// `ttl_ms`; one that is there keeps its time. `None` when the value is no such number, or the sum would be none.
    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> BoxFuture<'a, Option<i64>>;
}

/// Counts within windows of time.
pub trait Counters: Send + Sync {
    /// Counts `amount` more. The first count of a key begins its window, at the end of which the key is forgotten.
    fn add<'a>(&'a self, key: &'a str, amount: u64, window_ms: u64) -> BoxFuture<'a, Counted>;
}

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What the key counts, the amount just added included.
    pub count: u64,
    /// Until the window ends.
    pub ends_in_ms: u64,
}
