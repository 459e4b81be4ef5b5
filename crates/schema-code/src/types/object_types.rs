//! The types of an object as it is read, and of the bodies of a create and an update, in the words of one file or another.

use astrolabe_core::schema::FieldType;

use super::class_types::{ClassTypes, FieldTypes};
use super::text::{comment, quoted};

/// What a file calls the values of fields.
#[derive(Debug)]
pub(super) struct Words {
    /// Stands before the names of types that are not the file's own.
    pub namespace: &'static str,
    /// The type of `createdAt` and `updatedAt`.
    pub time: &'static str,
    /// A date as it is read, and as it is written.
    pub date: [&'static str; 2],
    /// Bytes as they are read, and as they are written.
    pub bytes: [&'static str; 2],
    /// A pointer as it is written.
    pub pointer: &'static str,
    /// The operation that takes a value away.
    pub unset: &'static str,
    /// A pointer is read as a type that also says what it leads to.
    pub shows_included: bool,
    /// An update may name keys inside of objects.
    pub has_inner_keys: bool,
}

/// The three types of each class, and `Classes`, which has them by the name of the class.
pub(super) fn generate(classes: &[ClassTypes], words: &Words) -> String {
    let mut out = String::new();
    for class in classes {
        out.push('\n');
        out.push_str(&words.read(class));
        out.push_str(&words.body(class, "Create"));
        out.push_str(&words.body(class, "Update"));
    }
    out.push_str("\n/** Classes by name. */\nexport type Classes = {\n");
    for class in classes {
        let (key, name) = (&class.class, &class.name);
        out.push_str(&format!("  {key}: {{ read: {name}; create: {name}Create; update: {name}Update }};\n"));
    }
    out.push_str("};\n");
    out
}

/// A new object may bring null where it may bring nothing; an update may not take a required value away.
pub(super) fn may_be_null(field: &FieldTypes, is_update: bool) -> bool {
    if is_update { !field.required } else { !field.must_be_given() }
}

impl Words {
    fn read(&self, class: &ClassTypes) -> String {
        let (time, ns) = (self.time, self.namespace);
        let mut out = comment("", class.description.as_deref());
        out.push_str(&format!(
            "export type {} = {{\n  objectId: string;\n  createdAt: {time};\n  updatedAt: {time};\n  \
             ACL?: {ns}Acl | undefined;\n",
            class.name
        ));
        for field in class.fields.iter().filter(|field| field.readable) {
            out.push_str(&comment("  ", field.description.as_deref()));
            out.push_str(&member(field, &self.read_type(field), field.required, ""));
        }
        out.push_str("};\n");
        out
    }

    fn body(&self, class: &ClassTypes, ending: &str) -> String {
        let is_update = ending == "Update";
        let ns = self.namespace;
        let mut out =
            format!("export type {}{ending} = {{\n  ACL?: {ns}Acl | null | undefined;\n", class.name);
        for field in class.fields.iter().filter(|field| field.writable) {
            let null = if may_be_null(field, is_update) { " | null" } else { "" };
            let given = !is_update && field.must_be_given();
            out.push_str(&member(field, &self.written_type(field, is_update), given, null));
            if is_update && self.has_inner_keys && field.kind == FieldType::Object {
                out.push_str(&format!("  [inner: `{}.${{string}}`]: unknown;\n", field.name));
            }
        }
        out.push_str("};\n");
        out
    }

    fn read_type(&self, field: &FieldTypes) -> String {
        let ns = self.namespace;
        match (&field.kind, &field.target) {
            (FieldType::Pointer(class), target) => {
                let class = quoted(class);
                let pointer = format!("{ns}Pointer<{class}>");
                match target {
                    Some(target) if self.shows_included => {
                        format!("{pointer} | {ns}Included<{class}, {target}>")
                    }
                    _ => pointer,
                }
            }
            (kind, _) => self.plain_type(kind, self.date[0], self.bytes[0]),
        }
    }

    fn written_type(&self, field: &FieldTypes, is_update: bool) -> String {
        let ns = self.namespace;
        let plain = match &field.kind {
            FieldType::Relation(class) => return format!("{ns}ChangeRelation<{}>", quoted(class)),
            FieldType::Pointer(class) => format!("{ns}{}<{}>", self.pointer, quoted(class)),
            kind => self.plain_type(kind, self.date[1], self.bytes[1]),
        };
        let mut out = plain;
        match (&field.kind, is_update) {
            (FieldType::Number, true) => out.push_str(&format!(" | {ns}Increment")),
            (FieldType::Array, true) => out.push_str(&format!(" | {ns}ChangeArray")),
            _ => {}
        }
        if is_update && !field.required {
            out.push_str(&format!(" | {ns}{}", self.unset));
        }
        out
    }

    fn plain_type(&self, kind: &FieldType, date: &str, bytes: &str) -> String {
        let ns = self.namespace;
        match kind {
            FieldType::String => "string".into(),
            FieldType::Number => "number".into(),
            FieldType::Boolean => "boolean".into(),
            FieldType::Date => date.into(),
            FieldType::Object => "Record<string, unknown>".into(),
            FieldType::Array => "unknown[]".into(),
            FieldType::GeoPoint => format!("{ns}GeoPoint"),
            FieldType::Polygon => format!("{ns}Polygon"),
            FieldType::File => format!("{ns}File"),
            FieldType::Bytes => bytes.into(),
            FieldType::Pointer(class) => format!("{ns}Pointer<{}>", quoted(class)),
            FieldType::Relation(class) => format!("{ns}Relation<{}>", quoted(class)),
        }
    }
}

fn member(field: &FieldTypes, kind: &str, given: bool, null: &str) -> String {
    match given {
        true => format!("  {}: {kind}{null};\n", field.name),
        false => format!("  {}?: {kind}{null} | undefined;\n", field.name),
    }
}
