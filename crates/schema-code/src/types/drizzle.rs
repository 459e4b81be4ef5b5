//! A Drizzle schema over the tables of the database, for people who want SQL. Fields that clients never see are left out.

use astrolabe_core::schema::FieldType;

use super::TablesOf;
use super::class_types::{ClassTypes, FieldTypes};
use super::text::{comment, head, quoted};

const SQLITE: &str = "\
import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Access lists by number; a row with `_acl` 0 has none and is public. Rows read by SQL have passed no check. */
export const accessLists = sqliteTable('_acl', {
  id: integer('id').primaryKey(),
  readers: text('readers', { mode: 'json' }).$type<string[]>().notNull(),
  writers: text('writers', { mode: 'json' }).$type<string[]>().notNull(),
});
";

/// What PostgreSQL has no column of its own for here is stored as it is on SQLite.
const POSTGRES: &str = "\
import { customType, doublePrecision, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core';

/** A number of milliseconds, as a date. */
const milliseconds = customType<{ data: Date; driverData: string | number }>({
  dataType: () => 'bigint',
  fromDriver: (value) => new Date(Number(value)),
  toDriver: (value) => value.getTime(),
});

/** 0 or 1, as a boolean. */
const flag = customType<{ data: boolean; driverData: string | number }>({
  dataType: () => 'bigint',
  fromDriver: (value) => Number(value) === 1,
  toDriver: (value) => (value ? 1 : 0),
});

/** JSON in a text, which keeps the order of keys. */
const json = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => 'text',
    fromDriver: (value) => JSON.parse(value) as T,
    toDriver: (value) => JSON.stringify(value),
  })(name);
";

pub(super) fn generate(classes: &[ClassTypes], tables: &TablesOf) -> String {
    let mut out = head(
        "Tables for Drizzle. They are the server's: read them, and leave changes of tables to migrations.",
    );
    match tables {
        TablesOf::Sqlite => out.push_str(SQLITE),
        TablesOf::Postgres { schema } => {
            out.push_str(POSTGRES);
            out.push_str(&format!(
                "\n/** The schema of the app. Rows read by SQL have passed no check; `_rperm` and `_wperm` say who may read and \
                 write. */\nexport const app = pgSchema({});\n",
                quoted(schema)
            ));
        }
    }
    let columns = Columns { tables };
    for class in classes {
        out.push('\n');
        out.push_str(&comment("", class.description.as_deref()));
        out.push_str(&columns.table(class));
        for field in &class.fields {
            if let FieldType::Relation(target) = &field.kind {
                out.push('\n');
                out.push_str(&columns.join_table(class, field, target));
            }
        }
    }
    out
}

/// How tables and columns are written for a database.
struct Columns<'t> {
    tables: &'t TablesOf,
}

impl Columns<'_> {
    fn is_sqlite(&self) -> bool {
        *self.tables == TablesOf::Sqlite
    }

    fn make_table(&self) -> &'static str {
        if self.is_sqlite() { "sqliteTable" } else { "app.table" }
    }

    fn date(&self, column: &str) -> String {
        match self.is_sqlite() {
            true => format!("integer({column}, {{ mode: 'timestamp_ms' }})"),
            false => format!("milliseconds({column})"),
        }
    }

    fn json(&self, column: &str, kind: &str) -> String {
        match self.is_sqlite() {
            true => format!("text({column}, {{ mode: 'json' }}).$type<{kind}>()"),
            false => format!("json<{kind}>({column})"),
        }
    }

    fn number(&self, column: &str) -> String {
        format!("{}({column})", if self.is_sqlite() { "real" } else { "doublePrecision" })
    }

    fn boolean(&self, column: &str) -> String {
        match self.is_sqlite() {
            true => format!("integer({column}, {{ mode: 'boolean' }})"),
            false => format!("flag({column})"),
        }
    }

    fn access(&self) -> &'static str {
        match self.is_sqlite() {
            true => "  _acl: integer('_acl').notNull().default(0),\n",
            false => "  _rperm: text('_rperm').array(),\n  _wperm: text('_wperm').array(),\n",
        }
    }

    fn table(&self, class: &ClassTypes) -> String {
        let mut out = format!(
            "export const {} = {}({}, {{\n  objectId: text('objectId').notNull().unique(),\n  \
             createdAt: {}.notNull(),\n  updatedAt: {}.notNull(),\n{}",
            class.name,
            self.make_table(),
            quoted(&class.table),
            self.date("'createdAt'"),
            self.date("'updatedAt'"),
            self.access(),
        );
        for field in class.fields.iter().filter(|field| field.readable) {
            out.push_str(&comment("  ", field.description.as_deref()));
            out.push_str(&self.columns(field));
        }
        out.push_str("});\n");
        out
    }

    /// `$` is in no name of a field, so the two parts of a place never meet another field.
    fn columns(&self, field: &FieldTypes) -> String {
        let (name, column) = (&field.name, quoted(&field.column));
        let one = |kind: String| format!("  {name}: {kind},\n");
        let text = || format!("text({column})");
        match &field.kind {
            FieldType::String => one(text()),
            FieldType::Number => one(self.number(&column)),
            FieldType::Boolean => one(self.boolean(&column)),
            FieldType::Date => one(self.date(&column)),
            FieldType::Object => one(self.json(&column, "Record<string, unknown>")),
            FieldType::Array => one(self.json(&column, "unknown[]")),
            FieldType::Polygon => one(self.json(&column, "[latitude: number, longitude: number][]")),
            FieldType::File => one(self.json(&column, "{ name: string; url?: string }")),
            FieldType::Bytes => format!("  /** In base64. */\n{}", one(text())),
            FieldType::Pointer(target) => format!("  /** The object id of a {target}. */\n{}", one(text())),
            FieldType::GeoPoint => {
                let longitude = quoted(&format!("{}__lng", field.column));
                let (latitude, longitude) = (self.number(&column), self.number(&longitude));
                format!("  {name}$latitude: {latitude},\n  {name}$longitude: {longitude},\n")
            }
            FieldType::Relation(_) => String::new(),
        }
    }

    fn join_table(&self, class: &ClassTypes, field: &FieldTypes, target: &str) -> String {
        format!(
            "/** Which {target} are in `{field_name}` of which {class_name}, by object ids. */\n\
             export const {}${field_name} = {}(\n  {},\n  {{\n    owningId: text('owning_id').notNull(),\n    \
             relatedId: text('related_id').notNull(),\n  }},\n  \
             (table) => [primaryKey({{ columns: [table.owningId, table.relatedId] }})],\n);\n",
            class.name,
            self.make_table(),
            quoted(&field.column),
            field_name = field.name,
            class_name = class.class,
        )
    }
}
