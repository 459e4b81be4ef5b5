//! Bodies of writes as nobody should send them.

use proptest::prelude::*;

use super::*;
use crate::access::Caller;
use crate::error::ErrorCode;
use crate::hostile_json::{is_fair, json, object};
use crate::limits;
use crate::query::parse_where;
use crate::schema::{ClassPermissions, SchemaAction, parse_schema_request};

fn write(kind: WriteKind) -> Write {
    Write::new("Note", kind, "abc".into(), Timestamp(0))
}

fn scopes() -> [Scope; 3] {
    [Caller::Anonymous, Caller::Master { read_only: false }, Caller::Maintenance].map(Scope::for_caller)
}

/// Reads a body and does with it what the pipelines do before they ask the store.
fn read(kind: WriteKind, scope: &Scope, body: JsonMap) -> Result<()> {
    let mut write = write(kind);
    write.read_body(scope, body)?;
    write.wanted_types().for_each(drop);
    let mut object = JsonMap::new();
    for (path, edit) in write.nested.into_values().flatten() {
        crate::value::edit_nested(&mut object, &path, edit)?;
    }
    for op in write.fields.into_values() {
        crate::value::flatten_for_create(op).map(|value| value.to_json());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(body in object()) {
        for kind in [WriteKind::Create, WriteKind::Update] {
            for scope in scopes() {
                is_fair(read(kind, &scope, body.clone()))?;
            }
        }
    }

    #[test]
    fn any_value_is_read_or_refused(json in json()) {
        is_fair(Value::from_json(json.clone()))?;
        is_fair(Acl::from_json(&json))?;
        is_fair(ClassPermissions::from_json(&json))?;
        is_fair(parse_field(json))?;
    }

    #[test]
    fn any_condition_is_read_or_refused(conditions in object()) {
        is_fair(parse_where(None, &conditions, Timestamp(0)))?;
    }

    #[test]
    fn any_schema_is_read_or_refused(body in object(), fields in object()) {
        let mut with_fields = body.clone();
        with_fields.insert("fields".into(), fields.into());
        for action in [SchemaAction::Create, SchemaAction::Change] {
            is_fair(parse_schema_request(action, "Note", &body))?;
            is_fair(parse_schema_request(action, "Note", &with_fields))?;
        }
    }
}

#[test]
fn an_access_list_that_is_taken_away() {
    for (kind, expected) in [(WriteKind::Create, None), (WriteKind::Update, Some(Some(Acl::default())))] {
        for json in [Json::Null, serde_json::json!({ "__op": "Delete" })] {
            let mut write = write(kind);
            assert_eq!(write.read_acl(&json), Ok(()));
            assert_eq!(write.acl, expected, "{kind:?} {json}");
        }
    }
}

#[test]
fn names_are_shown_as_they_were_sent() {
    for (key, shown) in
        [("a\nb", "a\nb"), ("a\0", "a\0"), (&"é".repeat(500), &"é".repeat(limits::NAME_LEN_MAX))]
    {
        let body = JsonMap::from_iter([(key.to_owned(), Json::Null)]);
        let error = write(WriteKind::Create).read_body(&scopes()[0], body).err();
        let expected = Error::new(ErrorCode::InvalidKeyName, format!("Invalid field name: {shown}."));
        assert_eq!(error, Some(expected));
    }
}
