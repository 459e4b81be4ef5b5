//! The catalogue: which classes and fields exist, and under which physical names they are stored.
//!
//! It is a few tables in the app's own database, so that names and data never part. Clients choose the
//! names of classes and fields; the catalogue chooses the names that appear in SQL.

mod ddl;
mod definition;
mod index;
mod migration;
mod physical_names;
mod terms;

pub(crate) use ddl::{
    CREATE_ACLS, CREATE_CATALOGUE, add_field, create_acl_companion, create_class, create_class_indexes,
    create_missing_companion, drop_class, drop_field, renew_field_indexes,
};
pub(crate) use definition::{FieldDefinition, permissions_from_text, permissions_to_text};
pub(crate) use index::{
    CREATE_INDEX_CATALOGUE, create_index, create_index_companion, declared_index_name, drop_index,
    keys_from_text, keys_to_text,
};
pub(crate) use migration::CREATE_MIGRATION_CATALOGUE;
pub(crate) use physical_names::{pick_column, pick_join_table, pick_table};
pub(crate) use terms::{
    TERM, create_terms, drop_terms, terms_column, terms_literal, terms_table, text_fields,
};

/// The form of the database this program writes. Raised when an older program could not read it.
///
/// - 1: each row holds its access list, as two JSON texts in `_rperm` and `_wperm`.
/// - 2: access lists are interned; see [`CREATE_ACLS`].
pub(crate) const FORMAT_VERSION: i64 = 2;
