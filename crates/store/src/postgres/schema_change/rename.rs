//! Renaming and the record of migrations: changes of the catalogue alone. Tables, columns and indexes keep their physical
//! names.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{AppliedMigration, Schema};

use super::{Changing, existing};
use crate::catalogue::{FieldDefinition, keys_to_text};

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
            let leads_there = |target: Option<&Arc<str>>| target.is_some_and(|target| target == to);
            let pointers = class.fields.values().filter(|field| leads_there(field.kind.target_class()));
            for field in pointers.filter(|field| field.default.is_some()) {
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
