//! Expressions: from their JSON to [`Expr`], each with its kind.

use std::cell::Cell;

use super::operators::operator;
use super::{Expr, Kind, Shape, invalid};
use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;
use crate::schema::{CREATED_AT, OBJECT_ID, UPDATED_AT, is_valid_field_name};
use crate::value::{Json, JsonMap, Timestamp, Value};

/// What holds for a whole pipeline.
pub(super) struct Bounds<'a> {
    /// Refuses fields that the caller may not ask about.
    check: &'a dyn Fn(&str) -> Result<()>,
    /// What relative times are counted from.
    pub now: Timestamp,
    expressions_left: Cell<usize>,
}

impl<'a> Bounds<'a> {
    pub fn new(check: &'a dyn Fn(&str) -> Result<()>, now: Timestamp) -> Self {
        Bounds { check, now, expressions_left: Cell::new(limits::AGGREGATE_EXPRESSIONS_MAX) }
    }

    /// The name of a field as Parse has it, from the one that MongoDB knows. Refuses names that nobody may use.
    pub fn field_name<'n>(&self, name: &'n str) -> Result<&'n str> {
        let name = parse_name(name);
        if !is_valid_field_name(name) {
            return Err(invalid_name(name));
        }
        (self.check)(name)?;
        Ok(name)
    }

    fn count(&self) -> Result<()> {
        let max = limits::AGGREGATE_EXPRESSIONS_MAX;
        let left = self.expressions_left.get().checked_sub(1);
        self.expressions_left
            .set(left.ok_or_else(|| invalid(format!("A pipeline holds at most {max} expressions.")))?);
        Ok(())
    }
}

/// The names of MongoDB's documents for what Parse calls otherwise.
pub(super) fn parse_name(name: &str) -> &str {
    match name {
        "_id" => OBJECT_ID,
        "_created_at" => CREATED_AT,
        "_updated_at" => UPDATED_AT,
        name => name.strip_prefix("_p_").unwrap_or(name),
    }
}

/// An expression with its kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    pub expr: Expr,
    pub kind: Kind,
}

impl Typed {
    pub fn new(expr: Expr, kind: Kind) -> Self {
        Typed { expr, kind }
    }

    /// Nothing at all; of every kind.
    pub fn null() -> Self {
        Typed::new(Expr::Constant(Value::Null), Kind::Json)
    }

    fn is_null(&self) -> bool {
        self.expr == Expr::Constant(Value::Null)
    }

    /// The same value as another kind, where one can be the other. `user` is the operator that asks for it.
    pub fn into_kind(self, to: &Kind, user: &str) -> Result<Expr> {
        let fits = match (&self.kind, to) {
            (from, to) if from == to => return Ok(self.expr),
            // Nothing becomes a nothing of that kind, which a database may want to know.
            _ if self.is_null() => true,
            // An id is a text as it is.
            (Kind::Pointer(_), Kind::Text) => return Ok(self.expr),
            (Kind::Json, Kind::Pointer(_)) => false,
            (Kind::Json, _) | (_, Kind::Json) => true,
            _ => false,
        };
        if !fits {
            return Err(invalid(format!("{user} takes {}", plural(to))));
        }
        Ok(self.converted(to.clone()))
    }

    /// The same value as another kind, whatever comes of it.
    pub fn converted(self, to: Kind) -> Expr {
        Expr::Convert { value: Box::new(self.expr), from: self.kind, to }
    }

    /// The value as a Boolean: whether it is there and neither `false` nor 0.
    pub fn into_truth(self) -> Expr {
        match self.kind {
            Kind::Boolean => self.expr,
            kind => Expr::IsTrue { value: Box::new(self.expr), kind },
        }
    }
}

/// The kind that all of them can be.
pub(super) fn common_kind(values: &[Typed]) -> Kind {
    let mut kinds = values.iter().filter(|value| !value.is_null()).map(|value| &value.kind);
    match kinds.next() {
        Some(first) if kinds.all(|kind| kind == first) => first.clone(),
        _ => Kind::Json,
    }
}

fn plural(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "texts",
        Kind::Number => "numbers",
        Kind::Boolean => "true or false",
        Kind::Date => "dates",
        Kind::Pointer(_) => "pointers of one class",
        Kind::Json => "values",
    }
}

