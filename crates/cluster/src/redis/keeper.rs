//! Keeps one connection to Redis, and makes a new one when it breaks.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How long connecting may take.
const CONNECT_DEADLINE: Duration = Duration::from_secs(2);
/// How long a command may take; a server that is slower than that is away.
const COMMAND_DEADLINE: Duration = Duration::from_millis(500);
/// Between attempts to connect: from the first to the second, and at most.
const RETRY_MIN: Duration = Duration::from_millis(50);
const RETRY_MAX: Duration = Duration::from_secs(2);
/// How often an idle connection is asked whether it still stands.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// The connection, and the task that keeps it; the task ends with it.
pub(super) struct Keeper {
    kept: Arc<Kept>,
    task: JoinHandle<()>,
}

struct Kept {
    connection: ArcSwapOption<MultiplexedConnection>,
    broken: Notify,
}

impl Keeper {
    /// Begins to connect. `when_away` is called whenever Redis goes away.
    pub(super) fn start(client: Client, when_away: impl Fn() + Send + 'static) -> Self {
        let kept = Arc::new(Kept { connection: ArcSwapOption::empty(), broken: Notify::new() });
        let task = tokio::spawn(keep(Arc::clone(&kept), client, when_away));
        Keeper { kept, task }
    }

    /// The connection, if there is one.
    pub(super) fn connection(&self) -> Option<Arc<MultiplexedConnection>> {
        self.kept.connection.load_full()
    }

    /// A command on the connection has failed.
    pub(super) fn broke(&self, connection: &Arc<MultiplexedConnection>, error: &RedisError) {
        self.kept.broke(connection, error);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Kept {
    /// Whoever is first to see it says so, once for each outage.
    fn broke(&self, connection: &Arc<MultiplexedConnection>, error: &RedisError) {
        let before = self.connection.compare_and_swap(&Some(Arc::clone(connection)), None);
        if before.as_ref().is_some_and(|before| Arc::ptr_eq(before, connection)) {
            warn_away(error);
            self.broken.notify_one();
        }
    }
}

/// Only the kind: the text of an error may hold the address.
fn warn_away(error: &RedisError) {
    let kind = format!("{:?}", error.kind());
    tracing::warn!(
        error.kind = kind,
        "Redis is away; this node goes on with its own memory until it is back"
    );
}

async fn keep(kept: Arc<Kept>, client: Client, when_away: impl Fn()) {
    let mut pause = RETRY_MIN;
    let mut has_warned = false;
    loop {
        match client.get_multiplexed_async_connection_with_config(&config()).await {
            Ok(connection) => {
                tracing::info!("Redis is connected");
                let connection = Arc::new(connection);
                kept.connection.store(Some(Arc::clone(&connection)));
                watch(&kept, &connection).await;
                when_away();
                (pause, has_warned) = (RETRY_MIN, true);
            }
            Err(error) => {
                if !has_warned {
                    warn_away(&error);
                    has_warned = true;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY_MAX);
            }
        }
    }
}

fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_DEADLINE))
        .set_response_timeout(Some(COMMAND_DEADLINE))
}

/// Until the connection has broken.
async fn watch(kept: &Kept, connection: &Arc<MultiplexedConnection>) {
    loop {
        if tokio::time::timeout(PING_INTERVAL, kept.broken.notified()).await.is_ok() {
            return;
        }
        let mut asked = connection.as_ref().clone();
        if let Err(error) = redis::cmd("PING").query_async::<()>(&mut asked).await {
            kept.broke(connection, &error);
        }
    }
}
