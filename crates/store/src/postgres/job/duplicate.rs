//! Which of several taken values is named. A database tells of the first unique index it looks at, each in an order of its
//! own, so where a row is refused its values are looked for again: the unique field that was added last is named.

use std::sync::Arc;

use astrolabe_core::ports::{RowValues, StoreError};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::Class;
use astrolabe_core::value::Value;

use super::JobRunner;

impl JobRunner<'_> {
    /// The refusal of a new row. The transaction has failed by now, so others are asked on another connection; when that
    /// does not work, the first refusal stands.
    pub(super) async fn named_duplicate(
        &self,
        class: &Arc<Class>,
        values: &RowValues,
        refusal: StoreError,
    ) -> StoreError {
        let StoreError::Duplicate { .. } = refusal else { return refusal };
        let taken =
            |name: &Arc<str>| values.iter().find(|(field, value)| field == name && *value != Value::Null);
        let unique = class.fields.values().rev().filter(|field| field.unique);
        let candidates = unique.filter_map(|field| taken(&field.name));
        let Ok(connection) = self.shared.database.shared().await else { return refusal };
        let others = JobRunner::new(self.shared, &connection, self.schema);
        for (field, value) in candidates {
            let filter = Filter::equals(field, value.clone());
            if others.any_row(class, &filter, &RowAccess::All).await.unwrap_or(false) {
                return StoreError::Duplicate {
                    class: Arc::clone(&class.name),
                    fields: vec![Arc::clone(field)],
                };
            }
        }
        refusal
    }
}
