//! The stages of a pipeline, one by one.

use super::conditions::filter;
use super::expressions::{Bounds, Expressions};
use super::operators::not_available;
use super::project::{add_fields, project, unset};
use super::{Expr, GroupId, Kind, Shape, SortKey, Stage, group, invalid};
use crate::error::{Result, shown};
use crate::limits;
use crate::query::{FieldPath, Filter, Test};
use crate::value::{Json, JsonMap, Timestamp};

/// Stages with the documents that come out of the last one.
pub(super) struct Stages<'a> {
    bounds: Bounds<'a>,
    stages: Vec<Stage>,
    shape: Shape,
}

impl<'a> Stages<'a> {
    /// None yet. `check` refuses fields that the caller may not ask about; relative times are counted from
    /// `now`.
    pub fn new(source: Shape, check: &'a dyn Fn(&str) -> Result<()>, now: Timestamp) -> Self {
        Stages { bounds: Bounds::new(check, now), stages: Vec::new(), shape: source }
    }

    /// What was read.
    pub fn finish(self) -> (Vec<Stage>, Shape) {
        (self.stages, self.shape)
    }

    fn push(&mut self, (stage, shape): (Stage, Shape)) {
        self.stages.push(stage);
        self.shape = shape;
    }

    /// Reads one stage more.
    pub fn read(&mut self, name: &str, body: &Json) -> Result<()> {
        let within = Expressions { bounds: &self.bounds, shape: &self.shape };
        let object = || body.as_object().ok_or_else(|| invalid(format!("{name} takes an object")));
        let next = match name {
            "$group" => group::group(&within, object()?)?,
            "$count" => group::count(body)?,
            "$project" => project(&within, object()?)?,
            "$addFields" | "$set" => add_fields(&within, object()?)?,
            "$unset" => unset(&within, body)?,
            "$sortByCount" => {
                let next = group::group_and_count(&within, body)?;
                self.push(next);
                return self.sort_by_count();
            }
            "$sample" => {
                let size = whole_number("size of $sample", body.get("size"), 1)?;
                self.stages.extend([Stage::Shuffle, Stage::Limit(size)]);
                return Ok(());
            }
            "$unwind" => return self.unwind(body),
            name => (same_documents(&within, name, body)?, self.shape.clone()),
        };
        self.push(next);
        Ok(())
    }

    fn sort_by_count(&mut self) -> Result<()> {
        let within = Expressions { bounds: &self.bounds, shape: &self.shape };
        let count = within.path("count")?;
        let key = SortKey { value: count.expr, kind: count.kind, descending: true };
        self.stages.push(Stage::Sort(vec![key]));
        Ok(())
    }

    /// `{$unwind: "$field"}` or `{$unwind: {path, includeArrayIndex, preserveNullAndEmptyArrays}}`.
    fn unwind(&mut self, body: &Json) -> Result<()> {
        let options = body.as_object();
        let path = options.map_or(Some(body), |options| options.get("path")).and_then(Json::as_str);
        let path = path.and_then(|path| path.strip_prefix('$'));
        let path = path.ok_or_else(|| invalid("$unwind takes the path of a field, beginning with $"))?;
        if path.contains('.') {
            return Err(invalid("dotted paths of $unwind are not available in aggregations"));
        }
        let keeps_empty = match options.and_then(|options| options.get("preserveNullAndEmptyArrays")) {
            None => false,
            Some(flag) => flag
                .as_bool()
                .ok_or_else(|| invalid("preserveNullAndEmptyArrays of $unwind takes true or false"))?,
        };
        let index_name = match options.and_then(|options| options.get("includeArrayIndex")) {
            None => None,
            Some(name) => {
                let name =
                    name.as_str().ok_or_else(|| invalid("includeArrayIndex of $unwind takes a name"))?;
                super::expressions::check_output_name(name)?;
                Some(self.bounds.field_name(name)?)
            }
        };
        let name = self.bounds.field_name(path)?;
        let Some((position, column)) = self.shape.get(name) else {
            return self.exists(name, keeps_empty);
        };
        if column.kind != Kind::Json {
            return if index_name.is_some() {
                Err(invalid("includeArrayIndex of $unwind is for lists"))
            } else {
                self.exists(name, keeps_empty)
            };
        }
        if let Some(index_name) = index_name {
            if self.shape.get(index_name).is_some() {
                return Err(invalid("includeArrayIndex of $unwind names a field that is there"));
            }
            self.shape.set(index_name, Kind::Number, true);
        }
        self.stages.push(Stage::Unwind { column: position, keeps_empty, with_index: index_name.is_some() });
        Ok(())
    }

