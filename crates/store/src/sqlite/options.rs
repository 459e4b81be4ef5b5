//! How a database file is used.

use std::sync::Arc;
use std::time::Duration;

use super::template::SqliteTemplate;

/// Settings of a store. The defaults suit a server.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// What an acknowledged write survives.
    pub durability: Durability,
    /// Jobs that may wait for the writer; more are refused.
    pub write_queue_max: usize,
    /// Jobs that share a transaction at most.
    pub group_jobs_max: usize,
    /// The writer's thread and connection end after this long without work.
    pub writer_idle: Duration,
    /// The write-ahead log is emptied when it has grown past this size.
    pub wal_bytes_max: u64,
    /// How long a read may take.
    pub read_deadline: Duration,
    /// How long a read may hold the caller's own thread.
    pub inline_deadline: Duration,
    /// What a new database begins with; without it, with nothing.
    pub template: Option<Arc<SqliteTemplate>>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        SqliteOptions {
            durability: Durability::Full,
            write_queue_max: 4_096,
            group_jobs_max: 512,
            writer_idle: Duration::from_secs(30),
            wal_bytes_max: 64 * 1024 * 1024,
            read_deadline: Duration::from_secs(5),
            inline_deadline: Duration::from_millis(500),
            template: None,
        }
    }
}

/// What an acknowledged write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The loss of power (`synchronous=FULL`).
    #[default]
    Full,
    /// The end of the process. The last commits may be lost with the power (`synchronous=NORMAL`).
    Normal,
}
