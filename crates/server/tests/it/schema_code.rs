//! The schema as files and migrations, by the commands of the real program.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::program::{Ended, Folder, Running};

const SERVER: [&str; 7] = ["start", "--listen", "127.0.0.1:0", "--app-id", "shop", "--log-level", "error"];
const KEY: (&str, &str) = ("ASTROLABE_MASTER_KEY", "master");

/// A project with the class files of a shop.
fn shop() -> Folder {
    let folder = Folder::new();
    folder.write(".env", "ASTROLABE_APP_ID=shop\nASTROLABE_MASTER_KEY=master\n");
    folder
}

fn write_item(folder: &Folder, fields: &str) {
    std::fs::create_dir_all(folder.path().join("schema/migrations")).unwrap();
    folder.write("schema/Item.jsonc", &format!("{{ \"className\": \"Item\", \"fields\": {{ {fields} }} }}"));
}

#[track_caller]
fn succeeds(ended: Ended) -> String {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    ended.stdout
}

#[track_caller]
fn fails(ended: Ended, with: &str) {
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(ended.stderr.contains(with), "{}", ended.stderr);
}

fn send(server: &Running, method: Method, path: &str, body: Option<Json>) -> Json {
    let request = reqwest::Client::new()
        .request(method, format!("{}/parse{path}", server.url))
        .header("X-Parse-Application-Id", "shop")
        .header("X-Parse-Master-Key", KEY.1)
        .json(&body.unwrap_or_else(|| json!({})));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() })
}

#[test]
fn pull_writes_files_and_keeps_what_people_wrote() {
    let folder = shop();
    let server = folder.start(&SERVER);
    let schema = json!({
        "fields": {
            "title": { "type": "String", "required": true },
            "owner": { "type": "Pointer", "targetClass": "_User", "onDelete": "cascade" },
        },
        "indexes": { "by_owner": { "owner": 1, "createdAt": -1 } },
        "classLevelPermissions": { "find": { "pointerFields": ["owner"] }, "ACL": { "currentUser": { "read": true } } },
    });
    send(&server, Method::POST, "/schemas/Item", Some(schema));
    send(&server, Method::PUT, "/schemas/_User", Some(json!({ "fields": { "nick": { "type": "String" } } })));

    // Beside the running server.
    assert_eq!(
        succeeds(folder.run(&["schema", "pull"])),
        "wrote schema/Item.jsonc\nwrote schema/_User.jsonc\n"
    );
    let text = folder.read("schema/Item.jsonc");
    for line in [
        "    \"owner\": { \"type\": \"Pointer\", \"targetClass\": \"_User\", \"onDelete\": \"cascade\" },\n",
        "    \"title\": { \"type\": \"String\", \"required\": true }\n",
        "    \"by_owner\": { \"owner\": 1, \"createdAt\": -1 }\n",
        "    \"find\": { \"pointerFields\": [\"owner\"] },\n",
        "    \"ACL\": { \"currentUser\": { \"read\": true } },\n",
    ] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
    assert!(folder.read("schema/_User.jsonc").contains("nick"));
    assert!(succeeds(folder.run(&["schema", "diff", "--exit-code"])).contains("say the same"));

    // What only people write stays when the class changes, and a file that says the same is left alone.
    let told = text.replacen('{', "// For sale.\n{", 1).replace(
        "\"required\": true }",
        "\"required\": true, \"description\": \"What it is.\" }, // as shown",
    );
    folder.write("schema/Item.jsonc", &told);
    assert!(succeeds(folder.run(&["schema", "pull"])).contains("says what the database of"));
    assert_eq!(folder.read("schema/Item.jsonc"), told);
    send(&server, Method::PUT, "/schemas/Item", Some(json!({ "fields": { "price": { "type": "Number" } } })));
    assert_eq!(succeeds(folder.run(&["schema", "pull"])), "wrote schema/Item.jsonc\n");
    let text = folder.read("schema/Item.jsonc");
    assert!(
        text.starts_with("// For sale.\n{") && text.contains("\"description\": \"What it is.\""),
        "{text}"
    );

    send(&server, Method::DELETE, "/schemas/Item", None);
    assert_eq!(succeeds(folder.run(&["schema", "pull"])), "removed schema/Item.jsonc\n");
    assert_eq!(server.terminate().code, Some(0));
}

