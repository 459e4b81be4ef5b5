//! Redis: what several nodes share.
//!
//! A connection is kept by one task, which connects anew when it breaks. Without a connection, everything goes to the
//! memory of the process at once, so an outage costs no request more than one command's patience.

mod keeper;

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use astrolabe_core::ports::{BoxFuture, Cache, CachedBytes, Clock, Counted, Counters};
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, Client, FromRedisValue, RedisResult, Script};

use crate::memory::{MemoryBounds, MemoryCache, MemoryCounters};
use keeper::Keeper;

/// Keys that one step of a search looks at.
const SCAN_COUNT: usize = 1_000;
/// Keys that are counted in memory.
const COUNTERS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99_999);

/// Counts, and gives a key that is new its end. As one script, so that no key ever stays without one.
const COUNT: &str = "local count = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return {count, left}";

/// The address of a Redis server, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisAddress(String);

impl RedisAddress {
    /// Checks `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS, or `unix:///path`. The error ends a
    /// sentence about the address and does not show it.
    pub fn parse(address: &str) -> Result<Self, &'static str> {
        const ALLOWED: &str = "must be `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://…` for TLS \
                               (the value is not shown)";
        let _ = Client::open(address).map_err(|_| ALLOWED)?;
        Ok(RedisAddress(address.to_owned()))
    }
}

/// Passwords never reach a log.
impl fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisAddress")
    }
}

/// A cache and counters that nodes share: in Redis while it is there, else in the memory of this process.
pub struct SharedMemory {
    keeper: Option<Keeper>,
    /// Stands before every key in Redis.
    prefix: String,
    count: Script,
    cache: Arc<MemoryCache>,
    counters: MemoryCounters,
}

impl SharedMemory {
    /// Nothing is shared: there is one node.
    pub fn in_process(clock: Arc<dyn Clock>) -> Self {
        SharedMemory::new(clock, String::new())
    }

    /// Shared with all nodes that have the same Redis and the same prefix. It begins to connect in the background, on
    /// the current runtime.
    pub fn in_redis(clock: Arc<dyn Clock>, address: &RedisAddress, prefix: &str) -> Result<Self, String> {
        // The text of the library's error may hold the address.
        let client = Client::open(address.0.as_str()).map_err(|_| "the address of Redis is not valid")?;
        let mut shared = SharedMemory::new(clock, prefix.to_owned());
        let memory = Arc::clone(&shared.cache);
        // Values of an earlier outage are old by the next one.
        shared.keeper = Some(Keeper::start(client, move || memory.clear()));
        Ok(shared)
    }

    fn new(clock: Arc<dyn Clock>, prefix: String) -> Self {
        let cache = Arc::new(MemoryCache::new(Arc::clone(&clock), MemoryBounds::default()));
        let counters = MemoryCounters::new(clock, COUNTERS_MAX);
        SharedMemory { keeper: None, prefix, count: Script::new(COUNT), cache, counters }
    }

    /// Whether Redis is connected.
    pub fn is_connected(&self) -> bool {
        self.keeper.as_ref().is_some_and(|keeper| keeper.connection().is_some())
    }

