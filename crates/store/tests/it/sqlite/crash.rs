//! Acknowledged writes survive the end of the process.
//!
//! The test runs this test binary again as a child that writes and prints what was acknowledged, and kills it.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use astrolabe_core::events::Events;
use astrolabe_core::query::Filter;
use astrolabe_core::schema::FieldType;
use astrolabe_store::{SqliteOptions, SqliteStore};

use crate::support::*;

/// Tells the child which folder to write in.
const FOLDER: &str = "ASTROLABE_STORE_CRASH_FOLDER";
/// Acknowledgements after which the child is killed.
const ACKNOWLEDGED: usize = 500;

fn open(folder: &Path) -> SqliteStore {
    let path = folder.join("app.db");
    SqliteStore::open(path, SqliteOptions::default(), Arc::new(Events::default())).unwrap()
}

#[test]
fn acknowledged_writes_survive_a_kill() {
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let acknowledged = killed_child(folder.path());
        assert!(acknowledged.len() >= ACKNOWLEDGED);
        let store = Arc::new(open(folder.path()));
        let fixture = Fixture { store, events: Arc::default(), folder };
        let stored: HashSet<_> = block_on(fixture.ids("Todo", Filter::all())).into_iter().collect();
        let missing: Vec<_> = acknowledged.iter().filter(|id| !stored.contains(*id)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        block_on(fixture.store.close());
        let connection = rusqlite::Connection::open(fixture.folder.path().join("app.db")).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
    }
}

/// Starts the child, kills it in the middle of its work, and returns the ids it has told.
fn killed_child(folder: &Path) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::crash::child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    for line in lines.by_ref() {
        acknowledged.extend(line.strip_prefix("stored ").map(str::to_owned));
        if acknowledged.len() >= ACKNOWLEDGED {
            break;
        }
    }
    child.kill().unwrap();
    let complete =
        |line: String| line.strip_prefix("stored ").filter(|id| id.ends_with('.')).map(str::to_owned);
    acknowledged.extend(lines.filter_map(complete));
    child.wait().unwrap();
    acknowledged
}

/// Does nothing unless it is the child of the test above; then it writes until it is killed.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = open(Path::new(&folder));
    let fixture = Fixture {
        store: Arc::new(store),
        events: Arc::default(),
        folder: tempfile::tempdir_in(&folder).unwrap(),
    };
    block_on(fixture.class("Todo", &[("n", FieldType::Number)]));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let fixture = &fixture;
            scope.spawn(move || {
                for index in 0.. {
                    // The point marks the end, so that a line cut off by the kill is not taken for an id.
                    let id = format!("t{thread}x{index}.");
                    block_on(fixture.insert("Todo", &id, &[("n", number(f64::from(index)))]));
                    let line = format!("stored {id}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}
