//! What leads from one schema to another.

use astrolabe_core::schema::{Schema, SchemaChange};
use astrolabe_schema_code::{ClassFile, Wanted, base_schema, describe, diff, replay, title_of};

fn wanted(texts: &[&str]) -> Wanted {
    let file = |(number, text): (usize, &&str)| ClassFile::parse(&format!("{number}.jsonc"), text).unwrap();
    Wanted::new(texts.iter().enumerate().map(file)).unwrap()
}

fn schema(texts: &[&str]) -> Schema {
    let changes = diff(&base_schema().unwrap(), &wanted(texts)).unwrap();
    replay(base_schema().unwrap(), &changes).unwrap()
}

fn lines(changes: &[SchemaChange]) -> Vec<String> {
    changes.iter().map(describe).collect()
}

const ITEM: &str = r#"{ "className": "Item", "fields": {
    "title": { "type": "String", "required": true }, "owner": { "type": "Pointer", "targetClass": "_User" },
    "list": { "type": "Pointer", "targetClass": "List", "onDelete": "cascade" } },
    "indexes": { "mine": { "owner": 1, "title": -1 } },
    "classLevelPermissions": { "find": { "pointerFields": ["owner"] }, "protectedFields": { "*": ["title"] } } }"#;
const LIST: &str =
    r#"{ "className": "List", "fields": { "items": { "type": "Relation", "targetClass": "Item" } } }"#;
const USER: &str = r#"{ "className": "_User", "fields": { "nick": { "type": "String" } } }"#;

/// Every schema is reached from every other, and then nothing is left.
#[test]
fn any_schema_from_any_other() {
    let other_item =
        ITEM.replace("\"String\"", "\"Number\"").replace("-1", "1").replace("cascade", "restrict");
    let worlds: [&[&str]; 6] = [&[], &[ITEM], &[ITEM, LIST, USER], &[LIST], &[&other_item, LIST], &[USER]];
    for from in worlds {
        for to in worlds {
            let changes = diff(&schema(from), &wanted(to)).unwrap();
            assert_eq!(changes.is_empty(), from == to, "{:?}", lines(&changes));
            let reached = replay(schema(from), &changes).unwrap();
            assert_eq!(diff(&reached, &wanted(to)).unwrap(), []);
            assert_eq!(diff(&reached, &Wanted::of(&schema(to))).unwrap(), []);
        }
    }
}

/// A rename takes indexes, permissions and pointers with it, so it is all there is to do.
#[test]
fn renames() {
    let item = ITEM
        .replace("\"className\": \"Item\"", "\"className\": \"Product\", \"renamedFrom\": \"Item\"")
        .replace("\"title\": {", "\"name\": { \"renamedFrom\": \"title\",")
        .replace("\"owner\": {", "\"seller\": { \"renamedFrom\": \"owner\",")
        .replace("\"owner\": 1, \"title\"", "\"seller\": 1, \"name\"")
        .replace("[\"owner\"]", "[\"seller\"]")
        .replace("[\"title\"]", "[\"name\"]");
    let list = LIST.replace("\"Item\"", "\"Product\"");
    let (before, after) = (schema(&[ITEM, LIST]), wanted(&[&item, &list]));
    let changes = diff(&before, &after).unwrap();
    assert_eq!(
        lines(&changes),
        [
            "> class Item becomes Product",
            "> field Product.title becomes Product.name",
            "> field Product.owner becomes Product.seller",
        ]
    );
    let renamed = replay(before, &changes).unwrap();
    assert_eq!(renamed.class("List").unwrap().field("items").unwrap().kind.to_string(), "Relation<Product>");
    // What has come true may stay in the file, also when the former name is used again.
    assert_eq!(diff(&renamed, &after).unwrap(), []);
    let again = diff(&renamed, &wanted(&[&item, &list, &ITEM.replace("cascade", "restrict")])).unwrap();
    assert_eq!(lines(&again)[0], "+ class Item");
    assert!(again.iter().all(|change| !matches!(change, SchemaChange::RenameClass { .. })));
}

#[test]
fn what_cannot_be_is_a_mistake_of_the_file() {
    let role = r#"{ "className": "_Role", "renamedFrom": "Item", "fields": {} }"#;
    let base = schema(&[ITEM]);
    // The built-in class is there, so there is nothing to rename.
    assert!(diff(&base, &wanted(&[role, ITEM])).unwrap().is_empty());
    let nowhere = r#"{ "className": "Item", "indexes": { "i": { "nothing": 1 } }, "fields": {} }"#;
    let error = diff(&base_schema().unwrap(), &wanted(&[nowhere])).unwrap_err().to_string();
    assert_eq!(error, "0.jsonc: Field nothing does not exist, cannot add index.");
}

#[test]
fn titles() {
    let base = base_schema().unwrap();
    for (files, title) in
        [(&[USER][..], "_User add nick"), (&[ITEM], "add Item"), (&[LIST, ITEM], "add Item and 1 more")]
    {
        assert_eq!(title_of(&diff(&base, &wanted(files)).unwrap()), title);
    }
}
