//! How fields lie in columns: which columns a type has, and values to and from them.

use std::collections::BTreeSet;

use astrolabe_core::access::Acl;
use astrolabe_core::schema::{Field, FieldType};
use astrolabe_core::value::{FileRef, GeoPoint, Json, Value, append_number};

use sha2::{Digest, Sha256};

use crate::statement::{Bind, into_text, json_texts};

/// The access list: its id in the table of distinct lists, or where rows hold their lists the number of the readers; or
/// [`NO_ACL`].
pub(crate) const ACL: &str = "_acl";
/// The number in [`ACL`] that stands for no access list. A number rather than null, so that "these lists or none" is one
/// lookup in an index.
pub(crate) const NO_ACL: i64 = 0;
/// Who may read, where rows hold their lists.
pub(crate) const READERS: &str = "_rperm";
/// Who may write, where rows hold their lists.
pub(crate) const WRITERS: &str = "_wperm";
/// Columns of a join table.
pub(crate) const OWNING_ID: &str = "owning_id";
/// See [`OWNING_ID`].
pub(crate) const RELATED_ID: &str = "related_id";

/// What a field occupies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storage {
    /// One text column; JSON for the types that need it.
    Text,
    /// One column of doubles.
    Real,
    /// One integer column.
    Integer,
    /// Two columns of doubles: latitude under the field's column name, longitude beside it.
    Point,
    /// No column: the members are in a join table.
    JoinTable,
}

impl Storage {
    /// The storage of a type.
    pub fn of(kind: &FieldType) -> Self {
        match kind {
            FieldType::Number => Storage::Real,
            FieldType::Boolean | FieldType::Date => Storage::Integer,
            FieldType::GeoPoint => Storage::Point,
            FieldType::Relation(_) => Storage::JoinTable,
            FieldType::String
            | FieldType::Object
            | FieldType::Array
            | FieldType::File
            | FieldType::Bytes
            | FieldType::Polygon
            | FieldType::Pointer(_) => Storage::Text,
        }
    }
}

/// The column beside a GeoPoint's own that holds the longitude.
pub(crate) fn longitude_column(column: &str) -> String {
    format!("{column}__lng")
}

/// Names of the columns of a field; none for a relation.
pub(crate) fn physical_columns(field: &Field) -> Vec<String> {
    match Storage::of(&field.kind) {
        Storage::JoinTable => Vec::new(),
        Storage::Point => vec![field.column.to_string(), longitude_column(&field.column)],
        Storage::Text | Storage::Real | Storage::Integer => vec![field.column.to_string()],
    }
}

/// The bound values of a field, one for each of its columns; `None` when the value is of another type.
pub(crate) fn encode<'a>(kind: &FieldType, value: &'a Value) -> Option<Encoded<'a>> {
    Some(match (kind, value) {
        (FieldType::Relation(_), Value::Relation(_) | Value::Null) => Encoded::Nothing,
        (FieldType::GeoPoint, Value::Null) => Encoded::Two(Bind::Null, Bind::Null),
        (_, Value::Null) => Encoded::One(Bind::Null),
        (FieldType::GeoPoint, Value::GeoPoint(point)) => {
            Encoded::Two(Bind::Real(point.latitude), Bind::Real(point.longitude))
        }
        (FieldType::Array, Value::Array(items)) => Encoded::One(Bind::owned(json_list(items))),
        (FieldType::Object, Value::Object(map)) => {
            Encoded::One(Bind::owned(serde_json::to_string(map).unwrap_or_default()))
        }
        (FieldType::File, Value::File(file)) => Encoded::One(Bind::owned(file_json(file))),
        _ => Encoded::One(encode_scalar(kind, value)?),
    })
}

/// Values of one field, ready to bind.
#[derive(Debug, PartialEq)]
pub(crate) enum Encoded<'a> {
    /// A relation has no column.
    Nothing,
    /// Every other type.
    One(Bind<'a>),
    /// Latitude and longitude.
    Two(Bind<'a>, Bind<'a>),
}

/// The bound value of a type that is compared column by column; `None` when the value is of another type.
pub(crate) fn encode_scalar<'a>(kind: &FieldType, value: &'a Value) -> Option<Bind<'a>> {
    match (kind, value) {
        (FieldType::String, Value::String(text)) | (FieldType::Bytes, Value::Bytes(text)) => {
            Some(Bind::text(text))
        }
        (FieldType::Number, Value::Number(number)) => Some(Bind::Real(*number)),
        (FieldType::Boolean, Value::Boolean(flag)) => Some(Bind::Integer(i64::from(*flag))),
        (FieldType::Date, Value::Date(time)) => Some(Bind::Integer(time.0)),
        (FieldType::Pointer(class), Value::Pointer(pointer)) if **class == *pointer.class_name => {
            Some(Bind::text(&pointer.object_id))
        }
        (FieldType::Polygon, Value::Polygon(ring)) => Some(Bind::owned(polygon_json(ring))),
        _ => None,
    }
}

/// The two halves of an access list as they are stored, readers first. Each is sorted, so that lists that say the same
/// are the same.
pub(crate) fn acl_halves(acl: &Acl) -> (String, String) {
    (sorted_texts(acl.readers()), sorted_texts(acl.writers()))
}

fn sorted_texts<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    json_texts(texts.collect::<BTreeSet<_>>())
}

/// The number of a set of readers, which every node finds by itself: the first bytes of a hash of their names, each with its
/// length in front. The function `acl_number` of `postgres/functions.sql` does the same. Two sets may have one number,
/// so it only narrows rows down; it is never [`NO_ACL`].
pub(crate) fn acl_number(acl: &Acl) -> i64 {
    let mut digest = Sha256::new();
    for reader in acl.readers().collect::<BTreeSet<_>>() {
        digest.update(reader.len().to_string());
        digest.update(":");
        digest.update(reader);
    }
    let digest = digest.finalize();
    let bytes = digest.first_chunk().copied().unwrap_or_default();
    match i64::from_be_bytes(bytes) {
        NO_ACL => 1,
        number => number,
    }
}

/// A list of texts as PostgreSQL writes an array, sorted.
pub(crate) fn array_literal<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    ordered_array_literal(texts.collect::<BTreeSet<_>>())
}

/// The same in the order of the texts.
pub(crate) fn ordered_array_literal<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut literal = String::from("{");
    for text in texts {
        literal.push_str(if literal.len() > 1 { ",\"" } else { "\"" });
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                literal.push('\\');
            }
            literal.push(character);
        }
        literal.push('"');
    }
    literal.push('}');
    literal
}

/// JSON text of a list.
pub(crate) fn json_list(items: &[Json]) -> String {
    serde_json::to_string(items).unwrap_or_default()
}

/// JSON text of a ring: pairs of latitude and longitude.
pub(crate) fn polygon_json(ring: &[GeoPoint]) -> String {
    let mut json = vec![b'['];
    for point in ring {
        json.extend_from_slice(if json.len() > 1 { b",[" } else { b"[" });
        append_number(&mut json, point.latitude);
        json.push(b',');
        append_number(&mut json, point.longitude);
        json.push(b']');
    }
    json.push(b']');
    into_text(json)
}

fn file_json(file: &FileRef) -> String {
    let mut json = br#"{"name":"#.to_vec();
    astrolabe_core::value::append_json_string(&mut json, &file.name);
    if let Some(url) = &file.url {
        json.extend_from_slice(br#","url":"#);
        astrolabe_core::value::append_json_string(&mut json, url);
    }
    json.push(b'}');
    into_text(json)
}
