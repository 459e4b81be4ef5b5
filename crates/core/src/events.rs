//! Facts about committed changes.
//!
//! The store publishes an event after the transaction that holds the change is durable, in commit order, and
//! only while somebody listens; a write pays nothing for events that nobody wants.

mod revision;

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::access::Acl;
use crate::schema::Class;
use crate::value::{Timestamp, Value};

use revision::Watch;
pub use revision::{ChangeKind, Revision, Watched};

/// A committed change of one object.
#[derive(Debug, Clone)]
pub struct ObjectEvent {
    /// The class as it was when the change was made.
    pub class: Arc<Class>,
    /// The object's id.
    pub object_id: String,
    /// Its state before; `None` for a new object.
    pub before: Option<Arc<RowState>>,
    /// Its state after; `None` for a deleted object.
    pub after: Option<Arc<RowState>>,
}

/// The stored state of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct RowState {
    /// Creation time.
    pub created_at: Timestamp,
    /// Modification time.
    pub updated_at: Timestamp,
    /// Its access list; `None` is public.
    pub acl: Option<Acl>,
    /// Values of the fields that have one.
    pub values: Vec<(Arc<str>, Value)>,
}

/// Somebody who wants to know of committed changes.
pub trait Listener: Send + Sync {
    /// Whether changes of this class matter. Asked inside the write, so it must be quick.
    fn wants(&self, class_name: &str) -> bool;
    /// Takes the events of one transaction. Must not block: a slow listener queues and drops on its own terms.
    fn committed(&self, events: &[ObjectEvent]);
}

/// The listeners of one app.
#[derive(Default)]
pub struct Events {
    listeners: ArcSwap<Vec<Arc<dyn Listener>>>,
    watches: ArcSwap<Vec<Arc<Watch>>>,
}

impl Events {
    /// Adds a listener; it hears of transactions that commit from now on.
    pub fn subscribe(&self, listener: Arc<dyn Listener>) {
        self.listeners.rcu(|current| {
            let mut listeners = Vec::clone(current);
            listeners.push(Arc::clone(&listener));
            listeners
        });
    }

    /// Whether any listener wants changes of the class.
    pub fn wanted(&self, class_name: &str) -> bool {
        self.listeners.load().iter().any(|listener| listener.wants(class_name))
    }

    /// A number that rises with every commit of these changes.
    pub fn watch(&self, watched: &'static [Watched]) -> Arc<Revision> {
        let watch = Arc::new(Watch { watched, revision: Arc::default() });
        self.watches.rcu(|current| {
            let mut watches = Vec::clone(current);
            watches.push(Arc::clone(&watch));
            watches
        });
        Arc::clone(&watch.revision)
    }

    /// Whether a revision counts this change. For stores, inside the write.
    pub fn is_watched(&self, class_name: &str, kind: ChangeKind) -> bool {
        self.watches.load().iter().any(|watch| watch.counts(class_name, kind))
    }

    /// Raises the revisions that count one of the changes. For stores, after the commit and before anybody is told.
    pub fn raise(&self, changes: &[(Arc<str>, ChangeKind)]) {
        if changes.is_empty() {
            return;
        }
        for watch in self.watches.load().iter() {
            if changes.iter().any(|(class, kind)| watch.counts(class, *kind)) {
                watch.revision.raise();
            }
        }
    }

    /// Raises every revision: nobody knows what a transaction left behind, or the schema has changed.
    pub fn raise_all(&self) {
        self.watches.load().iter().for_each(|watch| watch.revision.raise());
    }

    /// Hands events to the listeners that want them. For stores, after the commit.
    pub fn publish(&self, events: &[ObjectEvent]) {
        if events.is_empty() {
            return;
        }
        for listener in self.listeners.load().iter() {
            listener.committed(events);
        }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("listeners", &self.listeners.load().len()).finish()
    }
}
