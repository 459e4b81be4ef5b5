//! Attributes of classes for the `parse` SDK.

use astrolabe_core::schema::FieldType;

use super::class_types::{ClassTypes, FieldTypes};
use super::text::{comment, head};

pub(super) fn generate(classes: &[ClassTypes]) -> String {
    let mut out = head(
        "Attributes for the `parse` SDK: `new Parse.Object<TodoAttributes>('Todo')`, `new Parse.Query<Todo>('Todo')`.",
    );
    out.push_str(include_str!("parse_sdk.head.ts"));
    for class in classes {
        out.push('\n');
        out.push_str(&comment("", class.description.as_deref()));
        out.push_str(&format!("export type {}Attributes = {{\n", class.name));
        for field in class.fields.iter().filter(|field| field.readable || field.writable) {
            out.push_str(&comment("  ", field.description.as_deref()));
            let given = field.required && field.readable;
            let optional = if given { "" } else { "?" };
            let undefined = if given { "" } else { " | undefined" };
            out.push_str(&format!("  {}{optional}: {}{undefined};\n", field.name, type_of(class, field)));
        }
        out.push_str("  ACL?: ParseACL | undefined;\n};\n");
        out.push_str(&format!("export type {0} = ParseObject<{0}Attributes>;\n", class.name));
    }
    out.push_str("\n/** Classes by name. */\nexport type Classes = {\n");
    for class in classes {
        out.push_str(&format!("  {}: {};\n", class.class, class.name));
    }
    out.push_str("};\n");
    out
}

fn type_of(class: &ClassTypes, field: &FieldTypes) -> String {
    let target = || field.target.clone().unwrap_or_else(|| "ParseObject<Record<string, unknown>>".into());
    match &field.kind {
        FieldType::String => "string".into(),
        FieldType::Number => "number".into(),
        FieldType::Boolean => "boolean".into(),
        FieldType::Date => "Date".into(),
        FieldType::Object => "Record<string, unknown>".into(),
        FieldType::Array => "unknown[]".into(),
        FieldType::GeoPoint => "ParseGeoPoint".into(),
        FieldType::Polygon => "ParsePolygon".into(),
        FieldType::File => "ParseFile".into(),
        FieldType::Bytes => "Bytes".into(),
        FieldType::Pointer(_) => target(),
        FieldType::Relation(_) => format!("ParseRelation<{}, {}>", class.name, target()),
    }
}
