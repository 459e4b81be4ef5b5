//! Making, changing and removing classes, as the schemas API asks.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Objects;
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::schema::{
    Class, Field, FieldSpec, FieldType, IndexChange, SchemaAction, SchemaChange, SchemaRequest,
    check_class_name, parse_schema_request, system_fields,
};
use crate::value::JsonMap;

impl Objects {
    /// Makes a class. Fails with 103 when it exists.
    pub async fn create_class(&self, scope: &Scope, name: &str, body: &JsonMap) -> Result<Arc<Class>> {
        require_privileged(scope)?;
        let request = parse_schema_request(SchemaAction::Create, name, body)?;
        if self.schema().class(name).is_some() || crate::schema::is_system_class(name) {
            return Err(Error::new(ErrorCode::InvalidClassName, format!("Class {name} already exists.")));
        }
        if let Some(field) = request.deleted_fields().next() {
            return Err(Error::new(
                ErrorCode::InvalidSchemaOperation,
                format!("Field {field} does not exist, cannot delete."),
            ));
        }
        check_permissions(&request, system_fields(name).into_iter().map(|field| (field.name, field.kind)))?;
        let permissions = request.permissions.clone().unwrap_or_default();
        let mut changes = vec![SchemaChange::AddClass { name: name.into(), permissions }];
        changes.extend(request.added_fields().map(|(field, _)| add_field(name, field)));
        changes.extend(request.indexes.into_iter().map(|index| index_change(name, index)));
        self.apply(name, changes).await
    }

    /// Adds and removes fields and indexes, and replaces options and permissions. Fails with 255 for fields that exist
    /// with another type, and for removed ones that do not exist.
    pub async fn change_class(&self, scope: &Scope, name: &str, body: &JsonMap) -> Result<Arc<Class>> {
        require_privileged(scope)?;
        let request = parse_schema_request(SchemaAction::Change, name, body)?;
        let schema = self.schema();
        let class = schema.class(name).ok_or_else(|| {
            Error::new(ErrorCode::InvalidClassName, format!("Class {name} does not exist."))
        })?;
        let contradicts = |field: &FieldSpec| {
            let present = class.field(&field.name);
            present.is_some_and(|present| present.kind.name() != field.kind.name())
        };
        if let Some((field, _)) = request.added_fields().find(|(field, _)| contradicts(field)) {
            return Err(Error::new(
                ErrorCode::InvalidSchemaOperation,
                format!("Field {} exists, cannot update.", field.name),
            ));
        }
        check_permissions(&request, class.fields.values().map(|f| (Arc::clone(&f.name), f.kind.clone())))?;
        // Indexes go before their fields and come after them.
        let (removed, added): (Vec<_>, Vec<_>) =
            { request.indexes.iter().cloned() }.partition(|index| matches!(index, IndexChange::Delete(_)));
        let mut changes: Vec<_> = removed.into_iter().map(|index| index_change(name, index)).collect();
        let drop = |field| SchemaChange::DropField { class: name.into(), field };
        changes.extend(request.deleted_fields().map(drop));
        changes.extend(request.added_fields().map(|(field, keeps_rule)| match class.field(&field.name) {
            Some(present) => set_options(name, present, field, keeps_rule),
            None => add_field(name, field),
        }));
        changes.extend(added.into_iter().map(|index| index_change(name, index)));
        if let Some(permissions) = request.permissions {
            changes.push(SchemaChange::SetPermissions { class: name.into(), permissions });
        }
        self.apply(name, changes).await
    }

    /// Removes a class that holds no objects. Removing one that does not exist is no error.
    pub async fn drop_class(&self, scope: &Scope, name: &str) -> Result<()> {
        require_privileged(scope)?;
        check_class_name(name)?;
        if crate::schema::is_system_class(name) {
            return Err(Error::new(
                ErrorCode::InvalidSchemaOperation,
                format!("Class {name} belongs to the server, cannot drop schema."),
            ));
        }
        if self.schema().class(name).is_some() {
            self.parts.store.change_schema(vec![SchemaChange::DropClass { name: name.into() }]).await?;
        }
        Ok(())
    }

    async fn apply(&self, name: &str, changes: Vec<SchemaChange>) -> Result<Arc<Class>> {
        let schema = self.parts.store.change_schema(changes).await?;
        schema.class(name).cloned().ok_or_else(Error::internal)
    }
}

fn add_field(class: &str, field: &FieldSpec) -> SchemaChange {
    SchemaChange::AddField { class: class.into(), field: field.clone() }
}

fn set_options(class: &str, present: &Field, field: &FieldSpec, keeps_rule: bool) -> SchemaChange {
    let on_delete = if keeps_rule { present.on_delete } else { field.on_delete };
    SchemaChange::SetFieldOptions { class: class.into(), field: FieldSpec { on_delete, ..field.clone() } }
}

fn index_change(class: &str, change: IndexChange) -> SchemaChange {
    match change {
        IndexChange::Add(index) => SchemaChange::AddIndex { class: class.into(), index },
        IndexChange::Delete(index) => SchemaChange::DropIndex { class: class.into(), index },
    }
}

/// Rules of permissions are about the fields that the class is going to have.
fn check_permissions(
    request: &SchemaRequest,
    present: impl Iterator<Item = (Arc<str>, FieldType)>,
) -> Result<()> {
    let Some(permissions) = &request.permissions else { return Ok(()) };
    let mut fields: IndexMap<_, _> = present.collect();
    fields.extend(request.added_fields().map(|(spec, _)| (Arc::clone(&spec.name), spec.kind.clone())));
    for deleted in request.deleted_fields() {
        fields.shift_remove(&deleted);
    }
    permissions.check_fields(&fields)
}

pub(super) fn require_privileged(scope: &Scope) -> Result<()> {
    if scope.is_privileged() && !scope.is_read_only() {
        return Ok(());
    }
    Err(Error::denied(ErrorCode::OperationForbidden, "Only the master key may change classes."))
}
