//! How the database answers a query: its plan, and the index that it is told to use.

use std::sync::Arc;

use super::find::read_operation;
use super::{AggregateRequest, FindRequest, Objects};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::ports::Explained;
use crate::query::ReadPlan;
use crate::schema::Class;
use crate::value::Json;

impl Objects {
    /// The database's plan for a query; the objects that it includes are not part of it. `None` for a class that does not
    /// exist.
    pub async fn explain_find(&self, scope: &Scope, request: FindRequest<'_>) -> Result<Option<Json>> {
        self.check_explain(scope)?;
        let FindRequest { class_name, options } = request;
        let class = self.class_to_read(scope, class_name)?;
        let filter = self.caller_filter(scope, class.as_deref(), &options.conditions).await?;
        let Some(class) = class else { return Ok(None) };
        let operation = read_operation(&options.conditions);
        let readable = self.open_for_reading(scope, Arc::clone(&class), operation)?;
        let order = readable.order(options.order.as_deref(), &filter)?;
        let index = hinted_index(scope, &class, options.hint.as_ref())?;
        let limit = Some(self.clamped(options.limit));
        let plan = readable.plan(filter, &options.keys)?;
        let plan = ReadPlan { order, skip: options.skip, limit, index, ..plan };
        Ok(Some(self.store().explain(Explained::Read(plan)).await?))
    }

    /// The same for an aggregation.
    pub async fn explain_aggregate(
        &self,
        scope: &Scope,
        request: AggregateRequest<'_>,
    ) -> Result<Option<Json>> {
        self.check_explain(scope)?;
        match self.aggregate_plan(scope, &request).await? {
            Some(plan) => Ok(Some(self.store().explain(Explained::Aggregate(plan)).await?)),
            None => Ok(None),
        }
    }

    /// A plan tells of other people's objects: how many there are, and of what kind.
    fn check_explain(&self, scope: &Scope) -> Result<()> {
        if scope.is_privileged() || self.settings().allow_public_explain {
            return Ok(());
        }
        Err(invalid("Using the explain query parameter requires the master key".to_owned()))
    }
}

/// The declared index that a hint means, by its name or by its fields. The one of the object ids is always there, and needs
/// no hint.
pub(super) fn hinted_index(scope: &Scope, class: &Class, hint: Option<&Json>) -> Result<Option<Arc<str>>> {
    let Some(hint) = hint else { return Ok(None) };
    if !scope.is_privileged() {
        return Err(Error::denied(
            ErrorCode::OperationForbidden,
            "Using the hint query parameter requires the master key",
        ));
    }
    let index = match hint {
        Json::String(name) if name == "_id_" => return Ok(None),
        Json::String(name) => class.indexes.get(name.as_str()),
        Json::Object(keys) => class.indexes.values().find(|index| {
            let named =
                keys.iter().map(|(name, direction)| (name.as_str(), direction.as_f64() == Some(-1.0)));
            named.eq(index.keys.iter().map(|key| (&*key.field, key.descending)))
        }),
        _ => return Err(invalid("hint must be the name of an index or its fields".to_owned())),
    };
    match index {
        Some(index) => Ok(Some(Arc::clone(&index.name))),
        None => {
            let hint = hint.as_str().map_or_else(|| hint.to_string(), str::to_owned);
            Err(invalid(format!(
                "Class {} has no index {}, so it cannot be a hint.",
                class.name,
                shown(&hint)
            )))
        }
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}
