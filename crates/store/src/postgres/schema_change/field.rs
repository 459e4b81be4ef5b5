//! Fields that come, change and go.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{Class, FieldSpec, FieldType, Schema};

use super::Changing;
use crate::catalogue::{FieldDefinition, add_field, drop_field, pick_column, pick_join_table};

impl Changing<'_> {
    pub(super) async fn add_field(
        &self,
        schema: &Schema,
        class: &mut Class,
        spec: &FieldSpec,
    ) -> StoreResult<()> {
        let column = match spec.kind {
            FieldType::Relation(_) => pick_join_table(schema, &class.name, &spec.name),
            _ => pick_column(class, &spec.name, &spec.kind),
        };
        let field = spec.clone().into_field(column.into());
        let row = FieldDefinition::of(&field);
        let id = self
            .read_id(
                "INSERT INTO {at}_catalog_field (class_id, name, column_name, kind, target, required, \
                 default_value, visibility, is_unique, is_indexed, on_delete) \
                 VALUES ((SELECT id FROM {at}_catalog_class WHERE name = $1), \
                 $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
                &[
                    &&*class.name,
                    &row.name,
                    &row.column,
                    &row.kind,
                    &row.target,
                    &row.required,
                    &row.default,
                    &row.visibility,
                    &row.unique,
                    &row.indexed,
                    &row.on_delete,
                ],
            )
            .await?;
        for statement in add_field(self.dialect, &class.table, &field, id) {
            self.run(&statement).await?;
        }
        class.fields.insert(Arc::clone(&field.name), field);
        Ok(())
    }

    pub(super) async fn set_options(&self, class: &mut Class, spec: &FieldSpec) -> StoreResult<()> {
        let Some(field) = class.fields.get_mut(&spec.name) else { return Ok(()) };
        field.required = spec.required;
        field.default = spec.default.clone();
        field.on_delete = spec.on_delete;
        let row = FieldDefinition::of(field);
        self.write(
            "UPDATE {at}_catalog_field SET required = $1, default_value = $2, on_delete = $3 \
             WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $4) AND name = $5",
            &[&row.required, &row.default, &row.on_delete, &&*class.name, &&*spec.name],
        )
        .await
    }

    /// Removes a field, the indexes that name it, and what permissions say of it.
    pub(super) async fn drop_field(&self, class: &mut Class, name: &str) -> StoreResult<()> {
        self.drop_indexes_of(class, name).await?;
        let Some(field) = class.fields.shift_remove(name) else { return Ok(()) };
        let id = self
            .read_id(
                "DELETE FROM {at}_catalog_field \
                 WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $1) AND name = $2 \
                 RETURNING id",
                &[&&*class.name, &name],
            )
            .await?;
        for statement in drop_field(self.dialect, &class.table, &field, id) {
            self.run(&statement).await?;
        }
        let mut permissions = class.permissions.clone();
        permissions.forget_field(name);
        self.set_permissions(class, &permissions).await
    }
}
