//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use astrolabe_core::ports::Clock;
use astrolabe_core::value::Timestamp;

/// Starts at 2030-01-01T00:00:00Z. Every look moves it by a millisecond, so that things have an order.
#[derive(Debug)]
pub struct TestClock {
    now_ms: AtomicI64,
}

impl Default for TestClock {
    fn default() -> Self {
        TestClock { now_ms: AtomicI64::new(1_893_456_000_000) }
    }
}

impl TestClock {
    /// Moves the clock.
    pub fn advance_seconds(&self, seconds: i64) {
        self.now_ms.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.fetch_add(1, Ordering::SeqCst))
    }
}
