//! Files of older versions, brought up to date when they are opened.

use std::sync::Arc;

use astrolabe_core::access::Acl;
use astrolabe_core::query::{Filter, ReadPlan, RowAccess};
use astrolabe_core::schema::{FieldSpec, FieldType, system_classes};
use astrolabe_store::{SqliteOptions, SqliteStore};
use rusqlite::Connection;

use super::fixture;
use crate::support::*;

/// Undoes what format 2 changed.
const BACK_TO_FORMAT_1: &str = r#"
    ALTER TABLE "Todo" ADD COLUMN _rperm TEXT;
    ALTER TABLE "Todo" ADD COLUMN _wperm TEXT;
    UPDATE "Todo" SET (_rperm, _wperm) = (SELECT readers, writers FROM _acl WHERE id = "Todo"._acl);
    DROP INDEX "_index_created_Todo";
    DROP INDEX "_index_created_Todo_acl";
    DROP INDEX "_index_1_acl";
    ALTER TABLE "Todo" DROP COLUMN _acl;
    DROP TABLE _catalog_index;
    ALTER TABLE _catalog_field DROP COLUMN on_delete;
    DROP TABLE _acl; DROP TABLE _acl_reader; DROP TABLE _acl_writer;
    UPDATE _catalog_meta SET format_version = 1;
"#;

/// Names of the indexes and tables, and what makes them. Columns that were added later stand at the end of two tables.
fn definitions(connection: &Connection) -> Vec<(String, String)> {
    let mut statement = connection
        .prepare("SELECT name, IFNULL(sql, '') FROM sqlite_schema WHERE name NOT IN ('Todo', '_catalog_field') ORDER BY name")
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn open(path: &std::path::Path) -> Result<SqliteStore, astrolabe_core::ports::StoreError> {
    SqliteStore::open(path, SqliteOptions::default(), Arc::default())
}

#[test]
fn lists_in_rows_are_interned() {
    let mut fixture = fixture();
    let path = fixture.folder.path().join("app.db");
    block_on(async {
        let indexed = FieldSpec { indexed: true, ..FieldSpec::new("n", FieldType::Number) };
        fixture.class_with("Todo", vec![indexed]).await.unwrap();
        let class = fixture.get_class("Todo");
        let odd = Acl::private_to("a\"b\\").with_public_read();
        let acls = [None, Some(Acl::default()), Some(Acl::private_to("u1")), Some(odd)];
        for (n, acl) in acls.iter().cycle().take(8).enumerate() {
            let step = insert_step(&class, &format!("t{n}"), acl.clone(), &[("n", number(n as f64))]);
            fixture.submit(step).await.unwrap();
        }
    });
    let rows = |fixture: &Fixture| block_on(fixture.read(fixture.plan("Todo", Filter::all()))).unwrap();
    let before = rows(&fixture);
    block_on(fixture.store.close());
    let connection = Connection::open(&path).unwrap();
    let wanted = definitions(&connection);
    connection.execute_batch(BACK_TO_FORMAT_1).unwrap();
    // A file that cannot be migrated stays as it is.
    connection.execute_batch("CREATE TABLE _acl (x)").unwrap();
    let old = definitions(&connection);
    assert!(open(&path).is_err());
    assert_eq!(definitions(&connection), old);
    connection.execute_batch("DROP TABLE _acl").unwrap();

    fixture.store = Arc::new(open(&path).unwrap());
    assert_eq!(rows(&fixture), before);
    assert_eq!(definitions(&connection), wanted);
    for (principal, expected) in
        [("u1", "t0 t2 t3 t4 t6 t7"), ("a\"b\\", "t0 t3 t4 t7"), ("x", "t0 t3 t4 t7")]
    {
        let access = RowAccess::Readable(Arc::new(["*".to_owned(), principal.to_owned()]));
        let plan = ReadPlan { access, ..fixture.plan("Todo", Filter::all()) };
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(ids(block_on(fixture.read(plan)).unwrap()), expected, "{principal}");
    }
    block_on(async {
        let step = insert_step(&fixture.get_class("Todo"), "new", Some(Acl::private_to("u1")), &[]);
        fixture.submit(step).await.unwrap();
        fixture.store.close().await;
    });
    let lists: i64 = connection.query_row("SELECT COUNT(*) FROM _acl", [], |row| row.get(0)).unwrap();
    assert_eq!(lists, 3, "the new row has a list that was there");
    fixture.store = Arc::new(open(&path).unwrap());
    assert_eq!(rows(&fixture).len(), 9);
}

/// A file of format 1 in which `_Installation` had no indexes, sessions no deletion rule and addresses another
/// visibility.
fn age_system_classes(connection: &Connection) {
    let names = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let later = "SELECT name FROM sqlite_schema WHERE type = 'index' AND (name LIKE '%\\_acl' ESCAPE '\\' \
        OR name LIKE '\\_index\\_created%' ESCAPE '\\' OR tbl_name = '_Installation' AND sql IS NOT NULL)";
    for index in names(later) {
        connection.execute_batch(&format!("DROP INDEX \"{index}\"")).unwrap();
    }
    for table in names("SELECT table_name FROM _catalog_class") {
        let columns =
            "ADD COLUMN _rperm TEXT; ALTER TABLE t ADD COLUMN _wperm TEXT; ALTER TABLE t DROP COLUMN _acl";
        let sql = format!("ALTER TABLE t {columns}").replace("TABLE t", &format!("TABLE \"{table}\""));
        connection.execute_batch(&sql).unwrap();
    }
    connection
        .execute_batch(
            "UPDATE _catalog_field SET is_indexed = 0 WHERE name IN ('installationId', 'deviceToken'); \
             UPDATE _catalog_field SET visibility = 'owner' WHERE name = 'email'; \
             ALTER TABLE _catalog_field DROP COLUMN on_delete; DROP TABLE _catalog_index; \
             DROP TABLE _acl; DROP TABLE _acl_reader; DROP TABLE _acl_writer; \
             UPDATE _catalog_meta SET format_version = 1;",
        )
        .unwrap();
}

/// The fields of all classes, and the indexes.
fn fields_and_indexes(connection: &Connection) -> Vec<String> {
    let sql = "SELECT c.name || '.' || json_array(f.id, f.name, f.column_name, f.kind, f.target, f.required, \
            f.default_value, f.visibility, f.is_unique, f.is_indexed, f.on_delete) \
            FROM _catalog_field AS f JOIN _catalog_class AS c ON c.id = f.class_id \
        UNION ALL SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1";
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn system_classes_become_those_of_today() {
    let mut fixture = fixture();
    let path = fixture.folder.path().join("app.db");
    block_on(async {
        fixture.store.change_schema(system_classes()).await.unwrap();
        fixture.store.close().await;
    });
    let connection = Connection::open(&path).unwrap();
    let wanted = fields_and_indexes(&connection);
    age_system_classes(&connection);
    fixture.store = Arc::new(open(&path).unwrap());
    let version = block_on(fixture.store.change_schema(system_classes())).unwrap().version;
    assert_eq!(fields_and_indexes(&connection), wanted);
    let again = block_on(fixture.store.change_schema(system_classes())).unwrap();
    assert_eq!(again.version, version, "nothing is left to do");
    let plain = [FieldSpec::new("installationId", FieldType::String)];
    block_on(fixture.class_with("_Installation", plain.into())).unwrap();
    assert_eq!(fields_and_indexes(&connection), wanted, "an index is not lost to who does not ask for it");
}
