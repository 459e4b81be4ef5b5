//! The JSON of the REST API: what is read, and what a create and an update send.

use astrolabe_core::schema::FieldType;

use super::class_types::{ClassTypes, FieldTypes};
use super::text::{comment, head, quoted};

pub(super) fn generate(classes: &[ClassTypes]) -> String {
    let mut out =
        head("The JSON of the REST API: an object as it is read, and the bodies of a create and an update.");
    out.push_str(include_str!("rest.head.ts"));
    for class in classes {
        out.push('\n');
        out.push_str(&read(class));
        out.push_str(&body(class, "Create"));
        out.push_str(&body(class, "Update"));
    }
    out.push_str("\n/** Classes by name. */\nexport type Classes = {\n");
    for class in classes {
        let (key, name) = (&class.class, &class.name);
        out.push_str(&format!("  {key}: {{ read: {name}; create: {name}Create; update: {name}Update }};\n"));
    }
    out.push_str("};\n");
    out
}

fn read(class: &ClassTypes) -> String {
    let mut out = comment("", class.description.as_deref());
    out.push_str(&format!(
        "export type {} = {{\n  objectId: string;\n  createdAt: string;\n  updatedAt: string;\n  ACL?: Acl | undefined;\n",
        class.name
    ));
    for field in class.fields.iter().filter(|field| field.readable) {
        out.push_str(&comment("  ", field.description.as_deref()));
        out.push_str(&member(field, &read_type(field), field.required, ""));
    }
    out.push_str("};\n");
    out
}

fn body(class: &ClassTypes, ending: &str) -> String {
    let is_update = ending == "Update";
    let mut out = format!("export type {}{ending} = {{\n  ACL?: Acl | null | undefined;\n", class.name);
    for field in class.fields.iter().filter(|field| field.writable) {
        let null = if may_be_null(field, is_update) { " | null" } else { "" };
        let given = !is_update && field.must_be_given();
        out.push_str(&member(field, &written_type(field, is_update), given, null));
    }
    out.push_str("};\n");
    out
}

/// A new object may bring null where it may bring nothing; an update may not take a required value away.
pub(super) fn may_be_null(field: &FieldTypes, is_update: bool) -> bool {
    if is_update { !field.required } else { !field.must_be_given() }
}

fn member(field: &FieldTypes, kind: &str, given: bool, null: &str) -> String {
    match given {
        true => format!("  {}: {kind}{null};\n", field.name),
        false => format!("  {}?: {kind}{null} | undefined;\n", field.name),
    }
}

fn read_type(field: &FieldTypes) -> String {
    match (&field.kind, &field.target) {
        (FieldType::Pointer(class), Some(target)) => {
            let class = quoted(class);
            format!("Pointer<{class}> | Included<{class}, {target}>")
        }
        (FieldType::Relation(class), _) => format!("Relation<{}>", quoted(class)),
        _ => plain_type(&field.kind),
    }
}

fn written_type(field: &FieldTypes, is_update: bool) -> String {
    let plain = match &field.kind {
        FieldType::Relation(class) => return format!("ChangeRelation<{}>", quoted(class)),
        kind => plain_type(kind),
    };
    let operation = match (&field.kind, is_update) {
        (FieldType::Number, true) => " | Increment",
        (FieldType::Array, true) => " | ChangeArray",
        _ => "",
    };
    let delete = if is_update && !field.required { " | Delete" } else { "" };
    format!("{plain}{operation}{delete}")
}

fn plain_type(kind: &FieldType) -> String {
    match kind {
        FieldType::String => "string".into(),
        FieldType::Number => "number".into(),
        FieldType::Boolean => "boolean".into(),
        FieldType::Date => "ParseDate".into(),
        FieldType::Object => "Record<string, unknown>".into(),
        FieldType::Array => "unknown[]".into(),
        FieldType::GeoPoint => "GeoPoint".into(),
        FieldType::Polygon => "Polygon".into(),
        FieldType::File => "File".into(),
        FieldType::Bytes => "Bytes".into(),
        FieldType::Pointer(class) => format!("Pointer<{}>", quoted(class)),
        FieldType::Relation(class) => format!("Relation<{}>", quoted(class)),
    }
}
