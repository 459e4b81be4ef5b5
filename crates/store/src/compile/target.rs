//! What a field path leads to in the database.

use astrolabe_core::query::FieldPath;
use astrolabe_core::schema::{CREATED_AT, Class, FieldType, OBJECT_ID, UPDATED_AT};

/// The place a path leads to.
pub(super) enum Target<'c> {
    /// A column that is compared as it is.
    Scalar {
        /// Its name.
        column: &'c str,
        /// Its type.
        kind: &'c FieldType,
    },
    /// A file, compared by its name.
    File(&'c str),
    /// A JSON object, compared deeply.
    Document(&'c str),
    /// A JSON array, searched for an element.
    List(&'c str),
    /// Two columns.
    Point(&'c str),
    /// A join table, searched for a member of the class.
    Relation {
        /// The join table.
        table: &'c str,
        /// The class of the members.
        class: &'c str,
    },
    /// A value inside the JSON of a column.
    Nested(&'c str),
    /// Nothing: the field does not exist, or nothing can be inside it.
    Missing,
}

/// Looks a path up in the class.
pub(super) fn resolve<'c>(class: &'c Class, path: &FieldPath) -> Target<'c> {
    let Some(field) = class.field(&path.field) else { return built_in(path) };
    let column = &*field.column;
    match &field.kind {
        FieldType::Object | FieldType::Array if !path.nested.is_empty() => Target::Nested(column),
        _ if !path.nested.is_empty() => Target::Missing,
        FieldType::Object => Target::Document(column),
        FieldType::Array => Target::List(column),
        FieldType::GeoPoint => Target::Point(column),
        FieldType::File => Target::File(column),
        FieldType::Relation(class) => Target::Relation { table: column, class },
        kind => Target::Scalar { column, kind },
    }
}

fn built_in(path: &FieldPath) -> Target<'static> {
    match &*path.field {
        _ if !path.nested.is_empty() => Target::Missing,
        OBJECT_ID => Target::Scalar { column: OBJECT_ID, kind: &FieldType::String },
        CREATED_AT => Target::Scalar { column: CREATED_AT, kind: &FieldType::Date },
        UPDATED_AT => Target::Scalar { column: UPDATED_AT, kind: &FieldType::Date },
        _ => Target::Missing,
    }
}
