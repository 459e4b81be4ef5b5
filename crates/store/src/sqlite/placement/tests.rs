//! Judgements of plans, and what SQLite plans when a class has declared indexes.

use std::sync::Arc;

use astrolabe_core::query::geo::{Area, Disc, MapBox};
use astrolabe_core::query::{
    FieldPath, Filter, OrderBy, OrderKey, PlanColumn, ReadPlan, RowAccess, Test, TextQuery,
};
use astrolabe_core::schema::{
    ClassPermissions, FieldSpec, FieldType, Index, IndexKey, IndexKind, Schema, SchemaChange,
};
use astrolabe_core::text::{Analyzer, Language};
use astrolabe_core::value::{GeoPoint, Pointer, Value};
use rusqlite::Connection;

use super::{Placement, Shape, judge, query_plan};
use crate::compile::{AccessPath, Names, count, select, select_columns};
use crate::dialect::SQLITE;
use crate::sqlite::{catalogue, functions, schema_change};

/// A class with a compound index of `shop` and the price, the highest first, one of places and one of words.
fn items() -> (Connection, Schema) {
    let mut connection = Connection::open_in_memory().unwrap();
    functions::register_writing(&connection).unwrap();
    let schema = catalogue::open(&mut connection).unwrap();
    let class: Arc<str> = "Item".into();
    let field =
        |name, kind| SchemaChange::AddField { class: "Item".into(), field: FieldSpec::new(name, kind) };
    let key = |field: &str, descending| IndexKey { field: field.into(), descending };
    let keys = vec![key("shop", false), key("price", true)];
    let changes = [
        SchemaChange::AddClass { name: Arc::clone(&class), permissions: ClassPermissions::default() },
        field("shop", FieldType::String),
        field("price", FieldType::Number),
        field("weight", FieldType::Number),
        SchemaChange::AddIndex {
            class,
            index: Index { name: "i".into(), keys, unique: false, kind: IndexKind::Sorted },
        },
        field("at", FieldType::GeoPoint),
        search_index("at", IndexKind::Places),
        field("buyers", FieldType::Relation("Item".into())),
        field("words", FieldType::String),
        search_index("words", IndexKind::Text(Language::default())),
    ];
    let schema = schema_change::apply(&connection, &schema, &changes).unwrap().unwrap();
    (connection, schema)
}

fn search_index(field: &str, kind: IndexKind) -> SchemaChange {
    let keys = vec![IndexKey { field: field.into(), descending: false }];
    SchemaChange::AddIndex {
        class: "Item".into(),
        index: Index { name: field.into(), keys, unique: false, kind },
    }
}

/// The plan of a page of the items of one shop, and where it runs.
fn planned(order: &str, test: (&str, Test), access: RowAccess) -> (Vec<String>, Placement) {
    let (connection, schema) = items();
    let lines =
        query_plan(&connection, &statement_text(&schema, order, test, access, AccessPath::ByRow)).unwrap();
    let placement = judge(&lines, Shape { limited: true, filtered: true });
    (lines, placement)
}

fn plan_of(schema: &Schema, order: &str, test: (&str, Test), access: RowAccess) -> ReadPlan {
    let (descending, key) = order.strip_prefix('-').map_or((false, order), |key| (true, key));
    ReadPlan {
        class: Arc::clone(schema.class("Item").unwrap()),
        columns: vec![PlanColumn::ObjectId],
        filter: Filter::Field { path: FieldPath::top(test.0), test: test.1 },
        access,
        order: vec![OrderBy { key: OrderKey::Field(FieldPath::top(key)), descending }],
        skip: 0,
        limit: Some(100),
        index: None,
    }
}

fn statement_text(
    schema: &Schema,
    order: &str,
    test: (&str, Test),
    access: RowAccess,
    path: AccessPath,
) -> String {
    let plan = plan_of(schema, order, test, access);
    let columns = select_columns(&plan, &plan.class);
    select(&SQLITE, Names { schema, class: &plan.class }, &columns, &plan, path).sql
}

