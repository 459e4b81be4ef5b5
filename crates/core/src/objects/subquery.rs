//! `$inQuery`, `$notInQuery`, `$select` and `$dontSelect`: conditions that another query answers.
//!
//! Each runs on its own, with the permissions of the caller, and leaves a list of values in its place. What the
//! caller may not find or see is therefore not in the list.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::json;

use super::Objects;
use super::sinks::{ObjectSink, read_into};
use crate::access::Scope;
use crate::error::{Error, ErrorCode, Result};
use crate::limits;
use crate::ports::BoxFuture;
use crate::query::{FieldPath, KeySelection, MatchRow, ReadPlan, value_at};
use crate::schema::{OBJECT_ID, Operation};
use crate::value::{Json, JsonMap, Pointer, Value};

/// A query inside a condition.
struct Subquery<'a> {
    class_name: &'a str,
    conditions: Cow<'a, JsonMap>,
    /// The field whose values make the list; `None` makes pointers.
    key: Option<&'a str>,
    order: Option<&'a str>,
    skip: u64,
    limit: Option<u64>,
}

impl Objects {
    /// The conditions with lists of values in place of subqueries.
    pub(super) async fn without_subqueries<'a>(
        &self,
        scope: &Scope,
        conditions: &'a JsonMap,
    ) -> Result<Cow<'a, JsonMap>> {
        match count(conditions) {
            0 => Ok(Cow::Borrowed(conditions)),
            1..=limits::SUBQUERIES_MAX => self.answered(scope, conditions).await.map(Cow::Owned),
            _ => Err(invalid(format!("A query holds at most {} subqueries.", limits::SUBQUERIES_MAX))),
        }
    }

    fn answered<'a>(&'a self, scope: &'a Scope, conditions: &'a JsonMap) -> BoxFuture<'a, Result<JsonMap>> {
        Box::pin(async move {
            let mut rest = JsonMap::new();
            let mut all = Vec::new();
            for (key, json) in conditions {
                match json {
                    Json::Array(items) if is_logical(key) => {
                        let mut members = Vec::with_capacity(items.len());
                        for item in items {
                            members.push(match item {
                                Json::Object(member) => self.answered(scope, member).await?.into(),
                                other => other.clone(),
                            });
                        }
                        rest.insert(key.clone(), members.into());
                    }
                    Json::Object(constraint) if constraint.keys().any(|key| is_subquery(key)) => {
                        let mut others = constraint.clone();
                        others.retain(|operator, _| !is_subquery(operator));
                        if !others.is_empty() {
                            rest.insert(key.clone(), others.into());
                        }
                        for (operator, json) in constraint.iter().filter(|(key, _)| is_subquery(key)) {
                            let values =
                                self.values(scope, operator, Subquery::parse(operator, json)?).await?;
                            let list = if is_negative(operator) { "$nin" } else { "$in" };
                            all.push(json!({key: {list: values}}));
                        }
                    }
                    other => {
                        rest.insert(key.clone(), other.clone());
                    }
                }
            }
            if all.is_empty() {
                return Ok(rest);
            }
            all.push(rest.into());
            Ok(JsonMap::from_iter([("$and".to_owned(), all.into())]))
        })
    }

    /// What the rows of a subquery have under its key; missing values are left out.
    async fn values(&self, scope: &Scope, operator: &str, query: Subquery<'_>) -> Result<Vec<Json>> {
        let Some(class) = self.class_to_read(scope, query.class_name)? else {
            self.caller_filter(scope, None, &query.conditions).await?;
            return Ok(Vec::new());
        };
        let readable = self.open_for_reading(scope, Arc::clone(&class), Operation::Find)?;
        let path = FieldPath::parse(query.key.unwrap_or(OBJECT_ID));
        readable.check_path(&path)?;
        let keys = KeySelection::parse(Some(&path.field), None, None)?;
        let filter = self.caller_filter(scope, Some(&class), &query.conditions).await?;
        let order = readable.order(query.order, &filter)?;
        let rows_max = limits::QUERY_LIST_MAX as u64;
        let bound = match scope.is_privileged() {
            true => None,
            false => self.settings().request_complexity.subquery_limit,
        };
        let wanted = query.limit.unwrap_or(u64::MAX).min(bound.unwrap_or(u64::MAX));
        let limit = Some(wanted.min(rows_max + 1));
        let plan = ReadPlan { order, skip: query.skip, limit, ..readable.plan(filter, &keys)? };
        let sink = ObjectSink::new(&plan.class, &plan.columns);
        let objects = read_into(self.store(), plan, sink).await?.objects;
        if objects.len() as u64 > rows_max {
            return Err(invalid(format!("{operator} finds more than {rows_max} objects.")));
        }
        let value = |object: &super::Object| match query.key {
            Some(_) => value_at(MatchRow::from(object), &path),
            None => {
                let class_name = query.class_name.to_owned();
                Some(Value::Pointer(Pointer { class_name, object_id: object.object_id.clone() }).to_json())
            }
        };
        Ok(objects.iter().filter_map(value).collect())
    }
}

