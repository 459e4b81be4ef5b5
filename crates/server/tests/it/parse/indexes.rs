//! Indexes by the schemas API, and what unique ones mean for writes.

use astrolabe_testkit::TestServer;
use serde_json::json;

const DUPLICATE: &str = "A duplicate value for a field with unique values was provided";

/// A class of things in shops.
async fn item(server: &TestServer) -> anyhow::Result<()> {
    let fields = json!({
        "shop": {"type": "String"}, "sku": {"type": "Number"}, "tags": {"type": "Array"},
        "owner": {"type": "Pointer", "targetClass": "_User"},
    });
    let body = json!({"className": "Item", "fields": fields, "indexes": {"by_shop": {"shop": 1}}});
    let made = server.post("/schemas", body).master().send().await?;
    made.expect_status(200)?;
    assert_eq!(made.json["indexes"], json!({"by_shop": {"shop": 1}}));
    Ok(())
}

#[tokio::test]
async fn indexes_come_and_go() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    item(&server).await?;
    let change = |indexes| server.put("/schemas/Item", json!({"indexes": indexes})).master().send();
    let both = json!({"shop": 1, "sku": -1, "$unique": true});
    let changed = change(json!({"by_shop": {"__op": "Delete"}, "both": both})).await?;
    assert_eq!(changed.json["indexes"], json!({"both": both}));
    change(json!({"by_shop": {"__op": "Delete"}})).await?.expect_error(400, 102)?;
    change(json!({"both": {"shop": 1}})).await?.expect_error(400, 102)?;
    for refused in [
        json!({"a b": {"shop": 1}}),
        json!({"i": {}}),
        json!({"i": {"none": 1}}),
        json!({"i": {"tags": 1}}),
        json!({"i": {"sku": "text"}}),
        json!({"i": {"shop": "text", "sku": 1}}),
        json!({"i": {"shop": "text", "$language": "klingon"}}),
        json!({"i": {"shop": "2dsphere"}}),
        json!({"i": {"shop": 3}}),
        json!({"fine": {"sku": 1}, "i": {"none": 1}}),
        json!("shop"),
    ] {
        change(refused).await?.expect_error(400, 102)?;
    }
    let shown = server.get("/schemas/Item").master().send().await?;
    assert_eq!(shown.json["indexes"], json!({"both": both}), "a refused change changes nothing");
    let gone = json!({"fields": {"sku": {"__op": "Delete"}}});
    let changed = server.put("/schemas/Item", gone).master().send().await?;
    assert!(changed.json.get("indexes").is_none(), "an index goes with its field: {}", changed.text);
    server.stop().await
}

#[tokio::test]
async fn unique_indexes_refuse_duplicates() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    item(&server).await?;
    let make = |shop, sku| server.post("/classes/Item", json!({"shop": shop, "sku": sku})).send();
    for _ in 0..2 {
        make("a", json!(1)).await?.expect_status(201)?;
    }
    let unique = json!({"indexes": {"one": {"shop": 1, "sku": 1, "$unique": true}}});
    let declare = || server.put("/schemas/Item", unique.clone()).master().send();
    let refused = declare().await?;
    refused.expect_error(400, 137)?;
    assert_eq!(refused.json["error"], format!("{DUPLICATE}: shop, sku"));
    server.delete("/purge/Item").master().send().await?.expect_status(200)?;
    declare().await?.expect_status(200)?;
    make("a", json!(1)).await?.expect_status(201)?;
    make("b", json!(1)).await?.expect_status(201)?;
    for _ in 0..2 {
        make("a", json!(null)).await?.expect_status(201)?;
    }
    let second = make("a", json!(2)).await?;
    let path = format!("/classes/Item/{}", second.json["objectId"].as_str().unwrap_or_default());
    make("a", json!(1)).await?.expect_error(400, 137)?;
    server.put(&path, json!({"sku": 1})).send().await?.expect_error(400, 137)?;
    let new_field = json!({"shop": "a", "sku": 1, "fresh": true});
    server.post("/classes/Item", new_field).send().await?.expect_error(400, 137)?;
    let shown = server.get("/schemas/Item").master().send().await?;
    assert!(shown.json["fields"].get("fresh").is_none(), "a write that fails makes no field");
    server.stop().await
}

/// What GET shows can be sent back, and makes the same class on another server.
#[tokio::test]
async fn schemas_round_trip() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let body = json!({"className": "Full", "fields": {
        "text": {"type": "String", "required": true, "defaultValue": "x"},
        "number": {"type": "Number", "defaultValue": 0},
        "at": {"type": "Date", "defaultValue": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}},
        "place": {"type": "GeoPoint"},
        "list": {"type": "Array", "defaultValue": [1, "a"]},
        "owner": {"type": "Pointer", "targetClass": "_User", "onDelete": "cascade"},
        "parent": {"type": "Pointer", "targetClass": "Full", "onDelete": "setNull"},
        "lock": {"type": "Pointer", "targetClass": "Full", "onDelete": "restrict", "required": true},
        "friends": {"type": "Relation", "targetClass": "_User"},
    }, "indexes": {
        "a": {"text": 1, "number": -1, "$unique": true},
        "b": {"owner": 1, "createdAt": -1},
    }, "classLevelPermissions": {"find": {"requiresAuthentication": true}, "get": {"*": true}}});
    server.post("/schemas", body.clone()).master().send().await?.expect_status(200)?;
    let shown = server.get("/schemas/Full").master().send().await?;
    assert_eq!(shown.json["fields"]["lock"]["onDelete"], "restrict");
    assert_eq!(shown.json["indexes"], body["indexes"]);
    let again = server.put("/schemas/Full", shown.json.clone()).master().send().await?;
    again.expect_status(200)?;
    assert_eq!(again.json, shown.json);
    let classes = server.get("/schemas").master().send().await?;
    for class in classes.results() {
        let name = class["className"].as_str().unwrap_or_default();
        let again = server.put(&format!("/schemas/{name}"), class.clone()).master().send().await?;
        again.expect_status(200)?;
        assert_eq!(again.json, *class);
    }
    let other = TestServer::start().await?;
    let made = other.post("/schemas", shown.json.clone()).master().send().await?;
    made.expect_status(200)?;
    assert_eq!(made.json, shown.json);
    other.stop().await?;
    server.stop().await
}
