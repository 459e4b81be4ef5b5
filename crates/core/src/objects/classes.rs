//! Making, changing and removing classes, as the schemas API asks.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Objects;
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::schema::{
    Class, FieldType, SchemaAction, SchemaChange, SchemaRequest, check_class_name, parse_schema_request,
    system_fields,
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
        changes.extend(added_fields(name, &request));
        self.apply(name, changes).await
    }

    /// Adds and removes fields, and replaces permissions. Fails with 255 for fields that exist with
    /// another type, and for removed ones that do not exist.
    pub async fn change_class(&self, scope: &Scope, name: &str, body: &JsonMap) -> Result<Arc<Class>> {
        require_privileged(scope)?;
        let request = parse_schema_request(SchemaAction::Change, name, body)?;
        let schema = self.schema();
        let class = schema.class(name).ok_or_else(|| {
            Error::new(ErrorCode::InvalidClassName, format!("Class {name} does not exist."))
        })?;
        let contradicts =
            |field: &str, kind: &FieldType| class.field(field).is_some_and(|present| present.kind != *kind);
        if let Some((field, _)) = request.added_fields().find(|(field, spec)| contradicts(field, &spec.kind))
        {
            return Err(Error::new(
                ErrorCode::InvalidSchemaOperation,
                format!("Field {field} exists, cannot update."),
            ));
        }
        check_permissions(&request, class.fields.values().map(|f| (Arc::clone(&f.name), f.kind.clone())))?;
        let drop = |field| SchemaChange::DropField { class: name.into(), field };
        let mut changes: Vec<_> = request.deleted_fields().map(drop).collect();
        changes.extend(added_fields(name, &request));
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

/// Rules of permissions are about the fields that the class is going to have.
fn check_permissions(
    request: &SchemaRequest,
    present: impl Iterator<Item = (Arc<str>, FieldType)>,
) -> Result<()> {
    let Some(permissions) = &request.permissions else { return Ok(()) };
    let mut fields: IndexMap<_, _> = present.collect();
    fields.extend(request.added_fields().map(|(_, spec)| (Arc::clone(&spec.name), spec.kind.clone())));
    for deleted in request.deleted_fields() {
        fields.shift_remove(&deleted);
    }
    permissions.check_fields(&fields)
}

fn added_fields(name: &str, request: &SchemaRequest) -> impl Iterator<Item = SchemaChange> {
    request
        .added_fields()
        .map(move |(_, field)| SchemaChange::AddField { class: name.into(), field: field.clone() })
}

pub(super) fn require_privileged(scope: &Scope) -> Result<()> {
    if scope.is_privileged() && !scope.is_read_only() {
        return Ok(());
    }
    Err(Error::denied(ErrorCode::OperationForbidden, "Only the master key may change classes."))
}
