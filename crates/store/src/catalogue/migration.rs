//! The catalogue's table of applied migrations.

/// Databases that an older program made get it when they are opened. Older programs read past it.
pub(crate) const CREATE_MIGRATION_CATALOGUE: &str = "
    CREATE TABLE IF NOT EXISTS _catalog_migration (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        checksum TEXT NOT NULL,
        applied_at INTEGER NOT NULL
    ) STRICT;
";
