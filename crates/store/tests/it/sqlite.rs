//! The contract on SQLite, and what is particular to SQLite.

mod acl_lists;
mod crash;
mod disk;
mod faults;
mod files;
mod old_files;
mod power;
mod reads;
mod snapshots;

use std::sync::Arc;

use astrolabe_core::events::Events;
use astrolabe_store::{SqliteOptions, SqliteStore};

use crate::contract::contract_suite;
use crate::support::Fixture;

mod contract {
    super::contract_suite!(crate::sqlite::fixture);
}

/// A store in a folder of its own.
fn fixture() -> Fixture {
    fixture_with(SqliteOptions::default())
}

fn fixture_with(options: SqliteOptions) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let events = Arc::new(Events::default());
    let store = SqliteStore::open(folder.path().join("app.db"), options, Arc::clone(&events)).unwrap();
    Fixture { store: Arc::new(store), events, folder }
}

/// Opens the file of a fixture again.
fn reopened(fixture: Fixture) -> Fixture {
    let Fixture { store, events, folder } = fixture;
    crate::support::block_on(store.close());
    let path = folder.path().join("app.db");
    let store = SqliteStore::open(path, SqliteOptions::default(), Arc::clone(&events)).unwrap();
    Fixture { store: Arc::new(store), events, folder }
}