#[test]
fn a_compound_index_serves_equality_and_order() {
    let in_shop = || ("shop", Test::Equal(Value::String("a".into())));
    for access in [RowAccess::All, RowAccess::Readable(Arc::from(["*".into(), "u1".into()]))] {
        let (lines, placement) = planned("-price", in_shop(), access);
        assert!(lines[0].starts_with("SEARCH t USING") && lines[0].ends_with("(shop=?)"), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("TEMP B-TREE")), "no sort: {lines:?}");
        assert_eq!(placement, Placement::Inline);
    }
    let (lines, placement) = planned("weight", in_shop(), RowAccess::All);
    assert!(lines.iter().any(|line| line == "USE TEMP B-TREE FOR ORDER BY"), "{lines:?}");
    assert_eq!(placement, Placement::Inline, "a look-up all the same");
    let (_, placement) = planned("price", ("weight", Test::Equal(Value::Number(1.0))), RowAccess::All);
    assert_eq!(placement, Placement::Elsewhere, "no index for this one");
}

/// What an index yields in order must not draw the database away from the one that begins with the access list.
#[test]
fn by_list_takes_the_companion() {
    let (connection, schema) = items();
    let in_shop = || ("shop", Test::Equal(Value::String("a".into())));
    let access = || RowAccess::Readable(Arc::from(["*".into(), "u1".into()]));
    let begins_with_list = |sql: &str, keys: &str| {
        let lines = query_plan(&connection, sql).unwrap();
        let found = lines.iter().any(|line| {
            line.starts_with("SEARCH t USING COVERING INDEX _index_of_class_1_acl") && line.ends_with(keys)
        });
        assert!(found, "{sql}: {lines:?}");
    };
    for order in ["-price", "price", "shop", "-shop"] {
        let sql = statement_text(&schema, order, in_shop(), access(), AccessPath::ByList);
        begins_with_list(&sql, "(_acl=? AND shop=?)");
    }
    let above = ("shop", Test::Greater(Value::String("a".into())));
    let sql = statement_text(&schema, "-price", above, access(), AccessPath::ByList);
    begins_with_list(&sql, "(_acl=? AND shop>?)");
    let plan = plan_of(&schema, "price", in_shop(), access());
    let names = Names { schema: &schema, class: &plan.class };
    let counted = count(&SQLITE, names, &plan.filter, &plan.access, AccessPath::ByList);
    begins_with_list(&counted.sql, "(_acl=? AND shop=?)");
}

/// The page of each list is the beginning or the end of the index that begins with the list, without sorting.
#[test]
fn by_each_list_walks_the_companion() {
    let (connection, schema) = items();
    let access = || RowAccess::Readable(Arc::from(["*".into(), "u1".into()]));
    let in_shop = || ("shop", Test::Equal(Value::String("a".into())));
    for (order, keys) in [("price", "(_acl=? AND shop=?)"), ("-price", "(_acl=? AND shop=?)")] {
        let sql = statement_text(&schema, order, in_shop(), access(), AccessPath::ByEachList);
        let lines = query_plan(&connection, &sql).unwrap();
        let walk = lines.iter().position(|line| {
            line.starts_with("SEARCH t USING COVERING INDEX _index_of_class_1_acl") && line.ends_with(keys)
        });
        let after = walk.map(|walk| &lines[walk + 1..]).unwrap_or_default();
        assert_eq!(
            after,
            ["USE TEMP B-TREE FOR ORDER BY"],
            "only the rows of all lists are sorted: {lines:?}"
        );
        assert_eq!(judge(&lines, Shape { limited: true, filtered: true }), Placement::Inline, "{lines:?}");
    }
}

