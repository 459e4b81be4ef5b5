//! Zod schemas of the JSON of the REST API. They accept and refuse what the server does, so that a form can say it first.

use astrolabe_core::schema::FieldType;

use super::class_types::{ClassTypes, FieldTypes};
use super::object_types::may_be_null;
use super::text::{comment, head, quoted};

pub(super) fn generate(classes: &[ClassTypes]) -> String {
    let mut out = head("Zod schemas: what a create and an update may send, and an object as it is read.");
    out.push_str(include_str!("zod.head.ts"));
    for class in classes {
        out.push('\n');
        out.push_str(&comment("", class.description.as_deref()));
        out.push_str(&read(class));
        out.push_str(&body(class, "Create"));
        out.push_str(&body(class, "Update"));
    }
    out.push_str("\n/** The schemas of classes by name. */\nexport const schemas = {\n");
    for class in classes {
        let (key, name) = (&class.class, &class.name);
        out.push_str(&format!("  {key}: {{ read: {name}, create: {name}Create, update: {name}Update }},\n"));
    }
    out.push_str("};\n");
    out
}

fn read(class: &ClassTypes) -> String {
    let mut out = format!(
        "export const {} = z.object({{\n  objectId: z.string(),\n  createdAt: z.iso.datetime(),\n  \
         updatedAt: z.iso.datetime(),\n  ACL: acl.optional(),\n",
        class.name
    );
    for field in class.fields.iter().filter(|field| field.readable) {
        let optional = if field.required { "" } else { ".optional()" };
        out.push_str(&format!("  {}: {}{optional},\n", field.name, read_schema(field)));
    }
    out.push_str("});\n");
    out
}

/// Unknown keys are refused: a client that may add fields is better told of a slip of the pen.
fn body(class: &ClassTypes, ending: &str) -> String {
    let is_update = ending == "Update";
    let mut out = format!("export const {}{ending} = z.strictObject({{\n  ACL: acl.nullish(),\n", class.name);
    for field in class.fields.iter().filter(|field| field.writable) {
        let ending = match (may_be_null(field, is_update), !is_update && field.must_be_given()) {
            (true, _) => ".nullish()",
            (false, true) => "",
            (false, false) => ".optional()",
        };
        out.push_str(&format!("  {}: {}{ending},\n", field.name, written_schema(field, is_update)));
    }
    out.push_str("});\n");
    out
}

fn read_schema(field: &FieldTypes) -> String {
    match &field.kind {
        FieldType::Pointer(class) => {
            let class = quoted(class);
            format!("z.union([pointer({class}), included({class})])")
        }
        FieldType::Relation(class) => format!("relation({})", quoted(class)),
        FieldType::Array => "z.array(z.unknown())".into(),
        FieldType::Object => "z.record(z.string(), z.unknown())".into(),
        kind => plain_schema(kind).into(),
    }
}

fn written_schema(field: &FieldTypes, is_update: bool) -> String {
    let plain = match &field.kind {
        FieldType::Relation(class) => return format!("changeRelation({})", quoted(class)),
        FieldType::Pointer(class) => format!("pointer({})", quoted(class)),
        // The empty text counts as no value.
        FieldType::String if field.required => "text.min(1)".into(),
        kind => plain_schema(kind).into(),
    };
    let operation = match (&field.kind, is_update) {
        (FieldType::Number, true) => Some("increment"),
        (FieldType::Array, true) => Some("changeArray"),
        _ => None,
    };
    let unset = (is_update && !field.required).then_some("unset");
    let others: Vec<_> = operation.into_iter().chain(unset).collect();
    if others.is_empty() { plain } else { format!("z.union([{plain}, {}])", others.join(", ")) }
}

fn plain_schema(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Number => "z.number()",
        FieldType::Boolean => "z.boolean()",
        FieldType::Date => "date",
        FieldType::Object => "jsonObject",
        FieldType::Array => "z.array(json)",
        FieldType::GeoPoint => "geoPoint",
        FieldType::Polygon => "polygon",
        FieldType::File => "file",
        FieldType::Bytes => "bytes",
        FieldType::String | FieldType::Pointer(_) | FieldType::Relation(_) => "text",
    }
}
