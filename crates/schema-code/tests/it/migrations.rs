//! Migration files, and the order of migrations.

use astrolabe_core::schema::AppliedMigration;
use astrolabe_core::value::Timestamp;
use astrolabe_schema_code::{ClassFile, Migration, PlanError, Wanted, base_schema, diff, pending, replay};

const STEPS: &str = r#"{ "steps": [
    { "op": "addClass", "class": "Item" },
    { "op": "addClass", "class": "Closed", "permissions": { "get": { "*": true } } },
    { "op": "addField", "class": "Item", "field": "a", "definition": { "type": "String", "required": true } },
    { "op": "addField", "class": "Item", "field": "at", "definition": { "type": "Pointer", "targetClass": "Closed", "onDelete": "restrict" } },
    { "op": "setField", "class": "Item", "field": "a", "definition": { "type": "String", "defaultValue": "x" } },
    { "op": "addIndex", "class": "Item", "index": "i", "keys": { "a": -1, "$unique": true } },
    { "op": "renameField", "class": "Item", "field": "a", "to": "b" },
    { "op": "renameClass", "class": "Item", "to": "Product" },
    { "op": "setPermissions", "class": "Product", "permissions": { "find": { "*": true } } },
    { "op": "dropIndex", "class": "Product", "index": "i" },
    { "op": "dropField", "class": "Product", "field": "at" },
    { "op": "dropClass", "class": "Closed" }
] }"#;

#[test]
fn every_step_is_read_written_and_applied() {
    let migration = Migration::parse("0001_a.jsonc", "0001_a", STEPS).unwrap();
    assert_eq!(migration.changes.len(), 12);
    let again = Migration::parse("f", "0001_a", &migration.print()).unwrap();
    assert_eq!((&again, again.checksum()), (&migration, migration.checksum()));
    let schema = replay(base_schema().unwrap(), &migration.changes).unwrap();
    let file = r#"{ "className": "Product", "fields": { "b": { "type": "String", "defaultValue": "x" } },
                    "classLevelPermissions": { "find": { "*": true } } }"#;
    let wanted = Wanted::new([ClassFile::parse("f", file).unwrap()]).unwrap();
    assert_eq!(diff(&schema, &wanted).unwrap(), []);
    // A database that is there already gets the same.
    let twice = replay(base_schema().unwrap(), &migration.changes[..3]).unwrap();
    let taken_over = replay(twice, &migration.changes_at(Timestamp(1))).unwrap();
    assert_eq!((diff(&taken_over, &wanted).unwrap().len(), taken_over.migrations.len()), (0, 1));
}

#[test]
fn mistakes() {
    for (name, text, expected) in [
        ("a", "{\"steps\": []}", "must begin with a number"),
        ("x_a", "{\"steps\": []}", "must begin with a number"),
        ("0001_a", "{}", "a list of steps"),
        ("0001_a", "{\"steps\": [], \"more\": 1}", "nothing else"),
        ("0001_a", "{\"steps\": [1]}", "step 1: must be an object"),
        ("0001_a", "{\"steps\": [{\"op\": \"sql\", \"class\": \"A\"}]}", "\"sql\" is no op"),
        ("0001_a", "{\"steps\": [{\"op\": \"dropClass\"}]}", "class must be a text"),
        (
            "0001_a",
            "{\"steps\": [{\"op\": \"dropClass\", \"class\": \"A\", \"to\": \"B\"}]}",
            "\"to\" is not known",
        ),
        (
            "0001_a",
            "{\"steps\": [{\"op\": \"addField\", \"class\": \"A\", \"field\": \"b\"}]}",
            "step 1: invalid JSON",
        ),
        (
            "0001_a",
            "{\"steps\": [{\"op\": \"addIndex\", \"class\": \"A\", \"index\": \"i\"}]}",
            "must be an object",
        ),
    ] {
        let error = Migration::parse("f", name, text).unwrap_err().to_string();
        assert!(error.starts_with("f: ") && error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn names() {
    for (title, expected) in [
        ("Add due date!", "0007_add_due_date"),
        ("../../etc", "0007_etc"),
        ("", "0007_change"),
        ("é", "0007_change"),
    ] {
        assert_eq!(*Migration::new(7, title, Vec::new()).name, *expected);
    }
}

#[test]
fn what_is_pending() {
    let made = |number, title: &str| Migration::new(number, title, Vec::new());
    let applied = |migration: &Migration| AppliedMigration {
        name: migration.name.clone(),
        checksum: migration.checksum().into(),
        applied_at: Timestamp(1),
    };
    let (a, b, c) = (made(1, "a"), made(2, "b"), made(10, "c"));
    let all = || vec![c.clone(), a.clone(), b.clone()];
    assert_eq!(pending(all(), &[]), Ok(vec![a.clone(), b.clone(), c.clone()]));
    assert_eq!(pending(all(), &[applied(&a), applied(&b)]), Ok(vec![c.clone()]));
    assert_eq!(pending(all(), &[applied(&made(3, "d"))]), Err(PlanError::Unknown("0003_d".into())));
    let late = PlanError::OutOfOrder { late: "0001_a".into(), applied: "0002_b".into() };
    assert_eq!(pending(all(), &[applied(&b)]), Err(late));
    let changed = AppliedMigration { checksum: "other".into(), ..applied(&a) };
    assert_eq!(pending(all(), &[changed]), Err(PlanError::Changed("0001_a".into())));
    let same = PlanError::SameNumber("0002_b".into(), "0002_d".into());
    assert_eq!(pending(vec![made(2, "d"), b.clone()], &[]), Err(same));
}