#[test]
fn a_rename_keeps_the_objects() {
    let folder = shop();
    write_item(&folder, r#""title": { "type": "String" }, "old": { "type": "Number" }"#);
    succeeds(folder.run(&["schema", "migrate", "new", "First items!"]));
    assert!(folder.read("schema/migrations/0001_first_items.jsonc").contains("addClass"));
    assert_eq!(succeeds(folder.run(&["schema", "migrate"])), "applied 0001_first_items\n");
    let server = folder.start(&SERVER);
    send(&server, Method::POST, "/classes/Item", Some(json!({ "title": "a", "old": 1 })));
    assert_eq!(server.terminate().code, Some(0));

    folder.write(
        "schema/Item.jsonc",
        r#"{ "className": "Product", "renamedFrom": "Item",
             "fields": { "name": { "type": "String", "renamedFrom": "title" } } }"#,
    );
    let diff = folder.run(&["schema", "diff", "--exit-code"]);
    assert_eq!(diff.code, Some(1));
    let expected = "  > class Item becomes Product\n  > field Product.title becomes Product.name\n  - field Product.old   \
                    LOSES DATA: the values of the field are lost\n\n3 changes, 1 of them with a loss of data.\n";
    assert!(diff.stdout.ends_with(expected), "{}", diff.stdout);

    succeeds(folder.run(&["schema", "migrate", "new", "product"]));
    let status = succeeds(folder.run(&["schema", "migrate", "status"]));
    assert!(status.contains("applied") && status.contains("pending"), "{status}");
    assert_eq!(succeeds(folder.run(&["schema", "migrate"])), "applied 0002_product\n");
    assert!(succeeds(folder.run(&["schema", "migrate"])).starts_with("Nothing is pending"));
    assert!(succeeds(folder.run(&["schema", "diff"])).contains("say the same"));
    // The former name may stay in the file.
    assert!(succeeds(folder.run(&["schema", "migrate", "new", "x"])).contains("nothing to make"));

    let server = folder.start(&SERVER);
    let found = send(&server, Method::GET, "/classes/Product", None);
    assert_eq!(found["results"][0]["name"], json!("a"), "{found}");
    assert_eq!(found["results"][0].get("old"), None);
    assert_eq!(send(&server, Method::GET, "/schemas/Item", None)["code"], json!(103));
    assert_eq!(server.terminate().code, Some(0));
}

