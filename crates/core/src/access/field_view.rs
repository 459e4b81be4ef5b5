//! What a caller gets to see of the fields of a class, and which of them it may ask about.
//!
//! A field may be shown in some rows and hidden in others. Asking for it in a condition, an order or the key of a
//! subquery would tell the hidden values, so a field that is hidden in any row cannot be used in any of them.

use std::sync::Arc;

use super::Scope;
use crate::app::AppSettings;
use crate::error::{Error, ErrorCode, Result, shown};
use crate::query::{FieldPath, Filter, OrderBy, OrderKey, ShownIn};
use crate::schema::{Class, Field, Group, OBJECT_ID, ProtectedFields, Visibility, rows_naming};
use crate::value::Value;

/// The fields of one class, as one caller sees them.
pub struct FieldView {
    class_name: Arc<str>,
    is_server: bool,
    is_privileged: bool,
    /// The rows that belong to the caller: in `_User` its own. `None` where there are none.
    own_rows: Option<Arc<Filter>>,
    protected: Vec<Protected>,
}

/// A field that is hidden from the caller, at least in some rows.
struct Protected {
    field: Arc<str>,
    /// The rows that show it all the same.
    shown_in: Option<Arc<Filter>>,
}

impl FieldView {
    /// How `scope` sees the class.
    pub fn new(class: &Class, scope: &Scope, settings: &AppSettings) -> Self {
        let user_id = scope.user_id().filter(|_| *class.name == *"_User");
        let own_rows = user_id.map(|id| Filter::equals(OBJECT_ID, Value::String(id.to_owned())));
        let mut view = FieldView {
            class_name: Arc::clone(&class.name),
            is_server: scope.is_server(),
            is_privileged: scope.is_privileged(),
            own_rows: own_rows.map(Arc::new),
            protected: Vec::new(),
        };
        if !view.is_privileged {
            let rule = settings.protected_fields.of_class(class);
            let own_rows = view.own_rows.as_deref().filter(|_| settings.owners_see_protected_fields);
            view.protected = protected(class, scope, &rule, own_rows);
        }
        view
    }

    /// In which rows a field is shown; `None` in no row.
    pub fn shown_in(&self, field: &Field) -> Option<ShownIn> {
        match field.visibility {
            Visibility::Hidden | Visibility::WriteOnly => self.is_server.then_some(ShownIn::EveryRow),
            Visibility::Owner if !self.is_privileged => self.own_rows.clone().map(ShownIn::Rows),
            Visibility::Owner | Visibility::Public => match self.rule_of(&field.name) {
                None => Some(ShownIn::EveryRow),
                Some(rule) => rule.shown_in.clone().map(ShownIn::Rows),
            },
        }
    }

    /// Whether answers to writes leave the field out, where they are not exempt.
    pub fn hides(&self, field: &str) -> bool {
        self.rule_of(field).is_some()
    }

    fn rule_of(&self, field: &str) -> Option<&Protected> {
        self.protected.iter().find(|rule| *rule.field == *field)
    }

    /// Refuses (119) a field whose values the caller may not learn in every row.
    pub fn check_use(&self, class: &Class, field: &str) -> Result<()> {
        let is_owners = || class.field(field).is_some_and(|field| field.visibility == Visibility::Owner);
        if self.is_privileged || !(self.hides(field) || is_owners()) {
            return Ok(());
        }
        Err(Error::denied(
            ErrorCode::OperationForbidden,
            format!("This user is not allowed to query {} on class {}.", shown(field), self.class_name),
        ))
    }

    /// [`FieldView::check_use`] for each field of a condition.
    pub fn check_filter(&self, class: &Class, filter: &Filter) -> Result<()> {
        let mut outcome = Ok(());
        filter.for_each_leaf(&mut |leaf| {
            let refused = match leaf {
                Filter::Field { path, .. } => self.check_path(class, path),
                // The owner of a relation is another object, of a class with rules of its own.
                Filter::RelatedTo { .. } | Filter::Never => Ok(()),
                Filter::And(_) | Filter::Or(_) | Filter::Nor(_) => Ok(()),
            };
            if outcome.is_ok() {
                outcome = refused;
            }
        });
        outcome
    }

    /// [`FieldView::check_use`] for each key of an order.
    pub fn check_order(&self, class: &Class, order: &[OrderBy]) -> Result<()> {
        order.iter().try_for_each(|by| match &by.key {
            OrderKey::Score(scored) => scored.iter().try_for_each(|text| self.check_path(class, &text.path)),
            OrderKey::Field(path) | OrderKey::Distance(path, _) => self.check_path(class, path),
        })
    }

    /// [`FieldView::check_use`] for what a path leads to.
    pub fn check_path(&self, class: &Class, path: &FieldPath) -> Result<()> {
        self.check_use(class, &path.field)
    }
}

/// Hidden are the fields that all groups of the caller hide. Of these, each group of a user field shows, in the rows
/// that name the caller, those that it does not list.
fn protected(
    class: &Class,
    scope: &Scope,
    rule: &ProtectedFields,
    own_rows: Option<&Filter>,
) -> Vec<Protected> {
    let mut hidden: Option<Vec<&Arc<str>>> = None;
    for (_, fields) in rule.groups().filter(|(group, _)| is_member(scope, group)) {
        match &mut hidden {
            None => hidden = Some(fields.iter().collect()),
            Some(hidden) => hidden.retain(|field| fields.contains(field)),
        }
    }
    let to_rule = |field: &Arc<str>| Protected {
        shown_in: rows_showing(class, scope, rule, field, own_rows),
        field: Arc::clone(field),
    };
    hidden.into_iter().flatten().map(to_rule).collect()
}

/// Groups of user fields have other members in each row.
fn is_member(scope: &Scope, group: &Group) -> bool {
    match group {
        Group::Everyone => true,
        Group::Authenticated => scope.user().is_some(),
        Group::Principal(principal) => scope.principals().contains(principal),
        Group::UserField(_) => false,
    }
}

fn rows_showing(
    class: &Class,
    scope: &Scope,
    rule: &ProtectedFields,
    field: &Arc<str>,
    own_rows: Option<&Filter>,
) -> Option<Arc<Filter>> {
    let user_id = scope.user_id()?;
    let user_fields = rule.groups().filter_map(|(group, fields)| match group {
        Group::UserField(name) if !fields.contains(field) => Some(name.as_str()),
        _ => None,
    });
    let named = match rows_naming(class, user_fields, user_id) {
        Filter::Never => None,
        rows => Some(rows),
    };
    let rows = match (named, own_rows.cloned()) {
        (Some(named), Some(own)) => Filter::Or(vec![named, own]),
        (Some(rows), None) | (None, Some(rows)) => rows,
        (None, None) => return None,
    };
    Some(Arc::new(rows))
}
