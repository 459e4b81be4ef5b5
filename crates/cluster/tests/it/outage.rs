//! Redis goes away and comes back: nothing fails.

use std::sync::Arc;

use astrolabe_cluster::{RedisAddress, SharedMemory};
use astrolabe_core::ports::{Cache, CachedBytes, Counters};

use crate::redis_server::{PrivateRedis, TestClock, connected, until};

fn value() -> CachedBytes {
    CachedBytes::from(&b"x"[..])
}

#[tokio::test]
async fn an_outage_fails_nothing_and_ends_by_itself() {
    let mut redis = PrivateRedis::start();
    let memory = connected(&redis.url(), "outage:").await;
    memory.set("before", value(), 60_000).await;
    redis.stop();
    // The first one finds out; all of them are answered.
    memory.set("during", value(), 60_000).await;
    assert!(memory.get("during").await.is_some());
    assert!(!memory.is_connected());
    assert_eq!(memory.get("before").await, None);
    assert_eq!(memory.increment("n", 1, 60_000).await, Some(1));
    assert_eq!((memory.add("c", 1, 60_000).await.count, memory.add("c", 1, 60_000).await.count), (1, 2));
    assert_eq!(memory.remove_prefix("dur").await, 1);
    redis.start_again();
    until("Redis is back", || memory.is_connected()).await;
    memory.set("after", value(), 60_000).await;
    let other = connected(&redis.url(), "outage:").await;
    assert!(other.get("after").await.is_some(), "it is in Redis again");
}

#[tokio::test]
async fn requests_during_a_restart_are_all_answered() {
    let mut redis = PrivateRedis::start();
    let memory = Arc::new(connected(&redis.url(), "restart:").await);
    let callers: Vec<_> = (0..20)
        .map(|caller| {
            let memory = Arc::clone(&memory);
            tokio::spawn(async move {
                for number in 0..200 {
                    memory.set(&format!("{caller}-{number}"), value(), 60_000).await;
                    assert!(memory.add(&format!("c{caller}"), 1, 60_000).await.count > 0);
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    redis.stop();
    redis.start_again();
    for caller in callers {
        caller.await.unwrap();
    }
    until("Redis is back", || memory.is_connected()).await;
}

#[tokio::test]
async fn a_server_starts_without_redis() {
    let mut redis = PrivateRedis::start();
    redis.stop();
    let address = RedisAddress::parse(&redis.url()).unwrap();
    let memory = SharedMemory::in_redis(Arc::new(TestClock::default()), &address, "x:").unwrap();
    memory.set("a", value(), 60_000).await;
    assert!(memory.get("a").await.is_some());
    redis.start_again();
    until("Redis is there", || memory.is_connected()).await;
}

#[test]
fn addresses_are_checked_and_never_shown() {
    for (address, is_right) in [
        ("redis://127.0.0.1", true),
        ("redis://user:s3cret@h.example:6380/2", true),
        ("rediss://user:s3cret@h.example", true),
        ("http://s3cret@h.example", false),
        ("s3cret", false),
        ("redis://h/not-a-number-s3cret", false),
    ] {
        let parsed = RedisAddress::parse(address);
        assert_eq!(parsed.is_ok(), is_right, "{address}");
        assert!(!format!("{parsed:?}").contains("s3cret"), "{parsed:?}");
    }
}
