//! How long a connection may be silent while somebody waits for an answer. The server ends statements that take too long by
//! itself; what is noticed here is a server, or a network, that says nothing at all.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

/// What is allowed beyond the time that a statement may take.
const GRACE: Duration = Duration::from_secs(2);

/// Watches one connection.
pub(super) struct Patience {
    began: Instant,
    /// How long the server may take for a statement, in milliseconds.
    deadline_ms: AtomicU64,
    /// When something was answered last, in milliseconds from `began`.
    answered_ms: AtomicU64,
    /// What moves the bytes. Without it, everybody who waits hears at once that the connection is closed.
    mover: AbortHandle,
}

impl Patience {
    /// For statements that may take so long.
    pub fn new(deadline: Duration, mover: AbortHandle) -> Self {
        let patience = Patience {
            began: Instant::now(),
            deadline_ms: AtomicU64::new(0),
            answered_ms: AtomicU64::new(0),
            mover,
        };
        patience.expect(deadline);
        patience
    }

    /// From now on statements may take so long.
    pub fn expect(&self, deadline: Duration) {
        self.deadline_ms.store(millis(deadline + GRACE), Ordering::Relaxed);
    }

    /// Waits for an answer. After a silence of the whole connection it is given up, which the answer then says.
    pub async fn within<T>(&self, answer: impl Future<Output = T>) -> T {
        let mut answer = pin!(answer);
        let asked = self.now();
        loop {
            let allowed = self.deadline_ms.load(Ordering::Relaxed);
            let until = self.answered_ms.load(Ordering::Relaxed).max(asked) + allowed;
            let now = self.now();
            if now >= until {
                self.mover.abort();
                return answer.await;
            }
            let left = Duration::from_millis(until - now);
            if let Ok(answer) = tokio::time::timeout(left, answer.as_mut()).await {
                self.answered_ms.fetch_max(self.now(), Ordering::Relaxed);
                return answer;
            }
        }
    }

    fn now(&self) -> u64 {
        millis(self.began.elapsed())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
