//! What every new database of a server begins with, made once in memory: a new file is then a copy, which costs one
//! write instead of a transaction for each class.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{Schema, SchemaChange};
use rusqlite::Connection;

use super::{catalogue, connection, errors::store_error, schema_change};

/// Where the header of a database file says how it is written and read, and what stands there for a write-ahead log.
/// The value is "2" twice; without it the first connection would have to change the file.
const JOURNAL_BYTES: std::ops::Range<usize> = 18..20;
const WRITE_AHEAD_LOG: [u8; 2] = [2, 2];

/// The content of a new database.
#[derive(Debug)]
pub struct SqliteTemplate {
    changes: Vec<SchemaChange>,
    content: OnceLock<Content>,
}

#[derive(Debug)]
struct Content {
    file: Vec<u8>,
    schema: Arc<Schema>,
}

impl SqliteTemplate {
    /// Databases that begin with these changes.
    pub fn new(changes: Vec<SchemaChange>) -> Self {
        SqliteTemplate { changes, content: OnceLock::new() }
    }

    /// Makes the file unless there is one, and returns the schema of one that was made.
    pub(super) fn make_missing(&self, path: &Path) -> StoreResult<Option<Arc<Schema>>> {
        if fs::metadata(path).is_ok_and(|file| file.len() > 0) {
            return Ok(None);
        }
        let content = self.content()?;
        let made = write_new(path, &content.file)
            .map_err(|error| StoreError::Unavailable(format!("the file cannot be made: {error}")))?;
        Ok(made.then(|| Arc::clone(&content.schema)))
    }

    fn content(&self) -> StoreResult<&Content> {
        if let Some(content) = self.content.get() {
            return Ok(content);
        }
        let made = make(&self.changes)?;
        Ok(self.content.get_or_init(|| made))
    }
}

fn make(changes: &[SchemaChange]) -> StoreResult<Content> {
    let mut memory = Connection::open_in_memory().map_err(store_error)?;
    let empty = catalogue::open(&mut memory)?;
    let transaction = memory.transaction().map_err(store_error)?;
    let schema = schema_change::apply(&transaction, &empty, changes)?.unwrap_or(empty);
    transaction.commit().map_err(store_error)?;
    let mut file = memory.serialize("main").map_err(store_error)?.to_vec();
    if let Some(journal) = file.get_mut(JOURNAL_BYTES) {
        journal.copy_from_slice(&WRITE_AHEAD_LOG);
    }
    Ok(Content { file, schema: Arc::new(schema) })
}

/// Writes a file that is whole or not there; `false` when another one has been made meanwhile.
fn write_new(path: &Path, content: &[u8]) -> io::Result<bool> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let written = write_private(&beside, content).and_then(|()| put_in_place(&beside, path));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => written.and(Err(error)),
        _ => written,
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    connection::make_private(path);
    let mut file = File::options().write(true).open(path)?;
    file.write_all(content)?;
    file.sync_data()
}

/// Unlike a rename, a link never replaces what somebody else has just made. An empty file is what SQLite takes for a new
/// database as well. The folder need not be synced: SQLite does that with the first commit, and before it there is nothing
/// to lose.
fn put_in_place(beside: &Path, path: &Path) -> io::Result<bool> {
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        fs::rename(beside, path)?;
        return Ok(true);
    }
    match fs::hard_link(beside, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}
