//! What the memory of a process and Redis have in common, and the bounds of the former.

use std::num::NonZeroUsize;
use std::sync::Arc;

use astrolabe_cluster::{MemoryBounds, MemoryCache, MemoryCounters, SharedMemory};
use astrolabe_core::ports::{Cache, CachedBytes, Counters};

use crate::redis_server::{self, TestClock};

fn bytes(text: &str) -> CachedBytes {
    CachedBytes::from(text.as_bytes())
}

async fn get(cache: &dyn Cache, key: &str) -> Option<String> {
    cache.get(key).await.map(|value| String::from_utf8(value.to_vec()).unwrap())
}

async fn check_cache(cache: &dyn Cache) {
    assert_eq!(get(cache, "a").await, None);
    cache.set("a", bytes("1"), 60_000).await;
    cache.set("a", bytes("2"), 60_000).await;
    assert_eq!(get(cache, "a").await.as_deref(), Some("2"));
    assert!(cache.remove("a").await && !cache.remove("a").await);
    assert_eq!(get(cache, "a").await, None);

    assert_eq!(cache.increment("n", 2, 60_000).await, Some(2));
    assert_eq!(cache.increment("n", -5, 60_000).await, Some(-3));
    assert_eq!(get(cache, "n").await.as_deref(), Some("-3"));
    cache.set("text", bytes("x"), 60_000).await;
    assert_eq!(cache.increment("text", 1, 60_000).await, None);
    cache.set("large", bytes(&i64::MAX.to_string()), 60_000).await;
    assert_eq!(cache.increment("large", 1, 60_000).await, None);
    assert_eq!(get(cache, "large").await, Some(i64::MAX.to_string()));

    // Wildcards in a prefix are letters like any other.
    for key in ["p:1", "p:2", "p*:1", "p*:2", "[p]", "q"] {
        cache.set(key, bytes("x"), 60_000).await;
    }
    assert_eq!(cache.remove_prefix("p*").await, 2);
    assert_eq!(cache.remove_prefix("[p").await, 1);
    assert_eq!(cache.remove_prefix("p").await, 2);
    assert_eq!(cache.remove_prefix("nobody").await, 0);
    assert!(cache.get("q").await.is_some());
}

async fn check_counters(counters: &dyn Counters) {
    for expected in 1..=3 {
        let counted = counters.add("a", 1, 60_000).await;
        assert_eq!(counted.count, expected);
        assert!((1..=60_000).contains(&counted.ends_in_ms), "{counted:?}");
    }
    assert_eq!(counters.add("b", 7, 60_000).await.count, 7);
}

#[tokio::test]
async fn in_process() {
    let memory = SharedMemory::in_process(Arc::new(TestClock::default()));
    check_cache(&memory).await;
    check_counters(&memory).await;
}

#[tokio::test]
async fn in_redis() {
    let memory = redis_server::shared().await;
    check_cache(&memory).await;
    check_counters(&memory).await;
    assert!(memory.is_connected(), "no refusal is taken for an outage");
    // Keys and counters do not get into each other's way.
    assert_eq!(memory.add("q", 1, 60_000).await.count, 1);
}

#[tokio::test]
async fn two_nodes_share_one_redis() {
    let mut redis = redis_server::PrivateRedis::start();
    let one = redis_server::connected(&redis.url(), "same:").await;
    let two = redis_server::connected(&redis.url(), "same:").await;
    let other = redis_server::connected(&redis.url(), "other:").await;
    one.set("a", bytes("x"), 60_000).await;
    assert_eq!(get(&two, "a").await.as_deref(), Some("x"));
    assert_eq!(get(&other, "a").await, None);
    assert_eq!((one.add("c", 1, 60_000).await.count, two.add("c", 1, 60_000).await.count), (1, 2));
    redis.stop();
}

#[tokio::test]
async fn redis_forgets_when_the_time_is_over() {
    let memory = redis_server::shared().await;
    memory.set("short", bytes("x"), 20).await;
    memory.set("long", bytes("x"), 60_000).await;
    assert_eq!(memory.add("short", 1, 20).await.count, 1);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while memory.get("short").await.is_some() {
        assert!(std::time::Instant::now() < deadline);
    }
    while memory.add("short", 1, 20).await.count != 1 {
        assert!(std::time::Instant::now() < deadline);
    }
    assert!(memory.get("long").await.is_some());
}

#[tokio::test]
async fn memory_forgets_when_the_time_is_over() {
    let clock = Arc::new(TestClock::default());
    let cache = MemoryCache::new(clock.clone(), MemoryBounds::default());
    let counters = MemoryCounters::new(clock.clone(), NonZeroUsize::MIN);
    cache.set("a", bytes("x"), 1_000).await;
    assert_eq!(cache.increment("n", 1, 1_000).await, Some(1));
    counters.add("a", 1, 1_000).await;
    clock.advance_ms(999);
    assert!(cache.get("a").await.is_some());
    // An increment does not make the time longer.
    assert_eq!(cache.increment("n", 1, 1_000).await, Some(2));
    assert_eq!(counters.add("a", 1, 1_000).await.ends_in_ms, 1);
    clock.advance_ms(1);
    assert!(cache.get("a").await.is_none());
    assert!(!cache.remove("a").await);
    assert_eq!(cache.increment("n", 1, 1_000).await, Some(1));
    assert_eq!(counters.add("a", 1, 1_000).await.count, 1);
}

#[tokio::test]
async fn memory_is_bounded() {
    let bounds = MemoryBounds { entries_max: NonZeroUsize::new(10).unwrap(), bytes_max: 2_000 };
    let cache = MemoryCache::new(Arc::new(TestClock::default()), bounds);
    for number in 0..1_000 {
        cache.set(&format!("key-{number}"), bytes("x"), 60_000).await;
        assert!(cache.bytes() <= 2_000);
        // What is used stays.
        assert!(cache.get("key-0").await.is_some(), "{number}");
    }
    let kept = async |number: usize| cache.get(&format!("key-{number}")).await.is_some();
    assert!(kept(999).await && !kept(1).await);
    // A large value makes room for itself; one that is too large is not kept, nor is what stood there.
    cache.set("key-0", bytes(&"x".repeat(1_500)), 60_000).await;
    assert!(kept(0).await && cache.bytes() <= 2_000);
    cache.set("key-0", bytes(&"x".repeat(5_000)), 60_000).await;
    assert!(!kept(0).await);
    cache.clear();
    assert_eq!(cache.bytes(), 0);
}

#[tokio::test]
async fn counters_are_bounded() {
    let counters = MemoryCounters::new(Arc::new(TestClock::default()), NonZeroUsize::new(2).unwrap());
    for (key, expected) in [("a", 1), ("b", 1), ("a", 2), ("c", 1), ("a", 3), ("b", 1)] {
        assert_eq!(counters.add(key, 1, 1_000).await.count, expected, "{key}");
    }
}
