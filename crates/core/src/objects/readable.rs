//! The door that every read goes through: what may be read of a class, by class-level permissions, rules of the
//! class, access lists and protected fields.

use std::sync::Arc;

use super::Objects;
use super::find::{refuse_installations, refuse_internal_class};
use super::sinks::SCORE_MEMBER;
use crate::access::{FieldView, Scope};
use crate::error::Result;
use crate::limits;
use crate::ports::RuleContext;
use crate::query::{
    FieldPath, Filter, KeySelection, OrderBy, OrderKey, PlanColumn, ReadPlan, ScoredText, Test, parse_order,
};
use crate::schema::{Class, FieldType, Operation, RowKind};

/// A class that a caller may read, as far as it may. Only [`Objects::open_for_reading`] makes one, and a plan of a
/// caller's read is made of nothing else.
pub(super) struct Readable<'a> {
    objects: &'a Objects,
    scope: &'a Scope,
    /// The class.
    pub class: Arc<Class>,
    view: FieldView,
    permitted: Filter,
}

impl Objects {
    /// Asks the permissions of the class for an operation that reads.
    pub(super) fn open_for_reading<'a>(
        &'a self,
        scope: &'a Scope,
        class: Arc<Class>,
        operation: Operation,
    ) -> Result<Readable<'a>> {
        refuse_internal_class(scope, &class.name)?;
        if operation != Operation::Get {
            refuse_installations(scope, &class.name, operation)?;
        }
        let permitted = class.permissions.permitted_rows(&class, operation, RowKind::Stored, scope)?;
        let view = FieldView::new(&class, scope, self.settings());
        Ok(Readable { objects: self, scope, class, view, permitted })
    }

    /// Lets the rules of a system class narrow a filter.
    pub(super) fn ruled_filter(&self, scope: &Scope, class: &Class, filter: Filter) -> Result<Filter> {
        match self.parts.rules.of(&class.name) {
            Some(rules) => rules.rewrite_filter(RuleContext { objects: self, scope }, class, filter),
            None => Ok(filter),
        }
    }
}

impl Readable<'_> {
    /// The sort keys of a caller, checked. Without any, what is looked for near a place is sorted by its distance; the
    /// filter has been checked already.
    pub fn order(&self, order: Option<&str>, filter: &Filter) -> Result<Vec<OrderBy>> {
        let order = parse_order(Some(&self.class), order.unwrap_or_default(), &scored_texts(filter))?;
        self.view.check_order(&self.class, &order)?;
        Ok(if order.is_empty() { nearest_first(filter) } else { order })
    }

    /// Refuses a path whose values the caller may not learn.
    pub fn check_path(&self, path: &FieldPath) -> Result<()> {
        self.view.check_path(&self.class, path)
    }

    /// The plan for the rows that match, as far as the caller may see them; without order and without a bound.
    pub fn plan(self, filter: Filter, keys: &KeySelection) -> Result<ReadPlan> {
        if !self.scope.is_privileged() {
            self.objects.settings().request_complexity.check_include(keys)?;
        }
        let scored = scored_texts(&filter);
        let filter = self.objects.ruled_filter(self.scope, &self.class, filter)?;
        let mut columns = self.columns(keys);
        if keys.shows_score() && !scored.is_empty() {
            // The score takes the place of a field of its name.
            columns.retain(|column| !self.is_field(column, SCORE_MEMBER));
            columns.push(PlanColumn::Score(scored));
        }
        let plan = ReadPlan::new(self.class, filter.and(self.permitted), self.scope.readable());
        Ok(ReadPlan { columns, ..plan })
    }

    fn is_field(&self, column: &PlanColumn, name: &str) -> bool {
        let PlanColumn::Field { index, .. } = column else { return false };
        self.class.fields.get_index(*index).is_some_and(|(field, _)| **field == *name)
    }

    /// The columns a caller gets to see. The stub of a relation says nothing of its row, so one that is shown in some
    /// rows is shown in all.
    pub fn columns(&self, keys: &KeySelection) -> Vec<PlanColumn> {
        let mut columns =
            vec![PlanColumn::ObjectId, PlanColumn::CreatedAt, PlanColumn::UpdatedAt, PlanColumn::Acl];
        for (index, field) in self.class.fields.values().enumerate() {
            // Clients expect the stubs of relations in every object.
            let is_relation = matches!(field.kind, FieldType::Relation(_));
            if !keys.shows(&field.name) && (!is_relation || keys.exclude.contains(&field.name.to_string())) {
                continue;
            }
            if let Some(shown) = self.view.shown_in(field) {
                columns.push(PlanColumn::Field { index, shown });
            }
        }
        columns
    }
}

/// What the score of a row is made of.
fn scored_texts(filter: &Filter) -> Arc<[ScoredText]> {
    let mut scored = Vec::new();
    filter.for_each_required(&mut |path, test| {
        if let Test::Text(query) = test {
            scored.push(ScoredText { path: path.clone(), query: query.clone() });
        }
    });
    scored.into()
}

fn nearest_first(filter: &Filter) -> Vec<OrderBy> {
    let mut order = Vec::new();
    filter.for_each_required(&mut |path, test| {
        if let Test::Near(disc) = test {
            let key = OrderKey::Distance(path.clone(), disc.center);
            order.push(OrderBy { key, descending: false });
        }
    });
    order.truncate(limits::ORDER_KEYS_MAX);
    order
}
