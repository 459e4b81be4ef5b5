//! The database: where it is, and how PostgreSQL is used.

use std::time::Duration;

use super::checks;
use crate::config::SqliteSynchronous;
use crate::config::kind::Kind;
use crate::config::setting::Setting;

const MINUTE_MS: u64 = 60 * 1_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

pub(super) const DATABASE: &[Setting] = &[
    Setting::new("database.url", "ASTROLABE_DATABASE_URL", Kind::PrivateText {
        what: "`sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`",
        set: |draft, text| checks::database_url(text).map(|value| draft.database = Some(value)),
    })
    .flag("--database-url")
    .parse("databaseURI", "PARSE_SERVER_DATABASE_URI")
    .default_words("a SQLite file in the data folder")
    .doc(
        "The SQLite file of the declared app, or the PostgreSQL database of all apps, each in a schema of its own; \
         see [PostgreSQL](../guide/postgresql.md).",
    ),
    Setting::new("database.schema", "ASTROLABE_DATABASE_SCHEMA", Kind::Text {
        what: "1 to 63 letters, digits, `_` or `-`",
        set: |draft, text| checks::schema_name(text).map(|value| draft.schema = Some(value)),
    })
    .default_words("`app_` and the application id")
    .doc("The schema of the declared app, where `database.url` is PostgreSQL."),
    Setting::new("database.sqlite_synchronous", "ASTROLABE_SQLITE_SYNCHRONOUS", Kind::Choice {
        words: &["full", "normal"],
        set: |draft, word| draft.server.sqlite_synchronous = sqlite_synchronous(word),
    })
    .default("full")
    .doc(
        "`full`: every acknowledged write survives a power cut. `normal`: faster, but a power cut or a crash of \
         the operating system may lose the last acknowledged writes.",
    ),
    Setting::new(
        "database.shared_connections",
        "ASTROLABE_DATABASE_SHARED_CONNECTIONS",
        Kind::Int { min: 1, max: 64, set: |draft, number| draft.server.postgres_options.shared_connections = count(number) },
    )
    .default("4")
    .doc("Connections to PostgreSQL that many requests use at the same time, one statement each."),
    Setting::new(
        "database.pool_size",
        "ASTROLABE_DATABASE_POOL_SIZE",
        Kind::Int { min: 1, max: 1_000, set: |draft, number| draft.server.postgres_options.exclusive_connections_max = count(number) },
    )
    .parse("databaseOptions.maxPoolSize", "PARSE_SERVER_DATABASE_MAX_POOL_SIZE")
    .default("16")
    .doc("Connections to PostgreSQL for transactions and slow queries, at most; they are opened when they are needed."),
    Setting::new(
        "database.pool_idle",
        "ASTROLABE_DATABASE_POOL_IDLE",
        Kind::Millis { min: 1_000, max: DAY_MS, set: |draft, ms| draft.server.postgres_options.idle_max = Duration::from_millis(ms) },
    )
    .parse("databaseOptions.maxIdleTimeMS", "PARSE_SERVER_DATABASE_MAX_IDLE_TIME_MS")
    .default("10m")
    .doc("How long such a connection is kept when nobody uses it."),
    Setting::new(
        "database.pool_wait",
        "ASTROLABE_DATABASE_POOL_WAIT",
        Kind::Millis { min: 1, max: MINUTE_MS, set: |draft, ms| draft.server.postgres_options.wait_max = Duration::from_millis(ms) },
    )
    .parse("databaseOptions.waitQueueTimeoutMS", "PARSE_SERVER_DATABASE_WAIT_QUEUE_TIMEOUT_MS")
    .default("5s")
    .doc("How long a request waits for one of them; then it is refused with 155."),
    Setting::new(
        "database.connect_deadline",
        "ASTROLABE_DATABASE_CONNECT_DEADLINE",
        Kind::Millis { min: 1, max: MINUTE_MS, set: |draft, ms| draft.server.postgres_options.connect_deadline = Duration::from_millis(ms) },
    )
    .parse("databaseOptions.connectTimeoutMS", "PARSE_SERVER_DATABASE_CONNECT_TIMEOUT_MS")
    .default("5s")
    .doc("How long connecting to PostgreSQL may take."),
    Setting::new(
        "database.read_deadline",
        "ASTROLABE_DATABASE_READ_DEADLINE",
        Kind::Millis { min: 1, max: HOUR_MS, set: |draft, ms| draft.server.postgres_options.read_deadline = Duration::from_millis(ms) },
    )
    .parse("databaseOptions.maxTimeMS", "PARSE_SERVER_DATABASE_MAX_TIME_MS")
    .default("5s")
    .doc("How long a read in PostgreSQL may take."),
    Setting::new(
        "database.write_deadline",
        "ASTROLABE_DATABASE_WRITE_DEADLINE",
        Kind::Millis { min: 1, max: HOUR_MS, set: |draft, ms| draft.server.postgres_options.write_deadline = Duration::from_millis(ms) },
    )
    .default("10s")
    .doc("How long one statement of a write in PostgreSQL may take, waiting for others included."),
    Setting::new(
        "database.lock_deadline",
        "ASTROLABE_DATABASE_LOCK_DEADLINE",
        Kind::Millis { min: 1, max: HOUR_MS, set: |draft, ms| draft.server.postgres_options.lock_deadline = Duration::from_millis(ms) },
    )
    .default("10s")
    .doc("How long a statement in PostgreSQL waits for what another transaction holds."),
    Setting::new(
        "database.idle_deadline",
        "ASTROLABE_DATABASE_IDLE_DEADLINE",
        Kind::Millis { min: 1, max: HOUR_MS, set: |draft, ms| draft.server.postgres_options.idle_deadline = Duration::from_millis(ms) },
    )
    .default("10s")
    .doc("How long PostgreSQL keeps a transaction in which nothing happens, such as that of a server that hangs."),
];

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn sqlite_synchronous(word: &str) -> SqliteSynchronous {
    if word == "normal" { SqliteSynchronous::Normal } else { SqliteSynchronous::Full }
}
