//! Statements that make and remove tables and columns.

use astrolabe_core::schema::{Class, Field, FieldType};

use crate::columns::{OWNING_ID, RELATED_ID, Storage, physical_columns};
use crate::dialect::Dialect;
use crate::statement::quoted;

/// The catalogue's own tables.
pub(crate) const CREATE_CATALOGUE: &str = "
    CREATE TABLE _catalog_meta (
        format_version INTEGER NOT NULL,
        schema_version INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE _catalog_class (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        table_name TEXT NOT NULL UNIQUE,
        permissions TEXT NOT NULL
    ) STRICT;
    CREATE TABLE _catalog_field (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        class_id INTEGER NOT NULL REFERENCES _catalog_class (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        column_name TEXT NOT NULL,
        kind TEXT NOT NULL,
        target TEXT,
        required INTEGER NOT NULL,
        default_value TEXT,
        visibility TEXT NOT NULL,
        is_unique INTEGER NOT NULL,
        is_indexed INTEGER NOT NULL,
        on_delete TEXT,
        UNIQUE (class_id, name)
    ) STRICT;
";

/// The table of a class without fields.
pub(crate) fn create_class(dialect: &Dialect, table: &str) -> String {
    let (text, integer) = (dialect.types.text, dialect.types.integer);
    format!(
        "CREATE TABLE {} (\"objectId\" {text} NOT NULL UNIQUE, \"createdAt\" {integer} NOT NULL, \
         \"updatedAt\" {integer} NOT NULL, \"_rperm\" {text}, \"_wperm\" {text}){}",
        quoted(table),
        dialect.table_suffix
    )
}

/// The columns, indexes or join table of a new field. `id` is its number in the catalogue.
pub(crate) fn add_field(dialect: &Dialect, table: &str, field: &Field, id: i64) -> Vec<String> {
    if Storage::of(&field.kind) == Storage::JoinTable {
        return create_join_table(dialect, &field.column, id);
    }
    let column_type = match Storage::of(&field.kind) {
        Storage::Real | Storage::Point => dialect.types.real,
        Storage::Integer => dialect.types.integer,
        Storage::Text | Storage::JoinTable => dialect.types.text,
    };
    let mut statements: Vec<_> = physical_columns(field)
        .iter()
        .map(|column| format!("ALTER TABLE {} ADD COLUMN {} {column_type}", quoted(table), quoted(column)))
        .collect();
    statements.extend(create_index(table, field, id));
    statements
}

/// Pointers are always looked up backwards sooner or later: by includes, `$inQuery` and when users are removed.
fn create_index(table: &str, field: &Field, id: i64) -> Option<String> {
    let columns: Vec<_> = physical_columns(field).iter().map(|column| quoted(column)).collect();
    let columns = columns.join(", ");
    if field.unique {
        Some(format!("CREATE UNIQUE INDEX {} ON {} ({columns})", quoted(&unique_name(id)), quoted(table)))
    } else if field.indexed || matches!(field.kind, FieldType::Pointer(_)) {
        Some(format!("CREATE INDEX {} ON {} ({columns})", quoted(&index_name(id)), quoted(table)))
    } else {
        None
    }
}

fn create_join_table(dialect: &Dialect, table: &str, id: i64) -> Vec<String> {
    let text = dialect.types.text;
    vec![
        format!(
            "CREATE TABLE {} ({OWNING_ID} {text} NOT NULL, {RELATED_ID} {text} NOT NULL, \
             PRIMARY KEY ({OWNING_ID}, {RELATED_ID})){}",
            quoted(table),
            dialect.join_table_suffix
        ),
        format!("CREATE INDEX {} ON {} ({RELATED_ID}, {OWNING_ID})", quoted(&index_name(id)), quoted(table)),
    ]
}

/// Removes what [`add_field`] made; indexes go first, because a column under an index cannot be dropped.
pub(crate) fn drop_field(table: &str, field: &Field, id: i64) -> Vec<String> {
    if Storage::of(&field.kind) == Storage::JoinTable {
        return vec![format!("DROP TABLE {}", quoted(&field.column))];
    }
    let mut statements = vec![
        format!("DROP INDEX IF EXISTS {}", quoted(&unique_name(id))),
        format!("DROP INDEX IF EXISTS {}", quoted(&index_name(id))),
    ];
    statements.extend(
        physical_columns(field)
            .iter()
            .map(|column| format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(column))),
    );
    statements
}

/// Removes the table of a class and its join tables.
pub(crate) fn drop_class(class: &Class) -> Vec<String> {
    class
        .fields
        .values()
        .filter(|field| Storage::of(&field.kind) == Storage::JoinTable)
        .map(|field| &field.column)
        .chain([&class.table])
        .map(|table| format!("DROP TABLE {}", quoted(table)))
        .collect()
}

fn unique_name(id: i64) -> String {
    format!("_unique_{id}")
}

fn index_name(id: i64) -> String {
    format!("_index_{id}")
}
