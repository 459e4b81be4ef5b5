//! Physical names: the readable name wherever the database can bear it, else with a number behind it.
//!
//! The rules are the stricter ones of both databases, so that names do not depend on where an app lives.

use astrolabe_core::schema::{Class, FieldType, Schema};

use crate::columns::physical_columns;

/// Bytes of a name that PostgreSQL keeps.
const NAME_BYTES_MAX: usize = 63;
/// Room for the ending of the second column of a GeoPoint.
const POINT_NAME_BYTES_MAX: usize = NAME_BYTES_MAX - "__lng".len();

/// Columns every class has, and names the databases use for themselves.
const RESERVED_COLUMNS: &[&str] = &[
    "objectid",
    "createdat",
    "updatedat",
    "_acl",
    "_rperm",
    "_wperm",
    "_row",
    "rowid",
    "oid",
    "_rowid_",
    "tableoid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    "ctid",
];

/// Starts of names that the databases or this crate use for themselves.
const RESERVED_TABLE_STARTS: &[&str] = &["sqlite_", "pg_", "_catalog", "_acl", "_join", "_index", "_unique"];

/// The name of the table of a new class.
pub(crate) fn pick_table(schema: &Schema, class: &str) -> String {
    let reserved = RESERVED_TABLE_STARTS.iter().any(|start| has_start(class, start));
    let wanted = if reserved { format!("class_{class}") } else { class.to_owned() };
    pick(&wanted, NAME_BYTES_MAX, |name| table_exists(schema, name))
}

/// The name of the join table of a new relation.
pub(crate) fn pick_join_table(schema: &Schema, class: &str, field: &str) -> String {
    pick(&format!("_join_{class}_{field}"), NAME_BYTES_MAX, |name| table_exists(schema, name))
}

/// The name of the column of a new field.
pub(crate) fn pick_column(class: &Class, field: &str, kind: &FieldType) -> String {
    let taken = |name: &str| {
        RESERVED_COLUMNS.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
            || class
                .fields
                .values()
                .flat_map(physical_columns)
                .any(|column| column.eq_ignore_ascii_case(name))
    };
    match kind {
        FieldType::GeoPoint => {
            pick(field, POINT_NAME_BYTES_MAX, |name| taken(name) || taken(&format!("{name}__lng")))
        }
        _ => pick(field, NAME_BYTES_MAX, taken),
    }
}

fn table_exists(schema: &Schema, name: &str) -> bool {
    schema.classes.values().any(|class| {
        let joins = class.fields.values().filter(|field| matches!(field.kind, FieldType::Relation(_)));
        class.table.eq_ignore_ascii_case(name) || { joins }
            .any(|field| field.column.eq_ignore_ascii_case(name))
    })
}

fn has_start(name: &str, start: &str) -> bool {
    name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// The wanted name, or the first of `name_2`, `name_3`, … that is free. Names were checked to be ASCII; anything
/// else is replaced all the same.
fn pick(wanted: &str, bytes_max: usize, taken: impl Fn(&str) -> bool) -> String {
    let plain: String =
        wanted.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if plain.len() <= bytes_max && !taken(&plain) {
        return plain;
    }
    let mut number = 2_u32;
    loop {
        let suffix = format!("_{number}");
        let kept = plain.len().min(bytes_max - suffix.len());
        let name = format!("{}{suffix}", &plain[..kept]);
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(field: &str, kind: FieldType) -> String {
        let class = Class {
            name: "Todo".into(),
            table: "Todo".into(),
            fields: Default::default(),
            indexes: Default::default(),
            permissions: Default::default(),
        };
        pick_column(&class, field, &kind)
    }

    #[test]
    fn tables() {
        let schema = Schema::default();
        for (class, expected) in [
            ("Todo", "Todo"),
            ("order", "order"),
            ("sqlite_master", "class_sqlite_master"),
            ("SQLITE_x", "class_SQLITE_x"),
            ("_User", "_User"),
        ] {
            assert_eq!(pick_table(&schema, class), expected);
        }
        assert_eq!(pick_table(&schema, &"a".repeat(100)), format!("{}_2", "a".repeat(61)));
    }

    #[test]
    fn columns() {
        for (field, kind, expected) in [
            ("title", FieldType::String, "title"),
            ("select", FieldType::String, "select"),
            ("rowid", FieldType::String, "rowid_2"),
            ("OBJECTID", FieldType::String, "OBJECTID_2"),
            ("it\"s", FieldType::String, "it_s"),
        ] {
            assert_eq!(column(field, kind), expected);
        }
        assert!(column(&"p".repeat(63), FieldType::GeoPoint).len() <= POINT_NAME_BYTES_MAX);
    }
}
