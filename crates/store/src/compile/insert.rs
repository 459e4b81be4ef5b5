//! New rows.

use astrolabe_core::access::Acl;
use astrolabe_core::error::Result;
use astrolabe_core::events::RowState;
use astrolabe_core::ports::RowValues;
use astrolabe_core::schema::{CREATED_AT, Class, OBJECT_ID, UPDATED_AT};
use astrolabe_core::value::{Timestamp, Value};

use super::row_acl::RowAcl;
use super::terms::terms_beside;
use super::update::{expected_field, type_mismatch};
use crate::columns::{Encoded, encode, longitude_column};
use crate::dialect::Dialect;
use crate::statement::{Bind, SqlWriter, Statement};

/// A row to be added.
pub(crate) struct NewRow<'a> {
    /// Its id.
    pub object_id: &'a str,
    /// Creation time.
    pub created_at: Timestamp,
    /// Modification time.
    pub updated_at: Timestamp,
    /// Its access list.
    pub acl: Option<&'a Acl>,
    /// That list as the row holds it.
    pub row_acl: RowAcl<'a>,
    /// Its values; stubs of relations are left out.
    pub values: &'a RowValues,
}

impl NewRow<'_> {
    /// The state of the new object. What is stored is what was sent, so nothing has to be read.
    pub fn state(&self) -> RowState {
        let is_stored = |value: &Value| !matches!(value, Value::Null | Value::Relation(_));
        RowState {
            created_at: self.created_at,
            updated_at: self.updated_at,
            acl: self.acl.cloned(),
            values: self.values.iter().filter(|(_, value)| is_stored(value)).cloned().collect(),
        }
    }
}

/// Adds a row. Refuses values that are not of their field's type.
pub(crate) fn insert<'a>(dialect: &'a Dialect, class: &Class, row: &NewRow<'a>) -> Result<Statement<'a>> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("INSERT INTO ").table(&class.table).push(" (");
    let built_in = [OBJECT_ID, CREATED_AT, UPDATED_AT];
    sql.separated(built_in.iter().chain(dialect.acl_storage.columns()), ", ", |sql, name| {
        sql.name(name);
    });
    let mut binds = Vec::with_capacity(row.values.len());
    append_values(&mut sql, &mut binds, class, row.values)?;
    sql.push(") VALUES (").bind(Bind::text(row.object_id));
    for time in [row.created_at, row.updated_at] {
        sql.push(", ").bind(Bind::Integer(time.0));
    }
    row.row_acl.append_values(&mut sql, |sql, _| {
        sql.push(", ");
    });
    for (bind, cast) in binds {
        sql.push(", ").bind(bind).push(cast);
    }
    sql.push(")");
    Ok(sql.finish())
}

fn append_values<'a>(
    sql: &mut SqlWriter<'a>,
    binds: &mut Vec<(Bind<'a>, &'static str)>,
    class: &Class,
    values: &'a RowValues,
) -> Result<()> {
    for (name, value) in values {
        let field = expected_field(class, name)?;
        match encode(&field.kind, value).ok_or_else(|| type_mismatch(class, field, value))? {
            Encoded::Nothing => {}
            Encoded::One(bind) => {
                sql.push(", ").name(&field.column);
                binds.push((bind, ""));
                if let Some((column, terms)) = terms_beside(sql.dialect, class, field, value) {
                    sql.push(", ").name(&column);
                    binds.push((terms, "::text::text[]"));
                }
            }
            Encoded::Two(latitude, longitude) => {
                sql.push(", ").name(&field.column).push(", ").name(&longitude_column(&field.column));
                binds.extend([(latitude, ""), (longitude, "")]);
            }
        }
    }
    Ok(())
}
