//! Classes and their fields: what may be stored, under which names, with which rules.

mod change;
mod class_permissions;
mod deletion_rule;
mod field_type;
mod index;
mod migration;
mod names;
mod rename;
mod rest_json;
mod system;

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use crate::value::Value;

pub use change::{FieldSpec, SchemaChange, check_change, fields_for_write};
pub(crate) use class_permissions::rows_naming;
pub use class_permissions::{
    ClassPermissions, DefaultAcl, Grant, Group, Operation, ProtectedFields, RowKind,
};
pub use deletion_rule::{DeletionRule, RuledPointer};
pub use field_type::FieldType;
pub use index::{Index, IndexChange, IndexKey, IndexKind, index_to_json};
pub use migration::AppliedMigration;
pub use names::{check_class_name, check_field_name, is_system_class, is_valid_field_name};
pub use rest_json::{
    FieldChange, SchemaAction, SchemaRequest, class_to_json, field_to_json, parse_field_type,
    parse_schema_request,
};
pub use system::{
    HASHED_PASSWORD, IDEMPOTENCY, INTERNAL_CLASSES, MAIL, is_import_field, system_classes, system_fields,
};

/// Names of the fields every object has.
pub const OBJECT_ID: &str = "objectId";
/// See [`OBJECT_ID`].
pub const CREATED_AT: &str = "createdAt";
/// See [`OBJECT_ID`].
pub const UPDATED_AT: &str = "updatedAt";
/// See [`OBJECT_ID`].
pub const ACL: &str = "ACL";

/// All classes of an app at one moment. Snapshots are immutable; a change makes a new one.
#[derive(Debug, Default)]
pub struct Schema {
    /// Raised by every change.
    pub version: u64,
    /// By class name, in the order they were made.
    pub classes: IndexMap<Arc<str>, Arc<Class>>,
    /// The migrations that led here, in the order they were applied.
    pub migrations: Vec<AppliedMigration>,
    ruled_pointers: OnceLock<deletion_rule::RuledPointers>,
}

impl Schema {
    /// A schema with these classes.
    pub fn new(version: u64, classes: IndexMap<Arc<str>, Arc<Class>>) -> Self {
        Schema { version, classes, migrations: Vec::new(), ruled_pointers: OnceLock::new() }
    }

    /// A copy for a change of the schema to work on.
    pub fn draft(&self) -> Self {
        let migrations = self.migrations.clone();
        Schema { migrations, ..Schema::new(self.version, self.classes.clone()) }
    }

    /// The fields that a deletion rule binds to objects of the class. Collected when first asked for, as a snapshot
    /// does not change.
    pub fn rules_on(&self, class_name: &str) -> &[RuledPointer] {
        let all = self.ruled_pointers.get_or_init(|| deletion_rule::ruled_pointers(self.classes.values()));
        all.get(class_name).map_or(&[], Vec::as_slice)
    }

    /// The class, if it exists.
    pub fn class(&self, name: &str) -> Option<&Arc<Class>> {
        self.classes.get(name)
    }
}

/// A class: a named set of fields with permissions.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// The name clients use.
    pub name: Arc<str>,
    /// The name of its table, chosen by the store's catalogue.
    pub table: Arc<str>,
    /// Fields beside `objectId`, `createdAt`, `updatedAt` and `ACL`, in the order they were made.
    pub fields: IndexMap<Arc<str>, Field>,
    /// Indexes its owner declared, in the order they were made.
    pub indexes: IndexMap<Arc<str>, Index>,
    /// Who may do what with the class as a whole.
    pub permissions: ClassPermissions,
}

impl Class {
    /// The field, if it exists.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }
}

/// One field of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name clients use.
    pub name: Arc<str>,
    /// The physical name: a column, or for relations a join table. Chosen by the store's catalogue.
    pub column: Arc<str>,
    /// What it holds.
    pub kind: FieldType,
    /// An object cannot be saved without it.
    pub required: bool,
    /// Stored when an object is created without a value.
    pub default: Option<Value>,
    /// Whether it can be seen at all.
    pub visibility: Visibility,
    /// No two objects of the class may hold the same value.
    pub unique: bool,
    /// Looked up often enough to have an index.
    pub indexed: bool,
    /// For pointers: what becomes of the object when the one it points to is deleted.
    pub on_delete: Option<DeletionRule>,
}

/// Who can see a field, before any permission is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody who can see the object.
    Public,
    /// Nobody: neither shown nor named by the schemas API, and no query may use it.
    Hidden,
    /// Named by the schemas API, but the stored value is never shown (session tokens, passwords).
    WriteOnly,
    /// The owner of the row (for `_User`: the user) and the master key.
    Owner,
}
