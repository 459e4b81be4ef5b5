//! The connections to one database, shared by the apps in it: a few that many requests use at the same time, and a
//! bounded number for transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use astrolabe_core::ports::{StoreError, StoreResult};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore};

use super::address::Place;
use super::connection::Connection;
use super::errors::store_error;
use super::feed::Listening;
use super::options::PostgresOptions;

/// After a failed attempt nobody tries again for this long, then for twice as long, and so on.
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// How long a sign of life may take.
const PING_DEADLINE: Duration = Duration::from_secs(1);
/// Statements that are sent on one connection before a read takes another one.
const READS_TOGETHER: usize = 8;
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// A database.
pub(super) struct Database {
    place: Place,
    options: PostgresOptions,
    runtime: Handle,
    shared: Vec<AsyncMutex<Option<Arc<Connection>>>>,
    next_shared: AtomicUsize,
    exclusive: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
    pause: Mutex<Option<Pause>>,
    listening: Listening,
}

/// A connection that nobody uses.
struct Idle {
    connection: Connection,
    since: Instant,
}

/// The time after a failure in which nobody tries to connect.
struct Pause {
    until: Instant,
    length: Duration,
    reason: String,
}

impl Database {
    /// Nothing is connected yet.
    pub fn new(place: Place, options: PostgresOptions, runtime: Handle) -> Self {
        Database {
            place,
            runtime,
            shared: (0..options.shared_connections.max(1)).map(|_| AsyncMutex::default()).collect(),
            next_shared: AtomicUsize::new(0),
            exclusive: Arc::new(Semaphore::new(options.exclusive_connections_max.max(1))),
            idle: Mutex::default(),
            pause: Mutex::default(),
            listening: Listening::default(),
            options,
        }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Who hears of other nodes.
    pub fn listening(&self) -> &Listening {
        &self.listening
    }

    /// How it is used.
    pub fn options(&self) -> &PostgresOptions {
        &self.options
    }

    /// Where tasks run.
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// One of the connections for single statements, for a read. Reads share as few as will do: those that are on their
    /// way at the same time are sent together, and their answers come together.
    pub async fn shared_for_read(&self) -> StoreResult<Arc<Connection>> {
        for slot in &self.shared {
            let Ok(mut slot) = slot.try_lock() else { continue };
            match slot.as_ref().filter(|connection| !connection.is_closed()) {
                // The slot holds one as well.
                Some(connection) if Arc::strong_count(connection) > READS_TOGETHER => {}
                Some(connection) => return Ok(Arc::clone(connection)),
                None => {
                    *slot = None;
                    let connection = Arc::new(self.connect().await?);
                    *slot = Some(Arc::clone(&connection));
                    return Ok(connection);
                }
            }
        }
        self.shared().await
    }

    /// One of the connections for single statements, in turn: commits on one of them would wait for each other.
    pub async fn shared(&self) -> StoreResult<Arc<Connection>> {
        let place = self.next_shared.fetch_add(1, Ordering::Relaxed) % self.shared.len();
        let mut slot = self.shared[place].lock().await;
        if let Some(connection) = slot.as_ref().filter(|connection| !connection.is_closed()) {
            return Ok(Arc::clone(connection));
        }
        *slot = None;
        let connection = Arc::new(self.connect().await?);
        *slot = Some(Arc::clone(&connection));
        Ok(connection)
    }

    /// Asks for a sign of life.
    pub async fn ping(&self) -> StoreResult<()> {
        let answer = async { self.shared().await?.batch("SELECT 1").await.map_err(store_error) };
        tokio::time::timeout(PING_DEADLINE, answer).await.map_err(|_| StoreError::Deadline)?
    }

    /// A connection for one caller alone.
    pub async fn exclusive(self: &Arc<Self>) -> StoreResult<Lease> {
        let waiting =
            tokio::time::timeout(self.options.wait_max, Arc::clone(&self.exclusive).acquire_owned());
        let permit = waiting.await.map_err(|_| StoreError::QueueFull)?.map_err(|_| closed())?;
        let idle = self.next_idle();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(Lease {
            database: Arc::clone(self),
            connection: Some(connection),
            is_clean: true,
            _permit: permit,
        })
    }

    /// A connection that nobody else gets and that does not count.
    pub async fn connect(&self) -> StoreResult<Connection> {
        self.check_pause()?;
        match Connection::open(&self.place, &self.options, &self.runtime).await {
            Ok(connection) => {
                *self.pause.lock() = None;
                Ok(connection)
            }
            Err(error) => {
                self.begin_pause(&error);
                Err(error)
            }
        }
    }

    fn next_idle(&self) -> Option<Connection> {
        self.close_idle();
        self.idle.lock().pop().map(|idle| idle.connection)
    }

    /// Closes connections that nobody has used for long, and forgets those that are lost.
    pub fn close_idle(&self) {
        let kept = |idle: &Idle| !idle.connection.is_closed() && idle.since.elapsed() < self.options.idle_max;
        self.idle.lock().retain(kept);
    }

    fn check_pause(&self) -> StoreResult<()> {
        match &*self.pause.lock() {
            Some(pause) if Instant::now() < pause.until => Err(StoreError::Unavailable(pause.reason.clone())),
            _ => Ok(()),
        }
    }

    fn begin_pause(&self, error: &StoreError) {
        let reason = match error {
            StoreError::Unavailable(reason) => reason.clone(),
            other => other.to_string(),
        };
        let mut pause = self.pause.lock();
        let length = pause.as_ref().map_or(PAUSE_MIN, |last| (last.length * 2).min(PAUSE_MAX));
        *pause = Some(Pause { until: Instant::now() + length, length, reason });
    }
}

/// A connection for one caller. It goes back when it is dropped, unless a transaction was left open on it.
pub(super) struct Lease {
    database: Arc<Database>,
    connection: Option<Connection>,
    is_clean: bool,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// The connection.
    pub fn connection(&self) -> StoreResult<&Connection> {
        self.connection.as_ref().ok_or_else(closed)
    }

    /// From now on, until [`Lease::end`], something is open that must not be handed on.
    pub fn begin(&mut self) {
        self.is_clean = false;
    }

    /// Nothing is open any more.
    pub fn end(&mut self) {
        self.is_clean = true;
        if let Some(connection) = &self.connection {
            connection.expect(self.database.options.read_deadline);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|connection| !connection.is_closed())
            && self.is_clean
        {
            self.database.idle.lock().push(Idle { connection, since: Instant::now() });
        }
    }
}

/// The error after the end.
pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}
