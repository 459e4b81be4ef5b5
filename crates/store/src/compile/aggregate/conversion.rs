//! Values with the types that databases ask for: constants, and values as another kind.

use astrolabe_core::query::aggregate::Kind;
use astrolabe_core::query::json_value::canonical_text;
use astrolabe_core::value::Value;

use crate::statement::{Bind, SqlWriter};

/// A bound value with its type, which a database cannot see in every place.
pub(super) fn append_constant<'a>(sql: &mut SqlWriter<'a>, value: &'a Value) {
    let dialect = sql.dialect;
    let (as_integer, as_real) = (cast(dialect.types.integer), cast(dialect.types.real));
    let as_text = (dialect.as_text.0, dialect.as_text.1.to_owned());
    let (bind, (before, after)) = match value {
        Value::Null => {
            sql.push("NULL");
            return;
        }
        Value::Boolean(flag) => (Bind::Integer(i64::from(*flag)), as_integer),
        Value::Number(number) => (Bind::Real(*number), as_real),
        Value::String(content) => (Bind::text(content), as_text),
        Value::Date(time) => (Bind::Integer(time.0), as_integer),
        other => (Bind::owned(canonical_text(&other.to_json())), as_text),
    };
    sql.push(before).bind(bind).push(&after);
}

/// Appends what `value` appends, as another kind.
pub(super) fn append_converted<'a>(
    sql: &mut SqlWriter<'a>,
    from: &'a Kind,
    to: &Kind,
    value: impl FnOnce(&mut SqlWriter<'a>),
) {
    let dialect = sql.dialect;
    let mut end = ")".to_owned();
    match (from, to) {
        (Kind::Pointer(class), Kind::Json) => {
            sql.push("json_of_pointer(").bind(Bind::text(class)).push(", ");
        }
        (from, Kind::Json) => {
            let name = from.as_field_type().map_or("Object", |kind| kind.name());
            sql.push("json_of('").push(name).push("', ");
        }
        (Kind::Json, Kind::Number) => {
            sql.push("json_as_number(");
        }
        (Kind::Json, Kind::Boolean) => {
            sql.push("json_as_boolean(");
        }
        (Kind::Json, Kind::Date) => {
            sql.push("json_as_date(");
        }
        (Kind::Json, _) => {
            sql.push(dialect.as_text.0).push("json_as_text(");
            end = format!("){}", dialect.as_text.1);
        }
        (_, Kind::Number) => {
            sql.push("CAST(");
            end = format!(" AS {})", dialect.types.real);
        }
        (_, Kind::Date | Kind::Boolean) => {
            sql.push(dialect.as_integer.0);
            end = dialect.as_integer.1.to_owned();
        }
        (_, Kind::Text | Kind::Pointer(_)) => {
            sql.push("(");
        }
    }
    value(sql);
    sql.push(&end);
}

/// What surrounds a value to give it a type.
fn cast(kind: &str) -> (&'static str, String) {
    ("CAST(", format!(" AS {kind})"))
}
