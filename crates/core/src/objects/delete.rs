//! Removing objects: the delete pipeline.

use std::sync::Arc;

use super::Objects;
use super::find::{not_found, refuse_installations};
use super::idempotency::Recording;
use super::prepared::{Prepared, WriteEnd};
use super::target::Target;
use crate::access::Scope;
use crate::error::Result;
use crate::ports::{RuleContext, WriteStep};
use crate::schema::Operation;
use crate::value::JsonMap;

impl Objects {
    /// Removes an object. Fails with 101 when it does not exist or the caller may not remove it, and with 412 when the
    /// condition does not hold.
    pub async fn delete(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: &str,
        condition: Option<&JsonMap>,
    ) -> Result<()> {
        let prepared = self.prepare_delete(scope, class_name, object_id, condition).await?;
        self.commit_prepared(scope, Recording::default(), prepared).await.map(|_| ())
    }

    /// Everything that comes before the commit of a removal.
    pub(super) async fn prepare_delete(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: &str,
        condition: Option<&JsonMap>,
    ) -> Result<Prepared> {
        let permitted = self.authorise_write(scope, class_name, Operation::Delete)?;
        refuse_installations(scope, class_name, Operation::Delete)?;
        let class = self.schema().class(class_name).cloned().ok_or_else(not_found)?;
        let more_steps = match self.parts.rules.of(class_name) {
            Some(rules) => rules.before_delete(RuleContext { objects: self, scope }, object_id).await?,
            None => Vec::new(),
        };
        self.parts.hooks.before_delete(scope, class_name, object_id).await?;
        let class_name = Arc::clone(&class.name);
        let target = self.target(scope, &class, object_id, permitted, condition).await?;
        let Target { filter, access, expect } = target;
        let deleted_at = self.clock().now();
        let mut steps = vec![WriteStep::Delete { class, filter, access, deleted_at, expect }];
        steps.extend(more_steps);
        let end = WriteEnd::Deleted { class_name: Arc::clone(&class_name), object_id: object_id.to_owned() };
        Ok(Prepared { class_name, steps, end })
    }
}
