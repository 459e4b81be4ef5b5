//! Reading: plan, execute, encode.

use std::sync::Arc;

use super::include::{self, Selected};
use super::sinks::{ObjectSink, RenderedRows, read_into};
use super::{Object, Objects};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::ports::RuleContext;
use crate::query::{
    Filter, FindOptions, KeySelection, PlanColumn, ReadPlan, RowAccess, ShownIn, parse_order, parse_where,
};
use crate::schema::{Class, FieldType, INTERNAL_CLASSES, Operation, Visibility, check_class_name};
use crate::value::JsonMap;

/// A query on a class.
#[derive(Debug)]
pub struct FindRequest<'a> {
    /// The class.
    pub class_name: &'a str,
    /// What is asked.
    pub options: FindOptions,
}

/// The rows a query found, encoded.
#[derive(Default)]
pub struct Found {
    rows: RenderedRows,
    /// How many rows match, when that was asked.
    pub count: Option<u64>,
}

impl Found {
    /// How many rows the answer holds.
    pub fn len(&self) -> usize {
        self.rows.rows.len()
    }

    /// Bytes of the list.
    pub fn size(&self) -> usize {
        self.rows.bytes.len() + self.rows.rows.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The JSON objects, one by one.
    pub fn objects(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.rows.iter().map(|range| &self.rows.bytes[range.clone()])
    }

    /// Appends the objects with commas between them.
    pub fn append_list(&self, out: &mut Vec<u8>) {
        for (at, object) in self.objects().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(object);
        }
    }
}

impl Objects {
    /// Finds objects. An unknown class has none, or is refused (119) where clients may not make classes.
    pub async fn find(&self, scope: &Scope, request: FindRequest<'_>) -> Result<Found> {
        let FindRequest { class_name, options } = request;
        let Some(class) = self.class_to_read(scope, class_name)? else {
            self.caller_filter(scope, None, &options.conditions).await?;
            return Ok(Found { count: options.count.then_some(0), ..Found::default() });
        };
        refuse_installations(scope, class_name, Operation::Find)?;
        class.permissions.check(class_name, Operation::Find, scope)?;
        if options.count {
            class.permissions.check(class_name, Operation::Count, scope)?;
        }
        let filter = self.readable_filter(scope, &class, &options.conditions).await?;
        let columns = plan_columns(&class, scope, &options.keys);
        let order =
            options.order.as_deref().map(|order| parse_order(Some(&class), scope, order)).transpose()?;
        let plan = ReadPlan {
            class,
            columns,
            filter,
            access: scope.readable(),
            order: order.unwrap_or_default(),
            skip: options.skip,
            limit: Some(self.clamped(options.limit)),
        };
        let count = if options.count { Some(self.parts.store.count(plan.clone()).await?) } else { None };
        if plan.limit == Some(0) {
            return Ok(Found { count, ..Found::default() });
        }
        let selected = Selected { scope, keys: &options.keys };
        Ok(Found { rows: include::read_rendered(self, &selected, plan, false).await?, count })
    }

    /// One object by its id, as JSON. Fails with 101 when it does not exist or the caller may not see it.
    pub async fn get(
        &self,
        scope: &Scope,
        class_name: &str,
        object_id: &str,
        keys: &KeySelection,
    ) -> Result<Vec<u8>> {
        let class = self.class_to_read(scope, class_name)?.ok_or_else(not_found)?;
        class.permissions.check(class_name, Operation::Get, scope)?;
        let filter =
            Filter::equals(crate::schema::OBJECT_ID, crate::value::Value::String(object_id.to_owned()));
        let plan = ReadPlan {
            columns: plan_columns(&class, scope, keys),
            filter: self.ruled_filter(scope, &class, filter)?,
            class,
            access: scope.readable(),
            order: Vec::new(),
            skip: 0,
            limit: Some(1),
        };
        let rows = include::read_rendered(self, &Selected { scope, keys }, plan, false).await?;
        rows.rows.first().map(|range| rows.bytes[range.clone()].to_vec()).ok_or_else(not_found)
    }

    /// Objects in memory, for the server's own work. Hidden fields are there only for [`Scope::server`].
    pub async fn find_objects(
        &self,
        scope: &Scope,
        class_name: &str,
        filter: Filter,
        limit: u64,
    ) -> Result<Vec<Object>> {
        let Some(class) = self.class_to_read(scope, class_name)? else { return Ok(Vec::new()) };
        let columns = plan_columns(&class, scope, &KeySelection::default());
        let sink = ObjectSink::new(&class, &columns);
        let plan = ReadPlan {
            filter: self.ruled_filter(scope, &class, filter)?,
            class,
            columns,
            access: scope.readable(),
            order: Vec::new(),
            skip: 0,
            limit: Some(limit),
        };
        Ok(read_into(self.store(), plan, sink).await?.objects)
    }

    /// The one object that matches.
    pub async fn find_object(
        &self,
        scope: &Scope,
        class_name: &str,
        filter: Filter,
    ) -> Result<Option<Object>> {
        Ok(self.find_objects(scope, class_name, filter, 1).await?.pop())
    }

