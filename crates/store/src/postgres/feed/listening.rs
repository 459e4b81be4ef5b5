//! One connection per server that hears when another node has committed something, for all stores.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use astrolabe_core::ports::StoreResult;
use parking_lot::Mutex;
use tokio_postgres::AsyncMessage;

use super::{CHANNEL, Wake};
use crate::postgres::database::Database;
use crate::postgres::errors::store_error;

/// From the loss of the connection to the next attempt.
const PAUSE: Duration = Duration::from_millis(500);

/// Who is woken, by schema.
#[derive(Default)]
pub(in crate::postgres) struct Listening {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sleepers: HashMap<String, Vec<Weak<Wake>>>,
    task_runs: bool,
}

impl Listening {
    /// Wakes a store from now on, for as long as it is there.
    pub fn add(&self, database: &Arc<Database>, schema: &str, wake: &Arc<Wake>) {
        let mut state = self.state.lock();
        state.sleepers.entry(schema.to_owned()).or_default().push(Arc::downgrade(wake));
        if !std::mem::replace(&mut state.task_runs, true) {
            database.runtime().spawn(listen(Arc::downgrade(database)));
        }
    }

    fn wake(&self, schema: &str) {
        if let Some(sleepers) = self.state.lock().sleepers.get(schema) {
            sleepers.iter().filter_map(Weak::upgrade).for_each(|sleeper| sleeper.elsewhere());
        }
    }

    /// Wakes everybody, and forgets who has gone. Without anybody left the task ends.
    fn wake_all(&self) -> bool {
        let mut state = self.state.lock();
        state.sleepers.retain(|_, sleepers| {
            sleepers.retain(|sleeper| sleeper.strong_count() > 0);
            sleepers.iter().filter_map(Weak::upgrade).for_each(|sleeper| sleeper.elsewhere());
            !sleepers.is_empty()
        });
        state.task_runs = !state.sleepers.is_empty();
        state.task_runs
    }
}

/// Listens for as long as there is somebody to wake. After each loss everybody looks by themselves.
async fn listen(database: Weak<Database>) {
    loop {
        let Some(connecting) = database.upgrade() else { return };
        if let Err(error) = listen_once(connecting, &database).await {
            tracing::debug!(%error, "the connection that hears of other nodes was lost");
        }
        let wakes_somebody = database.upgrade().is_some_and(|database| database.listening().wake_all());
        if !wakes_somebody {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(connecting: Arc<Database>, database: &Weak<Database>) -> StoreResult<()> {
    let (client, mut connection) = connecting.place().connect(connecting.options().connect_deadline).await?;
    drop(connecting);
    let mut messages =
        std::pin::pin!(futures_util::stream::poll_fn(move |context| connection.poll_message(context)));
    let sql = format!("LISTEN {CHANNEL}");
    let mut begin = std::pin::pin!(client.batch_execute(&sql));
    let mut begun = false;
    loop {
        use futures_util::StreamExt as _;
        let message = tokio::select! {
            answer = &mut begin, if !begun => {
                answer.map_err(store_error)?;
                begun = true;
                // What was said before is found by looking.
                match database.upgrade() {
                    Some(database) if database.listening().wake_all() => continue,
                    _ => return Ok(()),
                }
            }
            message = messages.next() => message,
            // A look around whether anybody is left.
            () = tokio::time::sleep(Duration::from_secs(30)) => match database.upgrade() {
                Some(database) if database.listening().wake_all() => continue,
                _ => return Ok(()),
            },
        };
        match message {
            Some(Ok(AsyncMessage::Notification(notification))) => match database.upgrade() {
                Some(database) => database.listening().wake(notification.payload()),
                None => return Ok(()),
            },
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(store_error(error)),
            None => return Ok(()),
        }
    }
}
