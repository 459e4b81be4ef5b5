//! `$project`, `$addFields` and `$unset`: documents with other columns.

use super::expressions::{Expressions, Typed, check_output_name};
use super::{Expr, Shape, Stage, invalid};
use crate::error::Result;
use crate::schema::OBJECT_ID;
use crate::value::{Json, JsonMap};

/// What `$project` says of one name.
enum Wish<'j> {
    Keep,
    Leave,
    Compute(&'j Json),
}

impl<'j> Wish<'j> {
    fn of(json: &'j Json) -> Self {
        match json {
            Json::Bool(true) => Wish::Keep,
            Json::Bool(false) => Wish::Leave,
            Json::Number(number) if number.as_f64() == Some(0.0) => Wish::Leave,
            Json::Number(_) => Wish::Keep,
            other => Wish::Compute(other),
        }
    }
}

/// Columns that are being put together.
struct Columns<'a> {
    within: &'a Expressions<'a>,
    exprs: Vec<Expr>,
    shape: Shape,
}

impl<'a> Columns<'a> {
    fn none(within: &'a Expressions<'a>) -> Self {
        Columns { within, exprs: Vec::new(), shape: Shape::default() }
    }

    fn all_but(within: &'a Expressions<'a>, left: &[&str]) -> Self {
        let mut columns = Columns::none(within);
        for name in within.shape.columns.keys().filter(|name| !left.contains(&name.as_ref())) {
            columns.keep(name);
        }
        columns
    }

    fn keep(&mut self, name: &str) {
        if let Some((position, column)) = self.within.shape.get(name) {
            let kept = Typed::new(Expr::Column(position), column.kind.clone());
            self.put(name, kept, column.shows_null);
        }
    }

    fn compute(&mut self, name: &str, json: &Json) -> Result<()> {
        let value = self.within.read(json, 0)?;
        // A field that is missing stays missing; what is computed of it is null.
        let shows_null = match &value.expr {
            Expr::Column(position) => {
                self.within.shape.columns.get_index(*position).is_some_and(|(_, column)| column.shows_null)
            }
            _ => !json.as_str().is_some_and(|text| text.starts_with('$')),
        };
        self.put(name, value, shows_null);
        Ok(())
    }

    fn put(&mut self, name: &str, value: Typed, shows_null: bool) {
        let Typed { expr, kind } = value;
        match self.shape.get(name) {
            Some((position, _)) => self.exprs[position] = expr,
            None => self.exprs.push(expr),
        }
        self.shape.set(name, kind, shows_null);
    }

    fn into_stage(self) -> (Stage, Shape) {
        (Stage::Compute(self.exprs), self.shape)
    }
}

/// `{$project: {kept: 1, left: 0, computed: expression}}`.
pub(super) fn project(within: &Expressions<'_>, body: &JsonMap) -> Result<(Stage, Shape)> {
    let mut wishes = Vec::with_capacity(body.len());
    for (name, json) in body {
        wishes.push((output_name(within, name)?, Wish::of(json)));
    }
    let leaves_id = wishes.iter().any(|(name, wish)| *name == OBJECT_ID && matches!(wish, Wish::Leave));
    let others = || wishes.iter().filter(|(name, wish)| !(*name == OBJECT_ID && matches!(wish, Wish::Leave)));
    let leaves = others().any(|(_, wish)| matches!(wish, Wish::Leave));
    if wishes.is_empty() || (leaves && others().any(|(_, wish)| !matches!(wish, Wish::Leave))) {
        return Err(invalid("$project takes fields to keep, or fields to leave out, not both"));
    }
    if others().next().is_none() || leaves {
        let left: Vec<_> = wishes.iter().map(|(name, _)| *name).collect();
        return Ok(Columns::all_but(within, &left).into_stage());
    }
    let mut columns = Columns::none(within);
    if !leaves_id {
        columns.keep(OBJECT_ID);
    }
    for (name, wish) in &wishes {
        match wish {
            Wish::Keep => columns.keep(name),
            Wish::Leave => {}
            Wish::Compute(json) => columns.compute(name, json)?,
        }
    }
    Ok(columns.into_stage())
}

/// `{$addFields: {name: expression}}`.
pub(super) fn add_fields(within: &Expressions<'_>, body: &JsonMap) -> Result<(Stage, Shape)> {
    let mut columns = Columns::all_but(within, &[]);
    for (name, json) in body {
        columns.compute(output_name(within, name)?, json)?;
    }
    Ok(columns.into_stage())
}

/// `{$unset: name}`, or a list of names.
pub(super) fn unset(within: &Expressions<'_>, body: &Json) -> Result<(Stage, Shape)> {
    let names = match body {
        Json::Array(items) => items.iter().map(Json::as_str).collect::<Option<Vec<_>>>(),
        single => single.as_str().map(|name| vec![name]),
    };
    let names = names.ok_or_else(|| invalid("$unset takes names of fields"))?;
    let names: Result<Vec<_>> = names.into_iter().map(|name| output_name(within, name)).collect();
    Ok(Columns::all_but(within, &names?).into_stage())
}

/// The name of a field of the result. One that the caller may not see cannot be written either.
fn output_name<'n>(within: &Expressions<'_>, name: &'n str) -> Result<&'n str> {
    if name.contains('.') {
        return Err(invalid("dotted names of results are not available in aggregations"));
    }
    let name = within.bounds.field_name(name)?;
    check_output_name(name)?;
    Ok(name)
}
