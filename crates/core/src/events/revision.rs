//! Revisions: numbers that tell a cache whether what it was made from has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// An object was added.
    New,
    /// An object was changed or removed.
    Existing,
}

/// Changes that a revision counts.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    /// Objects of this class.
    pub class: &'static str,
    /// New ones too, or only changes of existing ones.
    pub new_objects: bool,
}

/// A number that rises with every commit of a watched change, before anybody is told of the commit.
///
/// Take the number first and read afterwards: what was read then is no older than the number says, and is good as long
/// as the number stays.
#[derive(Debug, Default)]
pub struct Revision(AtomicU64);

impl Revision {
    /// The number of this moment.
    pub fn current(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(super) fn raise(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A revision and what it counts.
pub(super) struct Watch {
    pub watched: &'static [Watched],
    pub revision: Arc<Revision>,
}

impl Watch {
    pub fn counts(&self, class: &str, kind: ChangeKind) -> bool {
        self.watched
            .iter()
            .any(|watched| watched.class == class && (watched.new_objects || kind == ChangeKind::Existing))
    }
}