#[test]
fn a_server_starts_with_the_schema_it_knows_only() {
    let folder = shop();
    write_item(&folder, r#""title": { "type": "String" }"#);
    succeeds(folder.run(&["schema", "migrate", "new", "items"]));
    fails(folder.run(&SERVER), "migrations of the app shop are pending: 0001_items");

    let server = folder.start(&[&SERVER[..], &["--migrate"]].concat());
    fails(folder.run(&["schema", "migrate"]), "in use by another server");
    assert!(succeeds(folder.run(&["schema", "migrate", "status"])).contains("applied"));
    assert_eq!(server.terminate().code, Some(0));
    assert_eq!(folder.start(&SERVER).terminate().code, Some(0));

    // A checkout from before the migration.
    let path = folder.path().join("schema/migrations/0001_items.jsonc");
    let text = folder.read("schema/migrations/0001_items.jsonc");
    std::fs::remove_file(&path).unwrap();
    for args in [&SERVER[..], &[&SERVER[..], &["--migrate"]].concat(), &["schema", "migrate"]] {
        fails(folder.run(args), "the database has the migration 0001_items, which is not here");
    }
    // Without a folder of migrations nothing is asked of the database.
    std::fs::remove_dir(folder.path().join("schema/migrations")).unwrap();
    assert_eq!(folder.start(&SERVER).terminate().code, Some(0));

    // Comments may change, steps may not.
    std::fs::create_dir(folder.path().join("schema/migrations")).unwrap();
    std::fs::write(&path, format!("// More.\n{text}")).unwrap();
    assert_eq!(folder.start(&SERVER).terminate().code, Some(0));
    std::fs::write(&path, text.replace("\"String\"", "\"Number\"")).unwrap();
    fails(folder.run(&SERVER), "0001_items was changed after it was applied");
}

#[test]
fn migrations_have_one_order() {
    let folder = shop();
    write_item(&folder, r#""a": { "type": "String" }"#);
    succeeds(folder.run(&["schema", "migrate", "new", "a"]));
    let add = |field: &str| {
        let definition = r#"{ "type": "Number" }"#;
        format!(
            r#"{{ "steps": [{{ "op": "addField", "class": "Item", "field": "{field}", "definition": {definition} }}] }}"#
        )
    };
    folder.write("schema/migrations/0003_c.jsonc", &add("c"));
    assert_eq!(succeeds(folder.run(&["schema", "migrate"])), "applied 0001_a\napplied 0003_c\n");
    folder.write("schema/migrations/0003_d.jsonc", &add("d"));
    fails(folder.run(&["schema", "migrate"]), "0003_c and 0003_d have the same number");
    std::fs::remove_file(folder.path().join("schema/migrations/0003_d.jsonc")).unwrap();
    folder.write("schema/migrations/0002_b.jsonc", &add("b"));
    fails(folder.run(&["schema", "migrate"]), "0002_b comes before 0003_c");
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    let folder = shop();
    write_item(&folder, r#""a": { "type": "String" }"#);
    succeeds(folder.run(&["schema", "migrate", "new", "a"]));
    succeeds(folder.run(&["schema", "migrate"]));
    folder.write(
        "schema/migrations/0002_b.jsonc",
        r#"{ "steps": [{ "op": "renameField", "class": "Item", "field": "a", "to": "b" },
                       { "op": "dropField", "class": "Item", "field": "never" }] }"#,
    );
    fails(folder.run(&["schema", "migrate"]), "0002_b cannot be applied; nothing of it was");
    let status = succeeds(folder.run(&["schema", "migrate", "status"]));
    assert!(status.contains("pending") && status.matches("applied").count() == 1, "{status}");
    assert!(succeeds(folder.run(&["schema", "diff"])).contains("say the same"));
}

#[test]
fn a_database_from_before_is_taken_over() {
    let folder = shop();
    let server = folder.start(&SERVER);
    let fields = json!({ "fields": { "title": { "type": "String" } } });
    send(&server, Method::POST, "/schemas/Item", Some(fields));
    send(&server, Method::POST, "/classes/Item", Some(json!({ "title": "a" })));
    assert_eq!(server.terminate().code, Some(0));

    succeeds(folder.run(&["schema", "pull"]));
    let text = folder.read("schema/Item.jsonc");
    let renamed = text.replace("\"title\": {", "\"name\": { \"renamedFrom\": \"title\",");
    folder.write("schema/Item.jsonc", &renamed);
    fails(
        folder.run(&["schema", "migrate", "new", "x"]),
        "make a migration of the classes as they were first",
    );
    folder.write("schema/Item.jsonc", &text);
    succeeds(folder.run(&["schema", "migrate", "new", "as it was"]));
    folder.write("schema/Item.jsonc", &renamed);
    succeeds(folder.run(&["schema", "migrate", "new", "rename"]));
    assert_eq!(succeeds(folder.run(&["schema", "migrate"])), "applied 0001_as_it_was\napplied 0002_rename\n");
    let server = folder.start(&SERVER);
    assert_eq!(send(&server, Method::GET, "/classes/Item", None)["results"][0]["name"], json!("a"));
    assert_eq!(server.terminate().code, Some(0));
}

#[test]
fn mistakes_name_the_file() {
    let folder = shop();
    write_item(&folder, r#""a": { "type": "Text" }"#);
    fails(folder.run(&["schema", "diff"]), "schema/Item.jsonc: invalid field type: Text");
    write_item(&folder, r#""a": { "type": "String" }"#);
    folder.write("schema/migrations/first.jsonc", "{}");
    fails(
        folder.run(&["schema", "migrate"]),
        "schema/migrations/first.jsonc: its name must begin with a number",
    );
    let elsewhere = Folder::new();
    let ended = elsewhere.run(&["schema", "pull"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("there is no app in data"), "{}", ended.stderr);
}

#[test]
fn types_are_written_and_checked() {
    let folder = shop();
    write_item(&folder, r#""a": { "type": "String" }"#);
    fails(folder.run(&["types", "--check", "--from-files"]), "src/astrolabe/parse.ts is not up to date");
    let wrote = succeeds(folder.run(&["types", "--from-files", "--only", "rest,zod"]));
    assert_eq!(wrote, "wrote src/astrolabe/rest.ts\nwrote src/astrolabe/zod.ts\n");
    let upto = succeeds(folder.run(&["types", "--from-files", "--only", "rest,zod"]));
    assert_eq!(upto, "src/astrolabe is up to date.\n");
    succeeds(folder.run(&["types", "--from-files", "--only", "rest,zod", "--check"]));
    for args in [["--only", "drizzle"], ["--only", "java"]] {
        assert_eq!(folder.run(&[&["types", "--from-files"][..], &args].concat()).code, Some(2));
    }
    succeeds(folder.run(&["schema", "migrate", "new", "items"]));
    succeeds(folder.run(&["schema", "migrate"]));
    succeeds(folder.run(&["types", "--only", "drizzle"]));
    assert!(folder.read("src/astrolabe/drizzle.ts").contains("sqliteTable('Item'"));
}
