//! What the nodes of a server share: a cache and counters. In the memory of the process, or in Redis for several nodes.
//!
//! Redis is never needed: while it is away, each node goes on with its own memory, and no request fails for it. What an
//! entry means is for those who keep it to say.

mod memory;
mod redis;

pub use memory::{MemoryBounds, MemoryCache, MemoryCounters};
pub use redis::{RedisAddress, SharedMemory};