impl<'a> Subquery<'a> {
    fn parse(operator: &str, json: &'a Json) -> Result<Self> {
        let parsed = match operator {
            "$inQuery" | "$notInQuery" => Self::in_query(json),
            _ => Self::select(json),
        };
        parsed.ok_or_else(|| invalid(format!("improper usage of {operator}")))
    }

    /// `{"where": …, "className": …}`; it has neither pages nor an order.
    fn in_query(json: &'a Json) -> Option<Self> {
        let conditions = Cow::Borrowed(json.get("where")?.as_object()?);
        let class_name = json.get("className")?.as_str()?;
        Some(Subquery { class_name, conditions, key: None, order: None, skip: 0, limit: None })
    }

    /// `{"query": {"className": …, "where": …}, "key": …}`.
    fn select(json: &'a Json) -> Option<Self> {
        let map = json.as_object().filter(|map| map.len() == 2)?;
        let query = map.get("query")?.as_object()?;
        let conditions = match query.get("where") {
            None => Cow::Owned(JsonMap::new()),
            Some(conditions) => Cow::Borrowed(conditions.as_object()?),
        };
        Some(Subquery {
            class_name: query.get("className")?.as_str()?,
            conditions,
            key: Some(map.get("key")?.as_str()?),
            order: query.get("order").map(Json::as_str).map_or(Some(None), |order| order.map(Some))?,
            skip: query.get("skip").map_or(Some(0), Json::as_u64)?,
            limit: query.get("limit").map(Json::as_u64).map_or(Some(None), |limit| limit.map(Some))?,
        })
    }
}

/// The condition of a write is looked at together with the write; what another query finds is known only before.
pub(super) fn refuse_subqueries(conditions: &JsonMap) -> Result<()> {
    match count(conditions) {
        0 => Ok(()),
        _ => Err(invalid(
            "The where of a write takes no $inQuery, $notInQuery, $select or $dontSelect.".to_owned(),
        )),
    }
}

/// Subqueries of conditions, with those inside of them.
fn count(conditions: &JsonMap) -> usize {
    let in_condition = |(key, json): (&String, &Json)| match json {
        Json::Array(items) if is_logical(key) => items.iter().filter_map(Json::as_object).map(count).sum(),
        Json::Object(constraint) => {
            let subqueries = constraint.iter().filter(|(operator, _)| is_subquery(operator));
            subqueries.map(|(_, json)| 1 + inner_conditions(json).map_or(0, count)).sum()
        }
        _ => 0,
    };
    conditions.iter().map(in_condition).sum()
}

fn inner_conditions(json: &Json) -> Option<&JsonMap> {
    json.get("where").or_else(|| json.get("query")?.get("where"))?.as_object()
}

fn is_logical(key: &str) -> bool {
    matches!(key, "$or" | "$and" | "$nor")
}

fn is_subquery(operator: &str) -> bool {
    matches!(operator, "$inQuery" | "$notInQuery" | "$select" | "$dontSelect")
}

fn is_negative(operator: &str) -> bool {
    matches!(operator, "$notInQuery" | "$dontSelect")
}

fn invalid(message: String) -> Error {
    Error::new(ErrorCode::InvalidQuery, message)
}
