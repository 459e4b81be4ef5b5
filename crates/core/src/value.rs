//! Values as Parse knows them: the types of fields, their JSON forms, and what can be done to them.

mod canonical;
mod decode;
mod encode;
mod field_op;
mod json_edit;
mod number;
mod retarget;
mod timestamp;

pub use canonical::canonical_key;
pub use decode::{check_depth, check_nested_keys, deep_equal, parse_pointer};
pub use encode::{append_column, append_json_string, append_value};
pub use field_op::{FieldOp, flatten_for_create, parse_field};
pub use json_edit::{NestedEdit, add_to_array, add_unique_to_array, edit_nested, remove_from_array};
pub use number::append_number;
pub use retarget::retarget_pointers;
pub use timestamp::Timestamp;

use crate::access::StoredAcl;

/// A JSON value as it came from or goes to the wire.
pub type Json = serde_json::Value;
/// A JSON object that keeps the order of its keys.
pub type JsonMap = serde_json::Map<String, Json>;

/// The value of one field.
///
/// Inside arrays and objects values stay JSON, with `__type` envelopes as they were sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// Every number is a double, as in JavaScript.
    Number(f64),
    /// Text without U+0000.
    String(String),
    /// A point in time.
    Date(Timestamp),
    /// Binary data in its base64 form, checked to be decodable.
    Bytes(String),
    /// A reference to an object.
    Pointer(Pointer),
    /// A place on earth.
    GeoPoint(GeoPoint),
    /// A closed or open ring of places, at least three.
    Polygon(Vec<GeoPoint>),
    /// A stored file.
    File(FileRef),
    /// The stub of a relation; its members live in a join table.
    Relation(String),
    /// A list of JSON values.
    Array(Vec<Json>),
    /// A JSON object.
    Object(JsonMap),
}

/// A reference to an object of a class.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pointer {
    /// The class of the target.
    pub class_name: String,
    /// The id of the target.
    pub object_id: String,
}

/// A place: latitude -90..=90 and longitude -180..=180, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoPoint {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A file by its stored name; `url` is only there for files that live elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// The name the file store gave it.
    pub name: String,
    /// Where to fetch it, as the client sent it.
    pub url: Option<String>,
}

/// A column as a storage engine hands it over: borrowed, before it is given a Parse type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnValue<'a> {
    /// SQL NULL.
    Null,
    /// Booleans (0, 1) and dates (milliseconds since 1970).
    Integer(i64),
    /// Numbers.
    Real(f64),
    /// Text; also JSON for arrays, objects, polygons and files, an object id for pointers.
    Text(&'a str),
    /// The two columns of a GeoPoint.
    GeoPoint(GeoPoint),
    /// An access list.
    Acl(&'a StoredAcl),
}
