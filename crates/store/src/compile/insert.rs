//! New rows.

use astrolabe_core::access::Acl;
use astrolabe_core::error::Result;
use astrolabe_core::ports::RowValues;
use astrolabe_core::schema::{CREATED_AT, Class, OBJECT_ID, UPDATED_AT};
use astrolabe_core::value::Timestamp;

use super::update::{expected_field, type_mismatch};
use crate::columns::{ACL, Encoded, encode, longitude_column};
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
    /// The id of that list.
    pub acl_id: i64,
    /// Its values; stubs of relations are left out.
    pub values: &'a RowValues,
}

/// Adds a row. Refuses values that are not of their field's type.
pub(crate) fn insert<'a>(
    dialect: &'static Dialect,
    class: &Class,
    row: &NewRow<'a>,
) -> Result<Statement<'a>> {
    let mut sql = SqlWriter::new(dialect);
    sql.push("INSERT INTO ").name(&class.table).push(" (");
    sql.separated([OBJECT_ID, CREATED_AT, UPDATED_AT, ACL], ", ", |sql, name| {
        sql.name(name);
    });
    let mut binds = vec![
        Bind::text(row.object_id),
        Bind::Integer(row.created_at.0),
        Bind::Integer(row.updated_at.0),
        Bind::Integer(row.acl_id),
    ];
    append_values(&mut sql, &mut binds, class, row.values)?;
    sql.push(") VALUES (");
    sql.separated(binds, ", ", |sql, bind| {
        sql.bind(bind);
    });
    sql.push(")");
    Ok(sql.finish())
}

fn append_values<'a>(
    sql: &mut SqlWriter<'a>,
    binds: &mut Vec<Bind<'a>>,
    class: &Class,
    values: &'a RowValues,
) -> Result<()> {
    for (name, value) in values {
        let field = expected_field(class, name)?;
        match encode(&field.kind, value).ok_or_else(|| type_mismatch(class, field, value))? {
            Encoded::Nothing => {}
            Encoded::One(bind) => {
                sql.push(", ").name(&field.column);
                binds.push(bind);
            }
            Encoded::Two(latitude, longitude) => {
                sql.push(", ").name(&field.column).push(", ").name(&longitude_column(&field.column));
                binds.extend([latitude, longitude]);
            }
        }
    }
    Ok(())
}