    /// Makes one document of each value at a path, in its only column; the elements of lists count one by one, and what is
    /// missing does not count.
    pub fn distinct(&mut self, path: &str) -> Result<()> {
        const VALUE: &str = "value";
        let within = Expressions { bounds: &self.bounds, shape: &self.shape };
        let value = within.path(path)?;
        let mut shape = Shape::default();
        shape.set(VALUE, value.kind.clone(), true);
        self.push((Stage::Compute(vec![value.expr]), shape));
        let mut key = Expr::Column(0);
        if value.kind == Kind::Json {
            self.stages.push(Stage::Unwind { column: 0, keeps_empty: false, with_index: false });
            key = Expr::At { json: Box::new(key), path: Vec::new() };
        }
        self.exists(VALUE, false)?;
        self.stages.push(Stage::Group { keys: vec![key], id: GroupId::Single, accumulators: Vec::new() });
        Ok(())
    }

    /// A value that is no list is its only element, so the documents stay that have one.
    fn exists(&mut self, name: &str, keeps_empty: bool) -> Result<()> {
        if !keeps_empty {
            let filter = Filter::Field { path: FieldPath::top(name), test: Test::Exists(true) };
            self.stages.push(Stage::Match { shape: self.shape.clone(), filter });
        }
        Ok(())
    }
}

/// Stages that leave the documents as they are.
fn same_documents(within: &Expressions<'_>, name: &str, body: &Json) -> Result<Stage> {
    match name {
        "$match" => match body {
            Json::Object(conditions) => later_match(within, conditions),
            _ => Err(invalid("$match takes an object")),
        },
        "$sort" => match body {
            Json::Object(keys) => sort(within, keys),
            _ => Err(invalid("$sort takes an object")),
        },
        "$skip" => Ok(Stage::Skip(whole_number(name, Some(body), 0)?)),
        "$limit" => Ok(Stage::Limit(whole_number(name, Some(body), 1)?)),
        other => Err(not_available(other)),
    }
}

fn later_match(within: &Expressions<'_>, conditions: &JsonMap) -> Result<Stage> {
    let filter = filter(within.shape, conditions, within.bounds.now)?;
    let mut outcome = Ok(());
    filter.for_each_leaf(&mut |leaf| {
        let checked = match leaf {
            Filter::Field { path, .. } => within.bounds.field_name(&path.field).map(|_| ()),
            _ => Err(invalid("only a $match at the start takes this condition")),
        };
        if outcome.is_ok() {
            outcome = checked;
        }
    });
    outcome?;
    Ok(Stage::Match { shape: within.shape.clone(), filter })
}

fn sort(within: &Expressions<'_>, keys: &JsonMap) -> Result<Stage> {
    if keys.is_empty() || keys.len() > limits::ORDER_KEYS_MAX {
        return Err(invalid(format!("$sort takes 1 to {} fields", limits::ORDER_KEYS_MAX)));
    }
    let mut sort = Vec::with_capacity(keys.len());
    for (name, direction) in keys {
        let descending = match direction.as_f64() {
            Some(1.0) => false,
            Some(-1.0) => true,
            _ => return Err(invalid(format!("$sort takes 1 or -1 for {}", shown(name)))),
        };
        let value = within.path(name)?;
        // A value that is in no document sorts nothing.
        if !matches!(value.expr, Expr::Constant(_)) {
            sort.push(SortKey { value: value.expr, kind: value.kind, descending });
        }
    }
    Ok(Stage::Sort(sort))
}

fn whole_number(what: &str, json: Option<&Json>, min: u64) -> Result<u64> {
    let number = json.and_then(Json::as_f64).filter(|number| number.trunc() == *number && *number < 9e15);
    match number {
        Some(number) if number >= min as f64 => Ok(number as u64),
        _ => Err(invalid(format!("{what} takes a whole number, {min} or more"))),
    }
}
