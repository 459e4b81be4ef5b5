//! The contract on PostgreSQL, and what is particular to PostgreSQL.
//!
//! Each test has a schema of its own in the database of `ASTROLABE_TEST_POSTGRES_URL`, or of the server on the standard
//! port.

mod acl_lists;
mod cluster;
mod connections;
mod encryption;
mod nodes;
mod temporary;
mod text_index;

use std::sync::{Arc, LazyLock};

use astrolabe_core::events::Events;
use tokio::runtime::Runtime;

use crate::contract::contract_suite;
use crate::support::Fixture;
use temporary::TemporaryStore;

mod contract {
    super::contract_suite!(crate::postgres::fixture);
}

/// Moves the bytes of connections, whichever runtime a test has.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
});

/// A store in a schema of its own.
fn fixture() -> Fixture {
    fixture_with_schema().0
}

/// The same, and the name of the schema.
fn fixture_with_schema() -> (Fixture, String) {
    let events = Arc::new(Events::default());
    let store = TemporaryStore::make(Arc::clone(&events));
    let schema = store.name().to_owned();
    (Fixture { store: Arc::new(store), events, folder: tempfile::tempdir().unwrap() }, schema)
}
