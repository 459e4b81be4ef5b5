//! Members of relations that come and go.

use astrolabe_core::ports::{RelationEdit, StoreError, StoreResult};
use astrolabe_core::schema::{Class, FieldType};

use super::JobRunner;
use crate::compile::{add_members, remove_members};

impl JobRunner<'_> {
    /// Applies the edit of one relation field of one owner.
    pub(super) async fn relate(&self, class: &Class, owner: &str, edit: &RelationEdit) -> StoreResult<()> {
        let relation = class.field(&edit.field).filter(|field| matches!(field.kind, FieldType::Relation(_)));
        let Some(relation) = relation else {
            return Err(StoreError::Refused(not_a_relation(class, &edit.field)));
        };
        let dialect = &self.shared.dialect;
        if !edit.add.is_empty() {
            self.execute(class, &add_members(dialect, &relation.column, owner, &edit.add)).await?;
        }
        if !edit.remove.is_empty() {
            self.execute(class, &remove_members(dialect, &relation.column, owner, &edit.remove)).await?;
        }
        Ok(())
    }
}

fn not_a_relation(class: &Class, field: &str) -> astrolabe_core::Error {
    astrolabe_core::Error::new(
        astrolabe_core::ErrorCode::IncorrectType,
        format!("{}.{field} is not a relation; it may have been changed just now.", class.name),
    )
}