/// Reads expressions on documents of one shape.
pub(super) struct Expressions<'a> {
    pub bounds: &'a Bounds<'a>,
    pub shape: &'a Shape,
}

impl Expressions<'_> {
    /// An expression, `level` operators below the outermost one.
    pub fn read(&self, json: &Json, level: usize) -> Result<Typed> {
        self.bounds.count()?;
        if level > limits::QUERY_DEPTH_MAX {
            return Err(invalid(format!(
                "An expression is at most {} levels deep.",
                limits::QUERY_DEPTH_MAX
            )));
        }
        match json {
            Json::String(text) if text.starts_with("$$") => {
                Err(invalid(format!("{} is not available in aggregations", shown(text))))
            }
            Json::String(text) => match text.strip_prefix('$') {
                Some(path) => self.path(path),
                None => constant(json),
            },
            Json::Array(items) => {
                let items: Result<_> = items.iter().map(|item| self.json(item, level + 1)).collect();
                Ok(Typed::new(Expr::List(items?), Kind::Json))
            }
            Json::Object(map) => self.object(map, json, level),
            _ => constant(json),
        }
    }

    fn object(&self, map: &JsonMap, json: &Json, level: usize) -> Result<Typed> {
        match map.iter().find(|(key, _)| key.starts_with('$')) {
            Some((name, operand)) if map.len() == 1 => operator(self, name, operand, level),
            Some((name, _)) => Err(invalid(format!("{} must stand alone in its object", shown(name)))),
            None if map.contains_key("__type") => constant(json),
            None => {
                let member = |(name, value): (&String, &Json)| {
                    check_output_name(name)?;
                    Ok((name.clone(), self.json(value, level + 1)?))
                };
                let members: Result<_> = map.iter().map(member).collect();
                Ok(Typed::new(Expr::Document(members?), Kind::Json))
            }
        }
    }

    fn json(&self, json: &Json, level: usize) -> Result<Expr> {
        Ok(self.read(json, level)?.converted_to_json())
    }

    /// `a.b.c`, without the `$`. What is not there is null.
    pub fn path(&self, path: &str) -> Result<Typed> {
        let mut parts = path.split('.');
        let name = self.bounds.field_name(parts.next().unwrap_or_default())?;
        let nested: Vec<String> = parts.map(str::to_owned).collect();
        let is_key = |key: &String| !key.is_empty() && !key.contains(['$', '\0']);
        if nested.len() > limits::QUERY_DEPTH_MAX || !nested.iter().all(is_key) {
            return Err(invalid_name(path));
        }
        let Some((position, column)) = self.shape.get(name) else { return Ok(Typed::null()) };
        let whole = Typed::new(Expr::Column(position), column.kind.clone());
        if nested.is_empty() {
            return Ok(whole);
        }
        Ok(match whole.kind {
            Kind::Json => Typed::new(Expr::At { json: Box::new(whole.expr), path: nested }, Kind::Json),
            _ => Typed::null(),
        })
    }
}

impl Typed {
    /// The value as JSON.
    pub fn converted_to_json(self) -> Expr {
        match self.kind {
            Kind::Json => self.expr,
            _ => self.converted(Kind::Json),
        }
    }
}

/// A value as it stands.
pub(super) fn constant(json: &Json) -> Result<Typed> {
    Ok(match Value::from_json(json.clone())? {
        Value::Pointer(pointer) => {
            let kind = Kind::Pointer(pointer.class_name.into());
            Typed::new(Expr::Constant(Value::String(pointer.object_id)), kind)
        }
        value => {
            let kind = match &value {
                Value::String(_) => Kind::Text,
                Value::Number(_) => Kind::Number,
                Value::Boolean(_) => Kind::Boolean,
                Value::Date(_) => Kind::Date,
                _ => Kind::Json,
            };
            Typed::new(Expr::Constant(value), kind)
        }
    })
}

/// Refuses (105) names that a result cannot have.
pub(super) fn check_output_name(name: &str) -> Result<()> {
    let is_name = !name.is_empty() && !name.starts_with("__") && !name.contains(['$', '.', '\0']);
    if is_name && name.chars().count() <= limits::NAME_LEN_MAX {
        return Ok(());
    }
    Err(invalid_name(name))
}

pub(super) fn invalid_name(name: &str) -> Error {
    Error::new(ErrorCode::InvalidKeyName, format!("Invalid field name: {}", shown(name)))
}
