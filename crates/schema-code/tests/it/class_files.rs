//! Reading and writing of class files.

use astrolabe_schema_code::{CLASS_JSON_SCHEMA, ClassFile, Wanted, base_schema};
use serde_json::Value as Json;

fn parse(text: &str) -> Result<ClassFile, String> {
    ClassFile::parse("Item.jsonc", text).map_err(|error| error.to_string())
}

#[test]
fn mistakes() {
    for (text, expected) in [
        ("", "must hold a JSON object"),
        ("{", "Unterminated object"),
        (r#"{ "fields": {} }"#, "className is missing"),
        (r#"{ "className": 1 }"#, "className must be a text"),
        (r#"{ "className": "a b", "fields": {} }"#, "Invalid classname"),
        (r#"{ "className": "_GlobalConfig", "fields": {} }"#, "belongs to the server"),
        (r#"{ "className": "Item", "field": {} }"#, "\"field\" is not known here"),
        (r#"{ "className": "Item", "fields": [] }"#, "fields must be an object"),
        (r#"{ "className": "Item", "fields": { "a": { "type": "Text" } } }"#, "invalid field type: Text"),
        (
            r#"{ "className": "Item", "fields": { "a": { "type": "String", "requird": true } } }"#,
            "field a: \"requird\"",
        ),
        (r#"{ "className": "Item", "fields": { "a": { "type": "Pointer" } } }"#, "needs a class name"),
        (
            r#"{ "className": "Item", "fields": { "a": { "type": "String", "defaultValue": 1 } } }"#,
            "schema mismatch",
        ),
        (r#"{ "className": "Item", "fields": { "objectId": { "type": "String" } } }"#, "cannot be added"),
        (r#"{ "className": "_User", "fields": { "email": { "type": "String" } } }"#, "cannot be added"),
        (r#"{ "className": "Item", "fields": { "a": { "__op": "Delete" } } }"#, "\"__op\" is not known here"),
        (r#"{ "className": "Item", "indexes": { "i": { "__op": "Delete" } } }"#, "left out of the file"),
        (r#"{ "className": "Item", "indexes": { "i": { "a": 2 } } }"#, "must be 1, -1"),
        (r#"{ "className": "Item", "classLevelPermissions": { "read": {} } }"#, "not a valid operation"),
        (
            r#"{ "className": "Item", "classLevelPermissions": { "protectedFields": { "*": ["a"] } } }"#,
            "does not exist",
        ),
        (
            r#"{ "className": "Item", "classLevelPermissions": { "find": { "pointerFields": ["a"] } } }"#,
            "not a valid column",
        ),
    ] {
        let problem = parse(text).map(|file| file.class.name).unwrap_err();
        assert!(problem.starts_with("Item.jsonc: ") && problem.contains(expected), "{text}: {problem}");
    }
}

#[test]
fn two_files_of_one_class() {
    let file = |name: &str| ClassFile::parse(name, r#"{ "className": "Item", "fields": {} }"#).unwrap();
    let error = Wanted::new([file("a.jsonc"), file("b.jsonc")]).unwrap_err();
    assert_eq!(error.to_string(), "b.jsonc: a.jsonc describes Item, too");
}

/// The order of a file is its owner's; what is new comes behind it, by name.
#[test]
fn written_anew() {
    let text = "// Shown to all.\n{ \"className\": \"Item\", \"description\": \"D\", \"fields\": {\n \
                \"z\": { \"type\": \"String\", \"description\": \"Z\", \"renamedFrom\": \"y\" }, \"b\": { \"type\": \"Number\" } } }";
    let file = parse(text).unwrap();
    let mut class = file.class.clone();
    for name in ["c", "a"] {
        let spec = astrolabe_core::schema::FieldSpec::new(name, astrolabe_core::schema::FieldType::Date);
        class.fields.insert(name.into(), spec.into_field(name.into()));
    }
    class.fields.shift_remove("b");
    let written = ClassFile::print(&class, Some(&file));
    let fields = "  \"fields\": {\n    \"z\": { \"type\": \"String\", \"renamedFrom\": \"y\", \"description\": \"Z\" },\n    \
                  \"a\": { \"type\": \"Date\" },\n    \"c\": { \"type\": \"Date\" }\n  },\n";
    assert!(written.starts_with("// Shown to all.\n{\n") && written.contains(fields), "{written}");
    let again = parse(&written).unwrap();
    assert_eq!((again.class.fields.len(), again.description.as_deref()), (3, Some("D")));
    assert_eq!(ClassFile::print(&again.class, Some(&again)), written);
}

/// A built-in class as the server brings it needs no file; one that is gone loses it.
#[test]
fn which_files_change() {
    let file = |class: &str| {
        ClassFile::parse(class, &format!("{{ \"className\": \"{class}\", \"fields\": {{}} }}")).unwrap()
    };
    let wanted = Wanted::new([file("Item"), file("_Role")]).unwrap();
    let changed = wanted.changed_files(&base_schema().unwrap());
    let changed: Vec<_> = changed.iter().map(|(class, text)| (&**class, text.is_some())).collect();
    assert_eq!(changed, [("Item", false), ("_Role", false)]);
}

/// Editors and the reader know the same keys.
#[test]
fn the_json_schema_names_every_key() {
    let json: Json = serde_json::from_str(CLASS_JSON_SCHEMA).unwrap();
    let keys: Vec<_> = json["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let problem = parse(r#"{ "nothing": 1 }"#).map(|_| ()).unwrap_err();
    let known = problem.split_once("known are ").unwrap().1;
    assert_eq!(known, keys.join(", "));
    let keys: Vec<_> =
        json["definitions"]["field"]["properties"].as_object().unwrap().keys().cloned().collect();
    let problem =
        parse(r#"{ "className": "A", "fields": { "a": { "nothing": 1 } } }"#).map(|_| ()).unwrap_err();
    assert_eq!(problem.split_once("known are ").unwrap().1, keys.join(", "));
}
