//! Removing objects: the delete pipeline.

use std::sync::Arc;

use super::Objects;
use super::find::{not_found, refuse_installations};
use super::prepared::{Prepared, WriteEnd};
use super::update::by_id;
use crate::access::Scope;
use crate::error::Result;
use crate::ports::{Expectation, RuleContext, WriteStep};
use crate::schema::Operation;

impl Objects {
    /// Removes an object. Fails with 101 when it does not exist or the caller may not remove it.
    pub async fn delete(&self, scope: &Scope, class_name: &str, object_id: &str) -> Result<()> {
        let prepared = self.prepare_delete(scope, class_name, object_id).await?;
        self.commit_prepared(scope, prepared).await.map(|_| ())
    }

    /// Everything that comes before the commit of a removal.
    pub(super) async fn prepare_delete(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: &str,
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
        let filter = self.ruled_filter(scope, &class, by_id(object_id))?.and(permitted);
        let mut steps =
            vec![WriteStep::Delete { class, filter, access: scope.writable(), expect: Expectation::Some }];
        steps.extend(more_steps);
        let end = WriteEnd::Deleted { class_name: Arc::clone(&class_name), object_id: object_id.to_owned() };
        Ok(Prepared { class_name, steps, end })
    }
}
