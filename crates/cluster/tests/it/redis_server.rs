//! The Redis that tests use, and private ones that a test may stop.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use astrolabe_cluster::{RedisAddress, SharedMemory};
use astrolabe_core::ports::Clock;
use astrolabe_core::value::Timestamp;
use tempfile::TempDir;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A clock that a test moves.
#[derive(Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The Redis of `ASTROLABE_TEST_REDIS_URL`, or the one on the standard port, with a prefix that no other test has.
pub async fn shared() -> SharedMemory {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let address =
        std::env::var("ASTROLABE_TEST_REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    connected(&address, &format!("test:{}:{number}:", std::process::id())).await
}

pub async fn connected(address: &str, prefix: &str) -> SharedMemory {
    let address = RedisAddress::parse(address).unwrap();
    let memory = SharedMemory::in_redis(Arc::new(TestClock::default()), &address, prefix).unwrap();
    until("Redis is connected", || memory.is_connected()).await;
    memory
}

/// Waits for something, with a bound.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A Redis of its own, on a free port; it ends with the test.
pub struct PrivateRedis {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl PrivateRedis {
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = PrivateRedis { folder: TempDir::new().unwrap(), port, process: None };
        redis.start_again();
        redis
    }

    pub fn start_again(&mut self) {
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port", &self.port.to_string()])
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.process = Some(child);
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.process.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.stop();
    }
}
