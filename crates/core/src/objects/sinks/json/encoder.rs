//! How the columns of a plan become members of a row's object.

use crate::query::PlanColumn;
use crate::schema::{Class, FieldType};
use crate::value::append_json_string;

/// The member that tells how well a row meets a text search.
pub(in crate::objects) const SCORE_MEMBER: &str = "score";

/// How one column of the plan becomes a member of the row's object.
pub(super) struct Encoder {
    /// What it shows.
    pub source: Source,
    /// `,"name":`
    pub prefix: Vec<u8>,
    /// Where the value goes.
    pub target: ColumnTarget,
}

/// What a column of the plan shows.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// The object id.
    ObjectId,
    /// One of the times that the server sets.
    Time,
    /// The access list.
    Acl,
    /// A field by its place in the class.
    Field(usize),
    /// How well the row meets a text search.
    Score,
}

/// Where the value of a column goes.
#[derive(Debug, Clone)]
pub(in crate::objects) enum ColumnTarget {
    /// Into the row as it is.
    Value(FieldType),
    /// The objects it points to are included.
    Included(FieldType),
}

impl Encoder {
    /// The encoder of a column.
    pub fn new(class: &Class, column: &PlanColumn, target: ColumnTarget) -> Self {
        let name = column_name(class, column);
        let mut prefix = Vec::with_capacity(name.len() + 4);
        prefix.push(b',');
        append_json_string(&mut prefix, name);
        prefix.push(b':');
        Encoder { source: Source::of(column), prefix, target }
    }
}

impl Source {
    fn of(column: &PlanColumn) -> Self {
        match column {
            PlanColumn::ObjectId => Source::ObjectId,
            PlanColumn::CreatedAt | PlanColumn::UpdatedAt => Source::Time,
            PlanColumn::Acl => Source::Acl,
            PlanColumn::Field { index, .. } => Source::Field(*index),
            PlanColumn::Score(_) => Source::Score,
        }
    }
}

fn column_name<'a>(class: &'a Class, column: &PlanColumn) -> &'a str {
    match column {
        PlanColumn::ObjectId => crate::schema::OBJECT_ID,
        PlanColumn::CreatedAt => crate::schema::CREATED_AT,
        PlanColumn::UpdatedAt => crate::schema::UPDATED_AT,
        PlanColumn::Acl => crate::schema::ACL,
        PlanColumn::Field { index, .. } => &class.fields[*index].name,
        PlanColumn::Score(_) => SCORE_MEMBER,
    }
}
