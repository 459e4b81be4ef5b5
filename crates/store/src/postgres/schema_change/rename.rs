//! Renaming and the record of migrations: changes of the catalogue alone. Tables, columns and indexes keep their physical
//! names.

use std::sync::Arc;

use astrolabe_core::ports::{StoreError, StoreResult};
use astrolabe_core::schema::{AppliedMigration, Class, Field, FieldType, Schema};
use astrolabe_core::value::{Json, retarget_pointers};

use super::{Changing, existing};
use crate::catalogue::{FieldDefinition, keys_to_text};
use crate::postgres::errors::store_error;
use crate::statement::quoted;

impl Changing<'_> {
    /// Renames a class and the target of what leads to it.
    pub(super) async fn rename_class(
        &self,
        schema: &mut Schema,
        from: &str,
        to: &Arc<str>,
    ) -> StoreResult<()> {
        self.write("UPDATE {at}_catalog_class SET name = $1 WHERE name = $2", &[&&**to, &from]).await?;
        self.write("UPDATE {at}_catalog_field SET target = $1 WHERE target = $2", &[&&**to, &from]).await?;
        schema.rename_class(from, to);
        for class in schema.classes.values() {
            self.rename_inside(class, from, to).await?;
            for field in class.fields.values().filter(|field| field.default.is_some()) {
                self.write(
                    "UPDATE {at}_catalog_field SET default_value = $1 \
                     WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $2) AND name = $3",
                    &[&FieldDefinition::of(field).default, &&*class.name, &&*field.name],
                )
                .await?;
            }
        }
        Ok(())
    }

    /// Pointers that lie in arrays and objects have the name of the class in them. Rows without the name are passed over.
    async fn rename_inside(&self, class: &Class, from: &str, to: &str) -> StoreResult<()> {
        let is_json = |field: &&Field| matches!(field.kind, FieldType::Array | FieldType::Object);
        for field in class.fields.values().filter(is_json) {
            let (table, column) = (self.dialect.located(&class.table), quoted(&field.column));
            let named =
                format!("SELECT _row, {column} FROM {table} WHERE position($1 in {column}) > 0 FOR UPDATE");
            let renamed = format!("UPDATE {table} SET {column} = $1 WHERE _row = $2");
            for row in self.read(&named, &[&format!("\"{from}\"")]).await? {
                let (id, text): (i64, &str) =
                    (row.try_get(0).map_err(store_error)?, row.try_get(1).map_err(store_error)?);
                let mut json: Json = serde_json::from_str(text).map_err(|_| damaged(class, field))?;
                retarget_pointers(&mut json, from, to);
                self.write(&renamed, &[&json.to_string(), &id]).await?;
            }
        }
        Ok(())
    }

    /// Renames a field in the catalogue, in the indexes of its class and in the class's permissions.
    pub(super) async fn rename_field(
        &self,
        schema: &mut Schema,
        class: &str,
        from: &str,
        to: &Arc<str>,
    ) -> StoreResult<()> {
        self.write(
            "UPDATE {at}_catalog_field SET name = $1 \
             WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $2) AND name = $3",
            &[&&**to, &class, &from],
        )
        .await?;
        schema.rename_field(class, from, to);
        let mut class = existing(schema, class)?;
        for index in class.indexes.values().filter(|index| index.names(to)) {
            self.write(
                "UPDATE {at}_catalog_index SET keys = $1 \
                 WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $2) AND name = $3",
                &[&keys_to_text(index), &&*class.name, &&*index.name],
            )
            .await?;
        }
        let permissions = class.permissions.clone();
        self.set_permissions(&mut class, &permissions).await
    }

    /// Notes an applied migration.
    pub(super) async fn record_migration(
        &self,
        schema: &mut Schema,
        migration: &AppliedMigration,
    ) -> StoreResult<()> {
        self.write(
            "INSERT INTO {at}_catalog_migration (name, checksum, applied_at) VALUES ($1, $2, $3)",
            &[&&*migration.name, &&*migration.checksum, &migration.applied_at.0],
        )
        .await?;
        schema.migrations.push(migration.clone());
        Ok(())
    }
}

fn damaged(class: &Class, field: &Field) -> StoreError {
    StoreError::Database(format!("{}.{} holds no JSON", class.table, field.column))
}