    /// Whether an object matches that may be touched.
    pub(super) async fn any_object(
        &self,
        class: &Arc<Class>,
        filter: Filter,
        access: RowAccess,
    ) -> Result<bool> {
        let plan = ReadPlan {
            class: Arc::clone(class),
            columns: vec![PlanColumn::ObjectId],
            filter,
            access,
            order: Vec::new(),
            skip: 0,
            limit: Some(1),
        };
        Ok(self.parts.store.count(plan).await? > 0)
    }

    /// The class, checked for what no permission of its own can allow.
    pub(super) fn class_to_read(&self, scope: &Scope, class_name: &str) -> Result<Option<Arc<Class>>> {
        check_class_name(class_name)?;
        refuse_internal_class(scope, class_name)?;
        let class = self.schema().class(class_name).cloned();
        if class.is_none() && !scope.is_privileged() && !self.settings().allow_client_class_creation {
            return Err(non_existent_class(class_name));
        }
        Ok(class)
    }

    /// Which rows of a class a caller asks for, narrowed by the rules of the class.
    pub(super) async fn readable_filter(
        &self,
        scope: &Scope,
        class: &Class,
        conditions: &JsonMap,
    ) -> Result<Filter> {
        let filter = self.caller_filter(scope, Some(class), conditions).await?;
        self.ruled_filter(scope, class, filter)
    }

    /// The conditions of a caller, checked; `class` is `None` while the class does not exist.
    pub(super) async fn caller_filter(
        &self,
        scope: &Scope,
        class: Option<&Class>,
        conditions: &JsonMap,
    ) -> Result<Filter> {
        let conditions = self.without_subqueries(scope, conditions).await?;
        let filter = parse_where(class, scope, &conditions)?;
        self.check_relation_owners(scope, &filter).await?;
        Ok(filter)
    }

    /// The members of a relation are shown only to those who may see its owner; for others there are none.
    async fn check_relation_owners(&self, scope: &Scope, filter: &Filter) -> Result<()> {
        let mut owners = Vec::new();
        filter.for_each_leaf(&mut |leaf| {
            if let Filter::RelatedTo { owner, .. } = leaf {
                owners.push(owner);
            }
        });
        for owner in owners {
            let keys = KeySelection::parse(Some(crate::schema::OBJECT_ID), None, None)?;
            self.get(scope, &owner.class_name, &owner.object_id, &keys).await?;
        }
        Ok(())
    }

    /// Lets the rules of a system class narrow a filter.
    pub(super) fn ruled_filter(&self, scope: &Scope, class: &Class, filter: Filter) -> Result<Filter> {
        match self.parts.rules.of(&class.name) {
            Some(rules) => rules.rewrite_filter(RuleContext { objects: self, scope }, class, filter),
            None => Ok(filter),
        }
    }

    fn clamped(&self, limit: Option<u64>) -> u64 {
        let settings = self.settings();
        let limit = limit.unwrap_or(settings.default_limit);
        settings.max_limit.map_or(limit, |max| limit.min(max))
    }
}

/// The columns a caller gets to see.
pub(super) fn plan_columns(class: &Class, scope: &Scope, keys: &KeySelection) -> Vec<PlanColumn> {
    let mut columns =
        vec![PlanColumn::ObjectId, PlanColumn::CreatedAt, PlanColumn::UpdatedAt, PlanColumn::Acl];
    for (index, field) in class.fields.values().enumerate() {
        // Clients expect the stubs of relations in every object.
        let is_relation = matches!(field.kind, FieldType::Relation(_));
        if !keys.shows(&field.name) && (!is_relation || keys.exclude.contains(&field.name.to_string())) {
            continue;
        }
        if let Some(shown) = shown_in(field.visibility, scope) {
            columns.push(PlanColumn::Field { index, shown });
        }
    }
    columns
}

fn shown_in(visibility: Visibility, scope: &Scope) -> Option<ShownIn> {
    match visibility {
        Visibility::Public => Some(ShownIn::EveryRow),
        Visibility::Hidden | Visibility::WriteOnly => scope.is_server().then_some(ShownIn::EveryRow),
        Visibility::Owner if scope.is_privileged() => Some(ShownIn::EveryRow),
        Visibility::Owner => scope.user().map(|user| ShownIn::Row(Arc::clone(&user.user_id))),
    }
}

pub(super) fn refuse_internal_class(scope: &Scope, class_name: &str) -> Result<()> {
    if INTERNAL_CLASSES.contains(&class_name) && !scope.is_privileged() {
        return Err(Error::denied(
            ErrorCode::OperationForbidden,
            format!("Clients aren't allowed to perform this operation on the {class_name} collection."),
        ));
    }
    Ok(())
}

/// Device tokens are nobody's business: a client knows its own installation by id and may not look for others.
pub(super) fn refuse_installations(scope: &Scope, class_name: &str, operation: Operation) -> Result<()> {
    if class_name == "_Installation" && !scope.is_privileged() {
        return Err(Error::denied(
            ErrorCode::OperationForbidden,
            format!(
                "Clients aren't allowed to perform the {operation} operation on the installation collection."
            ),
        ));
    }
    Ok(())
}

pub(super) fn non_existent_class(class_name: &str) -> Error {
    Error::denied(
        ErrorCode::OperationForbidden,
        format!("This user is not allowed to access non-existent class: {class_name}"),
    )
}

pub(super) fn not_found() -> Error {
    Error::new(ErrorCode::ObjectNotFound, "Object not found.")
}