#[test]
fn searches_begin_with_their_indexes() {
    let center = GeoPoint { latitude: 52.5, longitude: 13.4 };
    let near = || Test::Near(Disc { center, radius: Some(0.001) });
    let ring =
        || [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0)].map(|(latitude, longitude)| GeoPoint { latitude, longitude });
    let search = |language| {
        let analyzer = Analyzer::folding(Language::parse(language).unwrap());
        Test::Text(TextQuery::new("coffee", analyzer))
    };
    let by_place = "SEARCH t USING INDEX _index_of_class_2 (at>? AND at<?)";
    let by_id = "SEARCH t USING INDEX sqlite_autoindex_Item_1 (objectId=?)";
    for (field, test, expected) in [
        ("at", near(), by_place),
        ("at", Test::Within(Area::Disc(Disc { center, radius: Some(3.0) })), by_place),
        ("at", Test::Within(Area::Box(MapBox::around(&ring()).unwrap())), by_place),
        ("at", Test::Within(Area::Polygon(ring().to_vec())), by_place),
        ("words", search("english"), by_id),
        ("words", search("german"), "SCAN t"),
    ] {
        let (lines, _) = planned("weight", (field, test.clone()), RowAccess::All);
        assert!(lines.iter().any(|line| line == expected), "{test:?}: {lines:?}");
    }
}

#[test]
fn judged_by_the_plan() {
    let shape = |limited, filtered| Shape { limited, filtered };
    let by_id = "SEARCH t USING INDEX sqlite_autoindex_Todo_1 (objectId=?)";
    let range = "SEARCH t USING INDEX _index_1 (score>?)";
    for (plan, shape, expected) in [
        (vec![by_id], shape(false, true), Placement::Inline),
        (vec![by_id, "USE TEMP B-TREE FOR ORDER BY"], shape(true, true), Placement::Inline),
        (
            vec![by_id, "LIST SUBQUERY 1", "SCAN json_each VIRTUAL TABLE INDEX 1:"],
            shape(false, true),
            Placement::Inline,
        ),
        (vec!["SCAN t"], shape(false, false), Placement::Elsewhere),
        (vec!["SCAN t"], shape(true, false), Placement::Inline),
        (vec!["SCAN t"], shape(true, true), Placement::Elsewhere),
        (vec!["SCAN t", "USE TEMP B-TREE FOR ORDER BY"], shape(true, false), Placement::Elsewhere),
        (
            vec!["SCAN t USING INDEX _index_1", "USE TEMP B-TREE FOR LAST TERM OF ORDER BY"],
            shape(true, false),
            Placement::Inline,
        ),
        (vec![range], shape(true, true), Placement::Inline),
        (vec![range], shape(false, true), Placement::Elsewhere),
    ] {
        let lines: Vec<_> = plan.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(judge(&lines, shape), expected, "{plan:?} {shape:?}");
    }
}

/// Whoever asks for the members of a relation, or for the owners of a member, pays for those and not for the table.
#[test]
fn relations_are_looked_up_from_either_end() {
    let (connection, schema) = items();
    let item = || Pointer { class_name: "Item".into(), object_id: "a".into() };
    let members = Filter::RelatedTo { owner: item(), field: "buyers".into() };
    let test = Test::Equal(Value::Pointer(item()));
    let owners = Filter::Field { path: FieldPath::top("buyers"), test };
    for filter in [members, owners] {
        let plan =
            ReadPlan { filter, ..plan_of(&schema, "price", ("shop", Test::Exists(true)), RowAccess::All) };
        let columns = select_columns(&plan, &plan.class);
        let names = Names { schema: &schema, class: &plan.class };
        let sql = select(&SQLITE, names, &columns, &plan, AccessPath::ByRow).sql;
        let lines = query_plan(&connection, &sql).unwrap();
        let members = |line: &String| line.starts_with("SEARCH ") && line.contains("_id=?");
        assert!(lines.iter().any(members), "{lines:?}");
        // A list of ids that is a parameter is walked.
        let walks = |line: &String| line.starts_with("SCAN") && !line.contains("VIRTUAL TABLE");
        assert!(!lines.iter().any(walks), "{lines:?}");
    }
}
