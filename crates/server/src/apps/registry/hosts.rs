//! Which app a host name chooses. The index is in memory and made anew from the records that have changed.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use astrolabe_core::app::HostName;
use parking_lot::Mutex;

use super::Shared;
use crate::apps::slot::RecordVersion;

/// The index, and what it was made from.
#[derive(Default)]
pub(super) struct HostIndex {
    current: ArcSwap<Index>,
    records: Mutex<HashMap<String, Seen>>,
}

#[derive(Default)]
struct Index {
    by_host: HashMap<HostName, Arc<str>>,
    /// The app that every host chooses because there is no other.
    only: Option<Arc<str>>,
}

/// A record as it was when it was last read.
#[derive(Clone)]
struct Seen {
    version: RecordVersion,
    created_at: String,
    hosts: Vec<HostName>,
}

impl HostIndex {
    /// The id of the app that a host chooses.
    pub(super) fn app_of(&self, host: &HostName) -> Option<Arc<str>> {
        let index = self.current.load();
        index.by_host.get(host).or(index.only.as_ref()).cloned()
    }
}

impl Shared {
    /// Makes the index anew. Reads the records that have changed; blocks.
    pub(super) fn refresh_hosts(&self) {
        let ids = match self.folder.ids() {
            Ok(ids) => ids,
            Err(error) => return tracing::error!(%error, "the apps of the data folder cannot be listed"),
        };
        let mut records = self.hosts.records.lock();
        let mut now = HashMap::with_capacity(ids.len());
        for id in ids {
            if let Some(seen) = self.seen(&id, records.get(&id)) {
                now.insert(id, seen);
            }
        }
        *records = now;
        self.hosts.current.store(Arc::new(self.index(&records)));
    }

    fn seen(&self, id: &str, before: Option<&Seen>) -> Option<Seen> {
        let version = RecordVersion::of(&self.folder.record_path(id).ok()?)?;
        if let Some(before) = before.filter(|before| before.version == version) {
            return Some(before.clone());
        }
        // A damaged record is reported by whoever asks for the app.
        let record = self.folder.read(id).ok()??;
        let hosts = record.hosts.iter().filter_map(|host| HostName::parse(host)).collect();
        Some(Seen { version, created_at: record.created_at, hosts })
    }

    /// Should two records name the same host, the older app has it.
    fn index(&self, records: &HashMap<String, Seen>) -> Index {
        let mut by_age: Vec<_> = records.iter().collect();
        by_age.sort_by_key(|(id, seen)| (&seen.created_at, *id));
        let mut index = Index::default();
        // What the configuration says counts before what records say.
        if let Some(declared) = &self.declared {
            for host in &declared.hosts {
                index.by_host.insert(host.clone(), declared.id.as_str().into());
            }
        }
        for (id, seen) in &by_age {
            for host in &seen.hosts {
                index.by_host.entry(host.clone()).or_insert_with(|| id.as_str().into());
            }
        }
        let declared = self.declared.iter().map(|declared| declared.id.as_str());
        let mut ids = declared.chain(by_age.iter().map(|(id, _)| id.as_str()));
        let first = ids.next();
        index.only = first.filter(|first| ids.all(|id| id == *first)).map(Arc::from);
        index
    }
}
