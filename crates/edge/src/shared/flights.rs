//! Work that is done once for all who ask for it at the same time.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

/// What is under way, by key.
pub struct Flights<K, V: Clone> {
    running: Arc<Mutex<HashMap<K, Flight<V>>>>,
}

/// `None` when the work panicked.
type Flight<V> = Shared<BoxFuture<'static, Option<V>>>;

/// What came of the work, and whether this caller began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed<V> {
    /// The caller began it.
    Own(V),
    /// Somebody else had begun it.
    Shared(V),
}

impl<K, V: Clone> Default for Flights<K, V> {
    fn default() -> Self {
        Flights { running: Arc::default() }
    }
}

impl<K, V> Flights<K, V>
where
    K: Eq + Hash + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Does the work, or waits for that of somebody who has begun it. The work is a task of its own: it ends even if
    /// everybody has gone. `None` when it panicked.
    pub async fn run<F>(&self, key: K, work: impl FnOnce() -> F) -> Option<Landed<V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let (flight, is_own) = {
            let mut running = self.running.lock();
            match running.get(&key) {
                Some(flight) => (flight.clone(), false),
                None => {
                    let flight = self.begin(key.clone(), work());
                    running.insert(key, flight.clone());
                    (flight, true)
                }
            }
        };
        let value = flight.await?;
        Some(if is_own { Landed::Own(value) } else { Landed::Shared(value) })
    }

    fn begin(&self, key: K, work: impl Future<Output = V> + Send + 'static) -> Flight<V> {
        let end = End { running: Arc::clone(&self.running), key };
        let task = tokio::spawn(async move {
            let _end = end;
            work.await
        });
        task.map(Result::ok).boxed().shared()
    }
}

/// Removes a flight when its work is over, however it ended.
struct End<K: Eq + Hash, V: Clone> {
    running: Arc<Mutex<HashMap<K, Flight<V>>>>,
    key: K,
}

impl<K: Eq + Hash, V: Clone> Drop for End<K, V> {
    fn drop(&mut self) {
        let flight = self.running.lock().remove(&self.key);
        drop(flight);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_hundred_callers_share_one_piece_of_work() {
        let flights = Arc::new(Flights::default());
        let (runs, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let callers = (0..100).map(|_| {
            let (flights, runs, go) = (Arc::clone(&flights), Arc::clone(&runs), Arc::clone(&go));
            async move {
                let work = || async move {
                    go.notified().await;
                    runs.fetch_add(1, Ordering::SeqCst)
                };
                flights.run("key", work).await
            }
        });
        let release = async { go.notify_one() };
        let (landed, ()) = futures_util::future::join(join_all(callers), release).await;
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert_eq!(landed.iter().filter(|landed| **landed == Some(Landed::Own(0))).count(), 1);
        assert_eq!(landed.iter().filter(|landed| **landed == Some(Landed::Shared(0))).count(), 99);
        assert!(flights.running.lock().is_empty());
    }

    #[tokio::test]
    async fn a_panic_reaches_everybody_and_the_next_one_tries_again() {
        let flights = Flights::<_, u8>::default();
        assert_eq!(flights.run(1, || async { panic!("a defect") }).await, None);
        assert_eq!(flights.run(1, || async { 7 }).await, Some(Landed::Own(7)));
    }

    #[tokio::test]
    async fn work_goes_on_when_the_caller_has_gone() {
        let flights = Arc::new(Flights::default());
        let (begun, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let caller = tokio::spawn({
            let (flights, begun, done) = (Arc::clone(&flights), Arc::clone(&begun), Arc::clone(&done));
            async move {
                let work = || async move {
                    begun.notify_one();
                    tokio::task::yield_now().await;
                    done.notify_one();
                };
                flights.run((), work).await
            }
        });
        begun.notified().await;
        caller.abort();
        done.notified().await;
    }
}
