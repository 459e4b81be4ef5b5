//! Reading: plan, execute, encode.

use std::sync::Arc;

use super::explain::hinted_index;
use super::include::{self, Selected};
use super::sinks::{ObjectSink, RenderedRows, read_into};
use super::target::by_id;
use super::{Object, Objects};
use crate::access::{FieldView, Scope};
use crate::error::{Error, ErrorCode, Result};
use crate::query::{Filter, FindOptions, KeySelection, PlanColumn, ReadPlan, RowAccess, parse_where};
use crate::schema::{Class, INTERNAL_CLASSES, OBJECT_ID, Operation, check_class_name};
use crate::value::{Json, JsonMap};

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
        let open = |operation| self.open_for_reading(scope, Arc::clone(&class), operation);
        let countable = options.count.then(|| open(Operation::Count)).transpose()?;
        let limit = self.clamped(options.limit);
        // Who wants no objects need not be allowed to find any, if it may count them.
        let operation = read_operation(&options.conditions);
        let readable = if options.count && limit == 0 { None } else { Some(open(operation)?) };
        let filter = self.caller_filter(scope, Some(&class), &options.conditions).await?;
        let order = match readable.as_ref().or(countable.as_ref()) {
            Some(door) => door.order(options.order.as_deref(), &filter)?,
            None => Vec::new(),
        };
        let count = match countable {
            Some(countable) => {
                let plan = countable.plan(filter.clone(), &KeySelection::default())?;
                Some(self.parts.store.count(plan).await?)
            }
            None => None,
        };
        let Some(readable) = readable.filter(|_| limit > 0) else {
            return Ok(Found { count, ..Found::default() });
        };
        let plan = readable.plan(filter, &options.keys)?;
        let index = hinted_index(scope, &class, options.hint.as_ref())?;
        let plan = ReadPlan { order, skip: options.skip, limit: Some(limit), index, ..plan };
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
        let plan = self.open_for_reading(scope, class, Operation::Get)?.plan(by_id(object_id), keys)?;
        let plan = ReadPlan { limit: Some(1), ..plan };
        let rows = include::read_rendered(self, &Selected { scope, keys }, plan, false).await?;
        rows.into_only().ok_or_else(not_found)
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
        let readable = self.open_for_reading(scope, class, Operation::Find)?;
        let plan = readable.plan(filter, &KeySelection::default())?;
        let sink = ObjectSink::new(&plan.class, &plan.columns);
        let plan = ReadPlan { limit: Some(limit), ..plan };
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
        let plan = ReadPlan::new(Arc::clone(class), filter, access);
        let plan = ReadPlan { columns: vec![PlanColumn::ObjectId], limit: Some(1), ..plan };
        let sink = ObjectSink::new(class, &plan.columns);
        Ok(!read_into(self.store(), plan, sink).await?.objects.is_empty())
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

    /// The conditions of a caller, ready to be part of a read or a write: subqueries are answered, and fields and
    /// relations that the caller may not learn about are refused (119). `class` is `None` while the class does not
    /// exist. Which rows the caller may touch is not in it.
    pub(super) async fn caller_filter(
        &self,
        scope: &Scope,
        class: Option<&Class>,
        conditions: &JsonMap,
    ) -> Result<Filter> {
        if !scope.is_privileged() {
            self.settings().request_complexity.check_conditions(conditions)?;
        }
        let conditions = self.without_subqueries(scope, conditions).await?;
        let filter = parse_where(class, &conditions, self.clock().now())?;
        if let Some(class) = class {
            FieldView::new(class, scope, self.settings()).check_filter(class, &filter)?;
        }
        self.check_relation_owners(scope, &filter).await?;
        Ok(filter)
    }

    /// The members of a relation are shown only to those who may see its owner and the field; for others there are
    /// none.
    async fn check_relation_owners(&self, scope: &Scope, filter: &Filter) -> Result<()> {
        let mut relations = Vec::new();
        filter.for_each_leaf(&mut |leaf| {
            if let Filter::RelatedTo { owner, field } = leaf {
                relations.push((owner, field));
            }
        });
        for (owner, field) in relations {
            if let Some(class) = self.schema().class(&owner.class_name) {
                FieldView::new(class, scope, self.settings()).check_use(class, field)?;
            }
            let keys = KeySelection::parse(Some(crate::schema::OBJECT_ID), None, None)?;
            self.get(scope, &owner.class_name, &owner.object_id, &keys).await?;
        }
        Ok(())
    }

    pub(super) fn clamped(&self, limit: Option<u64>) -> u64 {
        let settings = self.settings();
        let limit = limit.unwrap_or(settings.default_limit);
        settings.max_limit.map_or(limit, |max| limit.min(max))
    }
}

/// A query for one id and nothing else is a get: SDKs get objects that way.
pub(super) fn read_operation(conditions: &JsonMap) -> Operation {
    match conditions.get(OBJECT_ID) {
        Some(Json::String(_)) if conditions.len() == 1 => Operation::Get,
        _ => Operation::Find,
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
