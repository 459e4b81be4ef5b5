//! Changes of records that exist: name, keys, hosts and limits. One process changes records at a time; servers take
//! over what has changed within seconds.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;

use astrolabe_core::app::{AppLimits, HostName};
use astrolabe_core::ports::Ids;

use super::data_folder::DataFolder;
use super::record::{AppRecord, KeyKind};
use super::{AppsError, files};

impl DataFolder {
    /// Gives an app another name for people.
    pub fn rename(&self, id: &str, name: &str) -> Result<AppRecord, AppsError> {
        self.change(id, |record| {
            name.clone_into(&mut record.name);
            Ok(())
        })
    }

    /// Gives an app new keys of these kinds, and returns the master key if it is one of them. The old ones stop working.
    pub fn rotate_keys(
        &self,
        id: &str,
        kinds: &[KeyKind],
        ids: &dyn Ids,
    ) -> Result<(AppRecord, Option<String>), AppsError> {
        let mut master_key = None;
        let record = self.change(id, |record| {
            for kind in kinds {
                master_key = record.rotate(*kind, ids).or(master_key.take());
            }
            Ok(())
        })?;
        Ok((record, master_key))
    }

    /// Gives an app keys of the kinds it has none of.
    pub fn enable_keys(&self, id: &str, kinds: &[KeyKind], ids: &dyn Ids) -> Result<AppRecord, AppsError> {
        self.change(id, |record| {
            for kind in kinds.iter().filter(|kind| **kind != KeyKind::Master) {
                if record.client_keys().iter().all(|(has, _)| has != kind) {
                    record.rotate(*kind, ids);
                }
            }
            Ok(())
        })
    }

    /// Takes keys of these kinds away. The last client key and the master key stay: an app without client keys would be
    /// open to everybody.
    pub fn disable_keys(&self, id: &str, kinds: &[KeyKind]) -> Result<AppRecord, AppsError> {
        self.change(id, |record| {
            kinds.iter().for_each(|kind| record.disable(*kind));
            match record.client_keys().is_empty() || kinds.contains(&KeyKind::Master) {
                true => Err(AppsError::KeyNeeded(id.to_owned())),
                false => Ok(()),
            }
        })
    }

    /// The hosts that choose an app. Each belongs to one app.
    pub fn set_hosts(&self, id: &str, hosts: &[HostName]) -> Result<AppRecord, AppsError> {
        self.change(id, |record| {
            for other in self.list()?.iter().filter(|other| other.id != id) {
                if let Some(taken) = hosts.iter().find(|host| other.hosts.iter().any(|h| h == host.as_str()))
                {
                    let (host, app) = (taken.as_str().to_owned(), other.id.clone());
                    return Err(AppsError::HostTaken { host, app });
                }
            }
            record.hosts = hosts.iter().map(|host| host.as_str().to_owned()).collect();
            Ok(())
        })
    }

    /// Changes the bounds of an app.
    pub fn change_limits(
        &self,
        id: &str,
        change: impl FnOnce(&mut AppLimits),
    ) -> Result<AppRecord, AppsError> {
        self.change(id, |record| {
            change(&mut record.limits);
            Ok(())
        })
    }

    /// Changes a record and returns it as it is now.
    fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut AppRecord) -> Result<(), AppsError>,
    ) -> Result<AppRecord, AppsError> {
        // Asked before the lock as well: to ask for an app that is not there makes no folder.
        self.read(id)?.ok_or_else(|| self.missing(id))?;
        let _turn = self.lock_records()?;
        let mut record = self.read(id)?.ok_or_else(|| self.missing(id))?;
        change(&mut record)?;
        self.replace(&record)?;
        Ok(record)
    }

    /// Held by whoever changes records, until it is dropped.
    pub(super) fn lock_records(&self) -> Result<File, AppsError> {
        let path = self.path().join("records.lock");
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(files::io_error(&path))?;
        file.lock().map_err(files::io_error(&path))?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{SystemClock, SystemIds};

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let folder = tempfile::TempDir::new().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        data.create("a", "A", &SystemClock, &SystemIds).unwrap();
        (folder, data)
    }

    #[test]
    fn each_kind_of_key_is_renewed_alone() {
        let (_folder, data) = folder();
        for kind in [KeyKind::Rest, KeyKind::Javascript, KeyKind::Client, KeyKind::Master] {
            let before = data.read("a").unwrap().unwrap();
            let (after, master_key) = data.rotate_keys("a", &[kind], &SystemIds).unwrap();
            assert_eq!(master_key.is_some(), kind == KeyKind::Master);
            let changed = [
                (KeyKind::Rest, before.rest_key != after.rest_key),
                (KeyKind::Javascript, before.javascript_key != after.javascript_key),
                (KeyKind::Client, before.client_key != after.client_key),
                (KeyKind::Master, before.master_key_sha256 != after.master_key_sha256),
            ];
            assert!(changed.iter().all(|(of, changed)| *changed == (*of == kind)), "{changed:?}");
            assert_eq!(data.read("a").unwrap(), Some(after));
        }
        assert!(matches!(data.rotate_keys("z", &[], &SystemIds), Err(AppsError::Missing { .. })));
    }

    #[test]
    fn an_app_keeps_one_client_key() {
        let (_folder, data) = folder();
        let left = data.disable_keys("a", &[KeyKind::Rest]).unwrap();
        assert_eq!((left.rest_key.is_some(), left.javascript_key.is_some()), (false, true));
        for kind in [KeyKind::Javascript, KeyKind::Master] {
            assert!(matches!(data.disable_keys("a", &[kind]), Err(AppsError::KeyNeeded(_))));
        }
        let enabled = data.enable_keys("a", &[KeyKind::Rest, KeyKind::Javascript], &SystemIds).unwrap();
        assert_eq!((enabled.rest_key.is_some(), enabled.javascript_key), (true, left.javascript_key));
    }

    #[test]
    fn a_host_belongs_to_one_app() {
        let (_folder, data) = folder();
        data.create("b", "B", &SystemClock, &SystemIds).unwrap();
        let hosts =
            |names: &[&str]| names.iter().filter_map(|name| HostName::parse(name)).collect::<Vec<_>>();
        data.set_hosts("a", &hosts(&["a.example", "shared.example"])).unwrap();
        let taken = data.set_hosts("b", &hosts(&["b.example", "SHARED.example"])).unwrap_err().to_string();
        assert_eq!(taken, "the host shared.example belongs to the app `a` already");
        assert!(data.read("b").unwrap().unwrap().hosts.is_empty());
        data.set_hosts("a", &hosts(&["a.example"])).unwrap();
        data.set_hosts("b", &hosts(&["shared.example"])).unwrap();
    }
}
