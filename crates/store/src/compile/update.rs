//! Changes of rows. Operations run inside the statement, so that no value is read in one and written in another.

use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::{ArrayChange, FieldUpdate};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::schema::{Class, Field, FieldType, OBJECT_ID, UPDATED_AT};
use astrolabe_core::value::{Json, NestedEdit, Timestamp, Value};

use super::Names;
use super::filter::append_where;
use super::row_acl::RowAcl;
use super::terms::terms_beside;
use crate::columns::{Encoded, encode, json_list, longitude_column, physical_columns};
use crate::dialect::Dialect;
use crate::statement::{Bind, SqlWriter, Statement};

/// What changes in the rows.
pub(crate) struct Changes<'a> {
    /// Modification time; `None` keeps the stored one.
    pub updated_at: Option<Timestamp>,
    /// A new access list.
    pub acl: Option<RowAcl<'a>>,
    /// Changed fields.
    pub fields: &'a [(Arc<str>, FieldUpdate)],
    /// Fields whose new values the statement yields, after the object id.
    pub returning: Option<&'a [Arc<str>]>,
}

/// Changes the rows that match.
pub(crate) fn update<'a>(
    dialect: &'a Dialect,
    names: Names<'_>,
    filter: &'a Filter,
    access: &'a RowAccess,
    changes: &Changes<'a>,
) -> Result<Statement<'a>> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("UPDATE ").table(&names.class.table).push(" AS t SET ").name(UPDATED_AT).push(" = ");
    match changes.updated_at {
        Some(time) => sql.bind(Bind::Integer(time.0)),
        None => sql.column(UPDATED_AT),
    };
    if let Some(acl) = changes.acl {
        acl.append_values(&mut sql, |sql, index| {
            append_set(sql, dialect.acl_storage.columns()[index]);
        });
    }
    for (name, change) in changes.fields {
        append_change(&mut sql, names.class, expected_field(names.class, name)?, change)?;
    }
    append_where(&mut sql, names, filter, access);
    if let Some(returning) = changes.returning {
        append_returning(&mut sql, names.class, returning);
    }
    Ok(sql.finish())
}

/// The field, or the error of a write whose class lost it meanwhile.
pub(super) fn expected_field<'c>(class: &'c Class, name: &str) -> Result<&'c Field> {
    class.field(name).ok_or_else(|| {
        Error::new(
            ErrorCode::InvalidKeyName,
            format!(
                "Field {name} does not exist in class {}; it may have been removed just now.",
                class.name
            ),
        )
    })
}

/// The error of a value that is not of its field's type.
pub(super) fn type_mismatch(class: &Class, field: &Field, value: &Value) -> Error {
    let got = FieldType::of_value(value).map_or_else(|| "null".to_owned(), |kind| kind.to_string());
    mismatch(class, field, &got)
}

fn mismatch(class: &Class, field: &Field, got: &str) -> Error {
    Error::new(
        ErrorCode::IncorrectType,
        format!("schema mismatch for {}.{}; expected {} but got {got}", class.name, field.name, field.kind),
    )
}

fn append_set<'w, 'a>(sql: &'w mut SqlWriter<'a>, column: &str) -> &'w mut SqlWriter<'a> {
    sql.push(", ").name(column).push(" = ")
}

fn append_change<'a>(
    sql: &mut SqlWriter<'a>,
    class: &Class,
    field: &Field,
    change: &'a FieldUpdate,
) -> Result<()> {
    match (change, &field.kind) {
        (FieldUpdate::Set(value), _) => return append_value(sql, class, field, value),
        (FieldUpdate::Increment(amount), FieldType::Number) => {
            append_call(sql, "number_add", field).push(", ").bind(Bind::Real(*amount)).push(")");
        }
        (FieldUpdate::Array(change, elements), FieldType::Array) => {
            append_call(sql, "json_array_change", field).push(", ").push(array_change(*change)).push(", ");
            sql.bind(Bind::owned(json_list(elements))).push(")");
        }
        (FieldUpdate::Nested(edits), FieldType::Object) => {
            append_call(sql, "json_nested_edit", field).push(", ");
            sql.bind(Bind::owned(edits_json(edits))).push(")");
        }
        (FieldUpdate::Increment(_), _) => return Err(mismatch(class, field, "Number")),
        (FieldUpdate::Array(..), _) => return Err(mismatch(class, field, "Array")),
        (FieldUpdate::Nested(_), _) => return Err(mismatch(class, field, "Object")),
    }
    Ok(())
}

fn append_value<'a>(sql: &mut SqlWriter<'a>, class: &Class, field: &Field, value: &'a Value) -> Result<()> {
    match encode(&field.kind, value).ok_or_else(|| type_mismatch(class, field, value))? {
        Encoded::Nothing => {}
        Encoded::One(bind) => {
            append_set(sql, &field.column).bind(bind);
            if let Some((column, terms)) = terms_beside(sql.dialect, class, field, value) {
                append_set(sql, &column).bind(terms).push("::text::text[]");
            }
        }
        Encoded::Two(latitude, longitude) => {
            append_set(sql, &field.column).bind(latitude);
            append_set(sql, &longitude_column(&field.column)).bind(longitude);
        }
    }
    Ok(())
}

fn append_call<'w, 'a>(sql: &'w mut SqlWriter<'a>, function: &str, field: &Field) -> &'w mut SqlWriter<'a> {
    append_set(sql, &field.column).push(function).push("(").column(&field.column)
}

fn array_change(change: ArrayChange) -> &'static str {
    match change {
        ArrayChange::Add => "'add'",
        ArrayChange::AddUnique => "'add_unique'",
        ArrayChange::Remove => "'remove'",
    }
}

/// Edits as a list of `[path, operation, value]`.
fn edits_json(edits: &[(Vec<String>, NestedEdit)]) -> String {
    let edits: Vec<_> = edits
        .iter()
        .map(|(path, edit)| {
            let (operation, value) = match edit {
                NestedEdit::Set(value) => ("set", value.clone()),
                NestedEdit::Increment(amount) => ("increment", Value::Number(*amount).to_json()),
                NestedEdit::Unset => ("unset", Json::Null),
            };
            serde_json::json!([path, operation, value])
        })
        .collect();
    json_list(&edits)
}

fn append_returning(sql: &mut SqlWriter<'_>, class: &Class, returning: &[Arc<str>]) {
    sql.push(" RETURNING ").name(OBJECT_ID);
    for field in returning.iter().filter_map(|name| class.field(name)) {
        for column in physical_columns(field) {
            sql.push(", ").name(&column);
        }
    }
}