    /// Runs a command, if there is a connection. `None` when there is none, or it broke; a refusal of the command itself
    /// is `Some(Err)`.
    async fn ask<T, F>(&self, command: impl FnOnce(MultiplexedConnection) -> F) -> Option<RedisResult<T>>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let keeper = self.keeper.as_ref()?;
        let connection = keeper.connection()?;
        let outcome = command(connection.as_ref().clone()).await;
        match outcome {
            Err(error) if is_refusal(&error) => Some(Err(error)),
            Err(error) => {
                keeper.broke(&connection, &error);
                None
            }
            Ok(value) => Some(Ok(value)),
        }
    }

    fn key(&self, kind: &str, key: &str) -> String {
        format!("{}{kind}:{key}", self.prefix)
    }

    async fn read(&self, key: &str) -> Option<RedisResult<Option<CachedBytes>>> {
        let key = self.key("v", key);
        self.ask(async move |mut connection| {
            let value: Option<Vec<u8>> = connection.get(key).await?;
            Ok(value.map(CachedBytes::from))
        })
        .await
    }

    async fn run_count<T: FromRedisValue>(&self, key: &str, by: i64, ttl_ms: u64) -> Option<RedisResult<T>> {
        let mut script = self.count.key(key);
        script.arg(by).arg(ttl_ms.max(1));
        self.ask(async move |mut connection| script.invoke_async(&mut connection).await).await
    }

    async fn remove_found(&self, prefix: &str) -> Option<RedisResult<u64>> {
        let pattern = format!("{}*", escaped(&self.key("v", prefix)));
        self.ask(async move |mut connection| {
            let (mut cursor, mut removed) = (0_u64, 0_u64);
            loop {
                let mut scan = redis::cmd("SCAN");
                scan.arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(SCAN_COUNT);
                let (next, keys): (u64, Vec<Vec<u8>>) = scan.query_async(&mut connection).await?;
                if !keys.is_empty() {
                    removed += connection.unlink::<_, u64>(keys).await?;
                }
                if next == 0 {
                    return Ok(removed);
                }
                cursor = next;
            }
        })
        .await
    }
}

/// Whether Redis has understood and refused, so that the connection is fine. A server that is loading its data or is a
/// replica that may not write is as good as away.
fn is_refusal(error: &redis::RedisError) -> bool {
    use redis::{ErrorKind, ServerErrorKind};
    matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::ResponseError) | ErrorKind::UnexpectedReturnType
    )
}

/// A text in which no character is a wildcard of `MATCH`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\' | '^' | '-') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

impl Cache for SharedMemory {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<CachedBytes>> {
        Box::pin(async move {
            match self.read(key).await {
                Some(found) => found.unwrap_or_default(),
                None => self.cache.get(key).await,
            }
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: CachedBytes, ttl_ms: u64) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let (name, bytes) = (self.key("v", key), Arc::clone(&value));
            let setting = self.ask(async move |mut connection| {
                connection.pset_ex::<_, _, ()>(name, &*bytes, ttl_ms.max(1)).await
            });
            if setting.await.is_none() {
                self.cache.set(key, value, ttl_ms).await;
            }
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let name = self.key("v", key);
            let removing = self.ask(async move |mut connection| connection.unlink::<_, u64>(name).await);
            match removing.await {
                Some(removed) => removed.unwrap_or_default() > 0,
                None => self.cache.remove(key).await,
            }
        })
    }

    fn remove_prefix<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, u64> {
        Box::pin(async move {
            match self.remove_found(prefix).await {
                Some(removed) => removed.unwrap_or_default(),
                None => self.cache.remove_prefix(prefix).await,
            }
        })
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64, ttl_ms: u64) -> BoxFuture<'a, Option<i64>> {
        Box::pin(async move {
            match self.run_count::<(i64, i64)>(&self.key("v", key), by, ttl_ms).await {
                Some(counted) => counted.ok().map(|(number, _)| number),
                None => self.cache.increment(key, by, ttl_ms).await,
            }
        })
    }
}

impl Counters for SharedMemory {
    fn add<'a>(&'a self, key: &'a str, amount: u64, window_ms: u64) -> BoxFuture<'a, Counted> {
        Box::pin(async move {
            let by = i64::try_from(amount).unwrap_or(i64::MAX);
            match self.run_count::<(u64, u64)>(&self.key("c", key), by, window_ms).await {
                Some(Ok((count, ends_in_ms))) => Counted { count, ends_in_ms },
                // Only an overflow is refused here.
                Some(Err(_)) => Counted { count: u64::MAX, ends_in_ms: window_ms },
                None => self.counters.add(key, amount, window_ms).await,
            }
        })
    }
}
