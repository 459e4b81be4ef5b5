//! Built-in rules of system classes, which hold on every path to them.

use std::collections::HashMap;
use std::sync::Arc;

use super::{BoxFuture, StoreError, WriteStep};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::objects::{Objects, Write};
use crate::query::Filter;
use crate::schema::Class;

/// What rules may use.
#[derive(Clone, Copy)]
pub struct RuleContext<'a> {
    /// The kernel service of the app, for further reads.
    pub objects: &'a Objects,
    /// Who is asking.
    pub scope: &'a Scope,
}

/// The rules of one system class. Every method has a default that does nothing.
pub trait ClassRules: Send + Sync {
    /// The class they belong to.
    fn class_name(&self) -> &'static str;

    /// Before a create or update is validated: check it, change it, add steps to its job. A create can be turned into
    /// an update of an object that is there, by its kind and object id.
    fn before_save<'a>(
        &'a self,
        context: RuleContext<'a>,
        write: &'a mut Write,
    ) -> BoxFuture<'a, Result<()>> {
        let _ = (context, write);
        Box::pin(std::future::ready(Ok(())))
    }

    /// How often a save is prepared, from its body on, while the store says that a requirement of its job does not
    /// hold. More than once makes sense where rules decide by what they read before the job.
    fn attempts(&self) -> usize {
        1
    }

    /// Before a delete: check it; the returned steps are committed with it.
    fn before_delete<'a>(
        &'a self,
        context: RuleContext<'a>,
        object_id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<WriteStep>>> {
        let _ = (context, object_id);
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Narrows or rewrites a query before it runs.
    fn rewrite_filter(&self, context: RuleContext<'_>, class: &Class, filter: Filter) -> Result<Filter> {
        let _ = (context, class);
        Ok(filter)
    }

    /// The error for a write that the store refused.
    fn explain(&self, error: StoreError) -> Error {
        error.into()
    }
}

/// The rules of an app, by class.
#[derive(Clone, Default)]
pub struct RuleSet {
    by_class: HashMap<&'static str, Arc<dyn ClassRules>>,
}

impl RuleSet {
    /// Adds rules; a class has at most one set.
    pub fn with(mut self, rules: Arc<dyn ClassRules>) -> Self {
        self.by_class.insert(rules.class_name(), rules);
        self
    }

    /// The rules of a class.
    pub fn of(&self, class_name: &str) -> Option<&Arc<dyn ClassRules>> {
        self.by_class.get(class_name)
    }
}
