//! The cache of an app.

use std::future::Future;
use std::sync::Arc;

use astrolabe_core::ports::{Cache, CachedBytes};

use super::flights::{Flights, Landed};
use super::keys::stored_key;

/// Bytes of a value.
pub(super) const VALUE_BYTES_MAX: usize = 1024 * 1024;
/// The longest time for which a value is kept: 30 days.
pub(super) const TTL_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Why the cache refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheError {
    /// A key that is too long or holds U+0000.
    Key,
    /// A value that is too large.
    Value,
    /// A time of 0, or one that is too long.
    Ttl,
    /// A value that is no whole number, or would be none.
    NotANumber,
    /// The work for a value panicked.
    Failed,
}

impl CacheError {
    /// A sentence for the developer.
    pub fn message(self) -> &'static str {
        match self {
            CacheError::Key => "A key has at most 1024 bytes, and no U+0000.",
            CacheError::Value => "A value has at most 1 MiB.",
            CacheError::Ttl => "`ttl_ms` is a number of milliseconds from 1 to 2592000000, which is 30 days.",
            CacheError::NotANumber => {
                "The value of this key is not a whole number of 64 bits, or would not be one."
            }
            CacheError::Failed => "The value could not be made.",
        }
    }
}

/// The cache of an app. Values may be gone at any time.
#[derive(Clone)]
pub struct AppCache {
    cache: Arc<dyn Cache>,
    flights: Arc<Flights<String, CachedBytes>>,
}

impl AppCache {
    /// A cache that stands on a port.
    pub fn new(cache: Arc<dyn Cache>) -> Self {
        AppCache { cache, flights: Arc::default() }
    }

    /// The value of a key.
    pub async fn get(&self, app_id: &str, key: &str) -> Result<Option<CachedBytes>, CacheError> {
        Ok(self.cache.get(&stored_key(app_id, "cache", key)?).await)
    }

    /// Keeps a value.
    pub async fn set(
        &self,
        app_id: &str,
        key: &str,
        value: CachedBytes,
        ttl_ms: u64,
    ) -> Result<(), CacheError> {
        let key = stored_key(app_id, "cache", key)?;
        check(&value, ttl_ms)?;
        self.cache.set(&key, value, ttl_ms).await;
        Ok(())
    }

    /// The value of a key, made by `work` when it is not there. Callers in this process that need it at the same time
    /// share one piece of work.
    pub async fn get_or_set<F>(
        &self,
        app_id: &str,
        key: &str,
        ttl_ms: u64,
        work: impl FnOnce() -> F + Send,
    ) -> Result<CachedBytes, CacheError>
    where
        F: Future<Output = CachedBytes> + Send + 'static,
    {
        let key = stored_key(app_id, "cache", key)?;
        check(&[], ttl_ms)?;
        if let Some(value) = self.cache.get(&key).await {
            return Ok(value);
        }
        let flight = self.flights.run(key.clone(), || {
            let (cache, making) = (Arc::clone(&self.cache), work());
            async move {
                let value = making.await;
                if value.len() <= VALUE_BYTES_MAX {
                    cache.set(&key, Arc::clone(&value), ttl_ms).await;
                }
                value
            }
        });
        match flight.await.ok_or(CacheError::Failed)? {
            Landed::Own(value) | Landed::Shared(value) => Ok(value),
        }
    }

    /// Adds to a number; a key that is not there counts as 0.
    pub async fn increment(&self, app_id: &str, key: &str, by: i64, ttl_ms: u64) -> Result<i64, CacheError> {
        let key = stored_key(app_id, "cache", key)?;
        check(&[], ttl_ms)?;
        self.cache.increment(&key, by, ttl_ms).await.ok_or(CacheError::NotANumber)
    }

    /// Forgets a key; whether it was there.
    pub async fn delete(&self, app_id: &str, key: &str) -> Result<bool, CacheError> {
        Ok(self.cache.remove(&stored_key(app_id, "cache", key)?).await)
    }

    /// Forgets every key that begins so; how many there were.
    pub async fn delete_prefix(&self, app_id: &str, prefix: &str) -> Result<u64, CacheError> {
        Ok(self.cache.remove_prefix(&stored_key(app_id, "cache", prefix)?).await)
    }
}

fn check(value: &[u8], ttl_ms: u64) -> Result<(), CacheError> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(CacheError::Value);
    }
    if (1..=TTL_MS_MAX).contains(&ttl_ms) { Ok(()) } else { Err(CacheError::Ttl) }
}
