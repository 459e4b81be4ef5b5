//! Unique values, looked up before a write changes its class.

use std::sync::Arc;

use super::{Objects, Write};
use crate::error::Result;
use crate::ports::StoreError;
use crate::query::{FieldPath, Filter, RowAccess, Test};
use crate::schema::{Class, OBJECT_ID};
use crate::value::{FieldOp, Value};

impl Objects {
    /// Looks for unique values that are taken, so that a write that is going to fail makes no fields first. The unique
    /// indexes decide in the end.
    pub(super) async fn check_unique(&self, class: &Arc<Class>, write: &Write) -> Result<()> {
        let single = class.fields.values().filter(|field| field.unique).map(|field| vec![&field.name]);
        let declared = class.indexes.values().filter(|index| index.unique);
        let declared = declared.map(|index| index.keys.iter().map(|key| &key.field).collect());
        for fields in single.chain(declared) {
            let Some(same) = same_values(write, &fields) else { continue };
            let other = Test::NotEqual(Value::String(write.object_id.clone()));
            let other = Filter::Field { path: FieldPath::top(OBJECT_ID), test: other };
            let taken = Filter::And(same.into_iter().chain([other]).collect());
            if self.any_object(class, taken, RowAccess::All).await? {
                let fields = fields.into_iter().cloned().collect();
                let error = StoreError::Duplicate { class: Arc::clone(&class.name), fields };
                return Err(self.explain(&class.name, error));
            }
        }
        Ok(())
    }
}

/// The condition that an object has the values a write gives these fields; `None` when it leaves one of them out, or
/// without a value.
fn same_values(write: &Write, fields: &[&Arc<str>]) -> Option<Vec<Filter>> {
    let same = |field: &&Arc<str>| match write.fields.get(*field) {
        Some(FieldOp::Set(value)) if *value != Value::Null => Some(Filter::equals(field, value.clone())),
        _ => None,
    };
    fields.iter().map(same).collect()
}
