//! Changes of indexes: those that are declared, and those of built-in fields.

use std::sync::Arc;

use astrolabe_core::ports::StoreResult;
use astrolabe_core::schema::{Class, FieldSpec, Index, IndexKind};

use super::Changing;
use super::terms::{add_terms, drop_terms};
use crate::catalogue::{create_index, drop_index, keys_to_text, renew_field_indexes};
use crate::postgres::errors::class_error;

impl Changing<'_> {
    /// Makes an index. A unique one is refused over rows that hold the same values.
    pub(super) async fn add_index(&self, class: &mut Class, index: &Index) -> StoreResult<()> {
        let id = self
            .read_id(
                "INSERT INTO {at}_catalog_index (class_id, name, keys, is_unique) \
                 VALUES ((SELECT id FROM {at}_catalog_class WHERE name = $1), $2, $3, $4) RETURNING id",
                &[&&*class.name, &&*index.name, &keys_to_text(index), &index.unique],
            )
            .await?;
        match index.kind {
            IndexKind::Text(_) => add_terms(self.connection, self.dialect, class, index).await?,
            IndexKind::Sorted | IndexKind::Places => {
                self.make_index(class, &create_index(self.dialect, class, index, id)).await?;
            }
        }
        class.indexes.insert(Arc::clone(&index.name), index.clone());
        Ok(())
    }

    /// Gives a field that is there the index it lacks.
    pub(super) async fn add_lacking_index(&self, class: &mut Class, spec: &FieldSpec) -> StoreResult<()> {
        let Some(field) = class.fields.get_mut(&spec.name) else { return Ok(()) };
        field.unique |= spec.unique;
        field.indexed |= spec.indexed;
        let id = self
            .read_id(
                "UPDATE {at}_catalog_field SET is_unique = $1, is_indexed = $2 \
                 WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $3) AND name = $4 \
                 RETURNING id",
                &[&field.unique, &field.indexed, &&*class.name, &&*spec.name],
            )
            .await?;
        let statements = renew_field_indexes(self.dialect, &class.table, field, id).join("; ");
        self.make_index(class, &statements).await
    }

    async fn make_index(&self, class: &Class, statements: &str) -> StoreResult<()> {
        self.connection.batch(statements).await.map_err(|error| class_error(error, class))
    }

    pub(super) async fn drop_index(&self, class: &mut Class, name: &str) -> StoreResult<()> {
        let id = self
            .read_id(
                "DELETE FROM {at}_catalog_index \
                 WHERE class_id = (SELECT id FROM {at}_catalog_class WHERE name = $1) AND name = $2 \
                 RETURNING id",
                &[&&*class.name, &name],
            )
            .await?;
        self.run(&drop_index(self.dialect, id)).await?;
        if let Some(index) = class.indexes.get(name) {
            drop_terms(self.connection, self.dialect, class, index).await?;
        }
        class.indexes.shift_remove(name);
        Ok(())
    }

    /// Removes the indexes that name a field; they would mean something else without it.
    pub(super) async fn drop_indexes_of(&self, class: &mut Class, field: &str) -> StoreResult<()> {
        let named = class.indexes.values().filter(|index| index.names(field));
        let names: Vec<_> = named.map(|index| Arc::clone(&index.name)).collect();
        for name in names {
            self.drop_index(class, &name).await?;
        }
        Ok(())
    }
}
