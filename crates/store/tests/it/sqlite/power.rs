//! Acknowledged writes survive power cuts under the default setting, at whatever moment they come.
//!
//! Clients write at the same time on a [`disk`](super::disk) whose power goes after a number of operations. The store is
//! opened again on what such a disk may have kept, must hold exactly what the clients were told, and goes on from
//! there to the next cut. That the test can fail is shown by the same with a weaker setting, and with a disk that lies.

mod workload;

use std::path::Path;
use std::sync::Arc;

use astrolabe_core::events::Events;
use astrolabe_core::ports::StoreResult;
use astrolabe_store::{Durability, SqliteOptions, SqliteStore};
use tempfile::TempDir;

use super::disk::{Fault, Image, Mounted, Seed};
use crate::support::{Fixture, block_on};
use workload::{Clients, Finding};

/// How many chains of cuts a test tries; `make soak` sets more.
const SEEDS: &str = "ASTROLABE_POWER_CUT_SEEDS";
const SEEDS_DEFAULT: u64 = 100;
/// Cuts that follow each other on the same data.
const CUTS: u64 = 3;
/// Operations of the disk before a cut, at most.
const STEPS_MAX: u64 = 300;

/// Small bounds, so that emptying the log and ending an idle writer happen between two cuts.
fn options(durability: Durability) -> SqliteOptions {
    SqliteOptions { durability, wal_bytes_max: 40_000, group_jobs_max: 4, ..SqliteOptions::default() }
}

fn open(folder: TempDir, durability: Durability) -> StoreResult<Fixture> {
    let events = Arc::new(Events::default());
    let store = SqliteStore::open(folder.path().join("app.db"), options(durability), Arc::clone(&events))?;
    Ok(Fixture { store: Arc::new(store), events, folder })
}

/// A folder with these files; in memory where there is such a place, so that the real disk does not slow the test.
fn folder_with(image: &Image) -> TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    for (name, content) in image {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// A chain of cuts; the first finding ends it.
fn chain(seed: u64, durability: Durability, fault: Fault) -> Result<(), Finding> {
    let mut choices = Seed(seed);
    let mut image = Image::new();
    let mut clients = Clients::default();
    for cut in 0..CUTS {
        let folder = folder_with(&image);
        let disk = Mounted::on(folder.path(), choices.below(u64::MAX));
        disk.set_fault(fault);
        disk.cut_after(choices.below(STEPS_MAX));
        // The power may go while the store opens; then there is nothing to write.
        if let Ok(fixture) = open(folder, durability) {
            block_on(async {
                clients.write(&fixture, choices.below(u64::MAX)).await;
                fixture.store.close().await;
            });
        }
        image = disk.image();
        drop(disk);
        // On a disk again, whose syncs cost nothing.
        let folder = folder_with(&image);
        let _disk = Mounted::on(folder.path(), 0);
        let checked = clients.check(after_cut(folder, durability)?);
        checked.map_err(|finding| finding.at(format!("seed {seed}, cut {cut}")))?;
    }
    Ok(())
}

/// The store on what was left, once it was found clean.
fn after_cut(folder: TempDir, durability: Durability) -> Result<Fixture, Finding> {
    let path = folder.path().join("app.db");
    let fixture = open(folder, durability).map_err(|error| Finding::Damaged(error.to_string()))?;
    check_clean(&path).map_err(Finding::Damaged)?;
    Ok(fixture)
}

/// What SQLite's own checks say about a database.
pub fn check_clean(path: &Path) -> Result<(), String> {
    let connection = rusqlite::Connection::open(path).map_err(|error| error.to_string())?;
    let check: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    let foreign = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut statement| statement.exists([]))
        .map_err(|error| error.to_string())?;
    match (check.as_str(), foreign) {
        ("ok", false) => Ok(()),
        ("ok", true) => Err("a reference leads nowhere".to_owned()),
        (other, _) => Err(other.to_owned()),
    }
}

fn seeds() -> u64 {
    std::env::var(SEEDS).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS_DEFAULT)
}

fn findings(seeds: u64, durability: Durability, fault: Fault) -> Vec<Finding> {
    (0..seeds).filter_map(|seed| chain(seed, durability, fault).err()).collect()
}

#[test]
fn acknowledged_writes_survive_power_cuts() {
    let findings = findings(seeds(), Durability::Full, Fault::None);
    assert!(findings.is_empty(), "{findings:?}");
}

/// As the guide says: the last writes may go, what is left is whole.
#[test]
fn the_weaker_setting_loses_the_last_writes_and_nothing_else() {
    let findings = findings(40, Durability::Normal, Fault::None);
    assert!(!findings.is_empty());
    let worse: Vec<_> = findings.iter().filter(|finding| !matches!(finding, Finding::Lost(_))).collect();
    assert!(worse.is_empty(), "{worse:?}");
}

#[test]
fn a_disk_that_lies_about_syncs_is_found_out() {
    let findings = findings(40, Durability::Full, Fault::LyingSyncs);
    assert!(!findings.is_empty());
}
