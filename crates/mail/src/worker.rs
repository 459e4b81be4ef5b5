//! The worker of one open app: sends what waits in its queue, a few mails at the same time.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use astrolabe_core::error::Result;
use astrolabe_core::events::{Listener, ObjectEvent};
use astrolabe_core::objects::Objects;
use astrolabe_core::ports::{Background, BoxFuture};
use astrolabe_core::schema::MAIL;
use astrolabe_core::value::Timestamp;
use futures_util::stream::{self, StreamExt as _};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::message::{Envelope, message};
use crate::outbox::KeptMail;
use crate::queue::{Content, MailQueue, Rows, Waiting};
use crate::retry::{WAITING_S_MAX, pause_s};
use crate::seal::{Place, Seal};
use crate::{Destination, SendError};

/// Mails of one app that are sent at the same time.
const SENDING_MAX: usize = 4;
/// Rows that are read at once.
const ROWS_MAX: u64 = 50;
/// How long the worker sleeps at most while something waits, and after a failure of the database.
const LOOK_INTERVAL: Duration = Duration::from_secs(20);
/// What a mail that is being sent may take when the app is closed; its claim covers the rest.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Is told which apps have waiting mail, so that they are opened again after a restart. Blocks.
pub trait WaitingApps: Send + Sync {
    /// Mail of the app waits from now on, or none does.
    fn note(&self, app_id: &str, is_waiting: bool);
}

/// The running worker of an app.
pub struct MailWorker {
    shared: Arc<Shared>,
    stopping: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    queue: MailQueue,
    seal: Seal,
    objects: Objects,
    waiting_apps: Arc<dyn WaitingApps>,
    wake: Arc<Notify>,
    is_busy: AtomicBool,
}

impl MailWorker {
    /// Starts the worker of an app. `is_alone` says that no other server uses its database, so that claims of an earlier
    /// run are nobody's. Needs a tokio runtime.
    pub fn start(
        queue: &MailQueue,
        objects: Objects,
        waiting_apps: Arc<dyn WaitingApps>,
        is_alone: bool,
    ) -> Result<Self> {
        let wake = Arc::new(Notify::new());
        objects.events().subscribe(Arc::new(QueueListener { wake: Arc::clone(&wake) }));
        let shared = Arc::new(Shared {
            seal: queue.seal(objects.app_id())?,
            queue: queue.clone(),
            objects,
            waiting_apps,
            wake,
            is_busy: AtomicBool::new(false),
        });
        let (stopping, stopped) = watch::channel(false);
        let task = tokio::spawn(Arc::clone(&shared).run(stopped, is_alone));
        Ok(MailWorker { shared, stopping, task: Mutex::new(Some(task)) })
    }
}

impl Background for MailWorker {
    fn is_busy(&self) -> bool {
        self.shared.is_busy.load(Ordering::Acquire)
    }

    fn wake(&self) {
        self.shared.wake.notify_one();
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.stopping.send_replace(true);
            let Some(mut task) = self.task.lock().take() else { return };
            if tokio::time::timeout(STOP_PATIENCE, &mut task).await.is_err() {
                task.abort();
                let _ = task.await;
            }
        })
    }
}

/// Wakes the worker when mail was queued, here or on another server.
struct QueueListener {
    wake: Arc<Notify>,
}

impl Listener for QueueListener {
    fn wants(&self, class_name: &str) -> bool {
        class_name == MAIL
    }

    fn committed(&self, events: &[ObjectEvent]) {
        // Of changes and removals the worker is the cause itself.
        if events.iter().any(|event| &*event.class.name == MAIL && event.before.is_none()) {
            self.wake.notify_one();
        }
    }
}

impl Shared {
    async fn run(self: Arc<Self>, mut stopped: watch::Receiver<bool>, is_alone: bool) {
        if is_alone && let Err(error) = self.rows().release_all(self.objects.clock().now()).await {
            tracing::warn!(app.id = self.objects.app_id(), code = ?error.code, "waiting mail cannot be looked at");
        }
        while !*stopped.borrow() {
            let pause = self.round(&stopped).await.unwrap_or_else(|error| {
                tracing::warn!(app.id = self.objects.app_id(), code = ?error.code, "waiting mail cannot be looked at");
                Some(LOOK_INTERVAL)
            });
            let sleep = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            let (sleep, woken) = (pin!(sleep), pin!(self.wake.notified()));
            tokio::select! {
                () = sleep => {}
                () = woken => {}
                _ = stopped.changed() => {}
            }
        }
    }

