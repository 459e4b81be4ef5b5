//! Statements that make and remove tables and columns.

use astrolabe_core::schema::{CREATED_AT, Class, Field, FieldType};

use super::terms::drop_terms;
use crate::columns::{ACL, NO_ACL, OWNING_ID, READERS, RELATED_ID, Storage, WRITERS, physical_columns};
use crate::dialect::{AclStorage, Dialect};
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

/// The distinct access lists of the app, and who is in them. Rows of classes name a list by its id; ids begin at 1,
/// and a list never changes. The one with the highest id stays, so that no id is given twice.
pub(crate) const CREATE_ACLS: &str = "
    CREATE TABLE _acl (
        id INTEGER PRIMARY KEY,
        readers TEXT NOT NULL,
        writers TEXT NOT NULL,
        UNIQUE (readers, writers)
    ) STRICT;
    CREATE TABLE _acl_reader (
        principal TEXT NOT NULL,
        acl INTEGER NOT NULL,
        PRIMARY KEY (principal, acl)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE _acl_writer (
        principal TEXT NOT NULL,
        acl INTEGER NOT NULL,
        PRIMARY KEY (principal, acl)
    ) STRICT, WITHOUT ROWID;
";

/// The table of a class without fields, and its own indexes.
pub(crate) fn create_class(dialect: &Dialect, table: &str) -> String {
    let (text, integer) = (dialect.types.text, dialect.types.integer);
    let number = format!("{} {integer} NOT NULL DEFAULT {NO_ACL}", quoted(ACL));
    let acl = match dialect.acl_storage {
        AclStorage::Interned => number,
        AclStorage::Arrays => format!("{READERS} text[], {WRITERS} text[], {number}"),
    };
    let create_table = format!(
        "CREATE TABLE {} (\"objectId\" {text} NOT NULL UNIQUE, \"createdAt\" {integer} NOT NULL, \
         \"updatedAt\" {integer} NOT NULL, {acl}{}){}",
        dialect.located(table),
        dialect.hidden_columns,
        dialect.table_suffix
    );
    format!("{create_table}; {}", create_class_indexes(dialect, table).join("; "))
}

/// The indexes that every class has.
pub(crate) fn create_class_indexes(dialect: &Dialect, table: &str) -> Vec<String> {
    let name = dialect.named_class_indexes.then(|| format!("_index_created_{table}"));
    create_declared_index(dialect, name.as_deref(), table, &[CREATED_AT.to_owned()])
}

/// An index that somebody asked for, and its companion that begins with the access list: a caller who may read little finds
/// the page there, whoever may read much walks the index itself.
pub(crate) fn create_declared_index(
    dialect: &Dialect,
    name: Option<&str>,
    table: &str,
    columns: &[String],
) -> Vec<String> {
    let plain = create_plain_index(dialect, name, table, columns);
    vec![plain, create_acl_companion(dialect, name, table, columns)]
}

/// The second index of [`create_declared_index`].
pub(crate) fn create_acl_companion(
    dialect: &Dialect,
    name: Option<&str>,
    table: &str,
    columns: &[String],
) -> String {
    let columns: Vec<_> = std::iter::once(ACL.to_owned()).chain(columns.iter().cloned()).collect();
    create_plain_index(dialect, name.map(companion_name).as_deref(), table, &columns)
}

/// Removes what [`create_declared_index`] made.
pub(super) fn drop_declared_index(dialect: &Dialect, name: &str) -> [String; 2] {
    [name, &companion_name(name)].map(|name| format!("DROP INDEX IF EXISTS {}", dialect.located(name)))
}

fn create_plain_index(dialect: &Dialect, name: Option<&str>, table: &str, columns: &[String]) -> String {
    let columns: Vec<_> =
        columns.iter().map(|column| format!("{}{}", quoted(column), dialect.ascending)).collect();
    format!(
        "CREATE INDEX {} ON {} ({}{})",
        name.map(quoted).unwrap_or_default(),
        dialect.located(table),
        columns.join(", "),
        dialect.age_in_index
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
        .map(|column| {
            format!("ALTER TABLE {} ADD COLUMN {} {column_type}", dialect.located(table), quoted(column))
        })
        .collect();
    statements.extend(create_indexes(dialect, table, field, id));
    statements
}

/// Pointers are always looked up backwards sooner or later: by includes, `$inQuery` and when users are removed. Such a
/// lookup finds few rows, so it needs no companion.
fn create_indexes(dialect: &Dialect, table: &str, field: &Field, id: i64) -> Vec<String> {
    let columns = physical_columns(field);
    if field.unique {
        let columns: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
        let (name, columns) = (quoted(&unique_name(id)), columns.join(", "));
        vec![format!("CREATE UNIQUE INDEX {name} ON {} ({columns})", dialect.located(table))]
    } else if matches!(field.kind, FieldType::Pointer(_)) {
        vec![create_plain_index(dialect, Some(&index_name(id)), table, &columns)]
    } else if field.indexed {
        create_declared_index(dialect, Some(&index_name(id)), table, &columns)
    } else {
        Vec::new()
    }
}

/// The indexes of a field in place of those it had.
pub(crate) fn renew_field_indexes(dialect: &Dialect, table: &str, field: &Field, id: i64) -> Vec<String> {
    let mut statements = drop_indexes(dialect, id);
    statements.extend(create_indexes(dialect, table, field, id));
    statements
}

fn drop_indexes(dialect: &Dialect, id: i64) -> Vec<String> {
    let mut statements = vec![format!("DROP INDEX IF EXISTS {}", dialect.located(&unique_name(id)))];
    statements.extend(drop_declared_index(dialect, &index_name(id)));
    statements
}

/// The companion that a field's index lacks in a database of format 1.
pub(crate) fn create_missing_companion(
    dialect: &Dialect,
    table: &str,
    field: &Field,
    id: i64,
) -> Option<String> {
    let is_declared = field.indexed && !field.unique && !matches!(field.kind, FieldType::Pointer(_));
    is_declared.then(|| create_acl_companion(dialect, Some(&index_name(id)), table, &physical_columns(field)))
}

fn create_join_table(dialect: &Dialect, table: &str, id: i64) -> Vec<String> {
    let text = dialect.types.text;
    vec![
        format!(
            "CREATE TABLE {} ({OWNING_ID} {text} NOT NULL, {RELATED_ID} {text} NOT NULL, \
             PRIMARY KEY ({OWNING_ID}, {RELATED_ID})){}",
            dialect.located(table),
            dialect.join_table_suffix
        ),
        format!(
            "CREATE INDEX {} ON {} ({RELATED_ID}, {OWNING_ID})",
            quoted(&index_name(id)),
            dialect.located(table)
        ),
    ]
}

/// Removes what [`add_field`] made; indexes go first, because a column under an index cannot be dropped.
pub(crate) fn drop_field(dialect: &Dialect, table: &str, field: &Field, id: i64) -> Vec<String> {
    if Storage::of(&field.kind) == Storage::JoinTable {
        return vec![format!("DROP TABLE {}", dialect.located(&field.column))];
    }
    let mut statements = drop_indexes(dialect, id);
    statements.extend(
        physical_columns(field)
            .iter()
            .map(|column| format!("ALTER TABLE {} DROP COLUMN {}", dialect.located(table), quoted(column))),
    );
    statements
}

/// Removes the table of a class, its join tables and the terms of its text indexes.
pub(crate) fn drop_class(dialect: &Dialect, class: &Class) -> Vec<String> {
    class
        .fields
        .values()
        .filter(|field| Storage::of(&field.kind) == Storage::JoinTable)
        .map(|field| &field.column)
        .chain([&class.table])
        .map(|table| format!("DROP TABLE {}", dialect.located(table)))
        .chain(class.indexes.values().flat_map(|index| drop_terms(dialect, class, index)))
        .collect()
}

fn unique_name(id: i64) -> String {
    format!("_unique_{id}")
}

fn index_name(id: i64) -> String {
    format!("_index_{id}")
}

/// The name of the index that begins with the access list.
pub(super) fn companion_name(name: &str) -> String {
    format!("{name}_acl")
}
