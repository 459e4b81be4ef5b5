//! How a PostgreSQL server is used.

use std::time::Duration;

/// Settings of a store. The defaults suit a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PostgresOptions {
    /// Connections that many requests use at the same time, one statement each.
    pub shared_connections: usize,
    /// Connections for transactions and for statements that take long, at most.
    pub exclusive_connections_max: usize,
    /// How long a request waits for one of them.
    pub wait_max: Duration,
    /// How long connecting may take.
    pub connect_deadline: Duration,
    /// How long a read may take.
    pub read_deadline: Duration,
    /// How long a statement of a write may take, waiting for others included.
    pub write_deadline: Duration,
    /// How long a statement waits for what another transaction holds.
    pub lock_deadline: Duration,
    /// How long PostgreSQL keeps a transaction in which nothing happens.
    pub idle_deadline: Duration,
    /// How long a connection for transactions that nobody uses is kept.
    pub idle_max: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        PostgresOptions {
            shared_connections: 4,
            exclusive_connections_max: 16,
            wait_max: Duration::from_secs(5),
            connect_deadline: Duration::from_secs(5),
            read_deadline: Duration::from_secs(5),
            write_deadline: Duration::from_secs(10),
            lock_deadline: Duration::from_secs(10),
            idle_deadline: Duration::from_secs(10),
            idle_max: Duration::from_secs(10 * 60),
        }
    }
}