    fn rows(&self) -> Rows<'_> {
        Rows { objects: &self.objects, key_id: &self.seal.key_id }
    }

    /// Sends everything that is due; how long to pause then, or `None` when nothing waits.
    async fn round(&self, stopped: &watch::Receiver<bool>) -> Result<Option<Duration>> {
        loop {
            let due = self.rows().due(self.objects.clock().now(), ROWS_MAX).await?;
            if due.is_empty() || *stopped.borrow() {
                break;
            }
            self.set_busy(true).await;
            stream::iter(due).for_each_concurrent(SENDING_MAX, |mail| self.attend(mail, stopped)).await;
        }
        let now = self.objects.clock().now();
        let waiting = self.rows().waiting(ROWS_MAX).await?;
        self.set_busy(!waiting.is_empty()).await;
        let Some(next) = waiting.iter().map(|mail| mail.due_at).min() else { return Ok(None) };
        if waiting.iter().any(|mail| mail.queued_at.plus_seconds(WAITING_S_MAX) < now) {
            self.rows().remove_older(now.plus_seconds(-WAITING_S_MAX)).await?;
        }
        let until_ms = u64::try_from(next.0 - now.0).unwrap_or_default();
        Ok(Some(Duration::from_millis(until_ms).clamp(Duration::from_millis(50), LOOK_INTERVAL)))
    }

    /// Tells the server when the first mail begins to wait and when the last is gone.
    async fn set_busy(&self, is_busy: bool) {
        if self.is_busy.swap(is_busy, Ordering::AcqRel) != is_busy {
            let (apps, id) = (Arc::clone(&self.waiting_apps), self.objects.app_id().to_owned());
            let _ = tokio::task::spawn_blocking(move || apps.note(&id, is_busy)).await;
        }
    }

    /// Claims a mail, sends it, and notes what became of it.
    async fn attend(&self, mail: Waiting, stopped: &watch::Receiver<bool>) {
        if *stopped.borrow() {
            return;
        }
        match self.rows().claim(&mail, self.objects.clock().now()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(app.id = self.objects.app_id(), code = ?error.code, "a mail cannot be claimed");
                return;
            }
        }
        let attempts = mail.attempts + 1;
        let noted = match self.send(&mail).await {
            Ok(()) => {
                tracing::debug!(app.id = self.objects.app_id(), mail.template, "a mail was sent");
                self.rows().remove(&mail).await
            }
            Err(error) => match (pause_s(attempts), &error) {
                (Some(pause), SendError::Transient(reason)) => {
                    self.report(&mail, attempts, reason, "a mail could not be sent and will be tried again");
                    self.rows().put_back(&mail, self.objects.clock().now().plus_seconds(pause)).await
                }
                (_, SendError::Transient(reason) | SendError::Permanent(reason)) => {
                    self.report(&mail, attempts, reason, "a mail could not be sent and was given up");
                    self.rows().remove(&mail).await
                }
            },
        };
        if let Err(error) = noted {
            tracing::warn!(app.id = self.objects.app_id(), code = ?error.code, "what became of a mail cannot be noted");
        }
    }

    fn report(&self, mail: &Waiting, attempts: u32, reason: &str, text: &str) {
        tracing::warn!(
            app.id = self.objects.app_id(),
            mail.id = mail.object_id,
            mail.template,
            mail.attempts = attempts,
            reason,
            "{text}"
        );
    }

    async fn send(&self, mail: &Waiting) -> Result<(), SendError> {
        let place = Place { object_id: &mail.object_id, template: &mail.template };
        let content: Content = self
            .seal
            .open(place, &mail.sealed)
            .and_then(|text| serde_json::from_slice(&text).ok())
            .ok_or_else(|| SendError::Permanent("it cannot be opened".into()))?;
        let rendered = self.render(mail, &content)?;
        match self.queue.destination() {
            Destination::Nowhere => Err(SendError::Transient("this server sends no mail".into())),
            Destination::Smtp(transport) => {
                let id = format!("{}.{}", mail.object_id, self.objects.app_id());
                let from = &self.queue.parts.from;
                let envelope = Envelope { from, to: &content.to, id: &id, queued_at: mail.queued_at };
                transport.send(message(envelope, rendered)?).await
            }
            Destination::Outbox(outbox) => {
                let link = content.variables.get("link").and_then(|link| link.as_str());
                let at: Timestamp = mail.queued_at;
                let kept = KeptMail::new(self.objects.app_id(), &content.to, link, at, rendered);
                let (outbox, id) = (outbox.clone(), mail.object_id.clone());
                let keeping = tokio::task::spawn_blocking(move || outbox.keep(&id, at, &kept));
                keeping.await.unwrap_or_else(|_| Err(SendError::Transient("the outbox failed".into())))
            }
        }
    }

    fn render(&self, mail: &Waiting, content: &Content) -> Result<crate::Rendered, SendError> {
        let mut variables = content.variables.clone();
        let app_id = self.objects.app_id();
        let app_name = self.objects.settings().app_name.as_deref().unwrap_or(app_id);
        for (name, value) in [("appName", app_name), ("appId", app_id), ("to", &content.to)] {
            variables.insert(name.to_owned(), value.into());
        }
        // A template that is being edited may be whole again in a while.
        self.queue
            .parts
            .templates
            .render(&mail.template, &variables)
            .map_err(|error| SendError::Transient(format!("its template is broken: {}", error.kind())))
    }
}
