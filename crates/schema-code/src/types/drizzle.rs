//! A Drizzle schema over the tables of the database, for people who want SQL. Fields that clients never see are left out.

use astrolabe_core::schema::FieldType;

use super::class_types::{ClassTypes, FieldTypes};
use super::text::{comment, head, quoted};

pub(super) fn generate(classes: &[ClassTypes]) -> String {
    let mut out = head(
        "Tables for Drizzle. They are the server's: read them, and leave changes of tables to migrations.",
    );
    out.push_str(
        "import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';\n\n\
         /** Access lists by number; a row with `_acl` 0 has none and is public. Rows read by SQL have passed no check. */\n\
         export const accessLists = sqliteTable('_acl', {\n  id: integer('id').primaryKey(),\n  \
         readers: text('readers', { mode: 'json' }).$type<string[]>().notNull(),\n  \
         writers: text('writers', { mode: 'json' }).$type<string[]>().notNull(),\n});\n",
    );
    for class in classes {
        out.push('\n');
        out.push_str(&comment("", class.description.as_deref()));
        out.push_str(&table(class));
        for field in &class.fields {
            if let FieldType::Relation(target) = &field.kind {
                out.push('\n');
                out.push_str(&join_table(class, field, target));
            }
        }
    }
    out
}

fn table(class: &ClassTypes) -> String {
    let mut out = format!(
        "export const {} = sqliteTable({}, {{\n  objectId: text('objectId').notNull().unique(),\n  \
         createdAt: integer('createdAt', {{ mode: 'timestamp_ms' }}).notNull(),\n  \
         updatedAt: integer('updatedAt', {{ mode: 'timestamp_ms' }}).notNull(),\n  \
         _acl: integer('_acl').notNull().default(0),\n",
        class.name,
        quoted(&class.table)
    );
    for field in class.fields.iter().filter(|field| field.readable) {
        out.push_str(&comment("  ", field.description.as_deref()));
        out.push_str(&columns(field));
    }
    out.push_str("});\n");
    out
}

/// `$` is in no name of a field, so the two parts of a place never meet another field.
fn columns(field: &FieldTypes) -> String {
    let (name, column) = (&field.name, quoted(&field.column));
    let json = |kind: &str| format!("  {name}: text({column}, {{ mode: 'json' }}).$type<{kind}>(),\n");
    match &field.kind {
        FieldType::String => format!("  {name}: text({column}),\n"),
        FieldType::Number => format!("  {name}: real({column}),\n"),
        FieldType::Boolean => format!("  {name}: integer({column}, {{ mode: 'boolean' }}),\n"),
        FieldType::Date => format!("  {name}: integer({column}, {{ mode: 'timestamp_ms' }}),\n"),
        FieldType::Object => json("Record<string, unknown>"),
        FieldType::Array => json("unknown[]"),
        FieldType::Polygon => json("[latitude: number, longitude: number][]"),
        FieldType::File => json("{ name: string; url?: string }"),
        FieldType::Bytes => format!("  /** In base64. */\n  {name}: text({column}),\n"),
        FieldType::Pointer(target) => {
            format!("  /** The object id of a {target}. */\n  {name}: text({column}),\n")
        }
        FieldType::GeoPoint => {
            let longitude = quoted(&format!("{}__lng", field.column));
            format!("  {name}$latitude: real({column}),\n  {name}$longitude: real({longitude}),\n")
        }
        FieldType::Relation(_) => String::new(),
    }
}

fn join_table(class: &ClassTypes, field: &FieldTypes, target: &str) -> String {
    format!(
        "/** Which {target} are in `{field_name}` of which {class_name}, by object ids. */\n\
         export const {}${field_name} = sqliteTable(\n  {},\n  {{\n    owningId: text('owning_id').notNull(),\n    \
         relatedId: text('related_id').notNull(),\n  }},\n  \
         (table) => [primaryKey({{ columns: [table.owningId, table.relatedId] }})],\n);\n",
        class.name,
        quoted(&field.column),
        field_name = field.name,
        class_name = class.class,
    )
}
