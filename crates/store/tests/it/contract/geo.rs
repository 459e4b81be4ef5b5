//! Places and areas.

use astrolabe_core::query::geo::{Area, Disc, EARTH_RADIUS_KM, MapBox};
use astrolabe_core::query::{FieldPath, OrderBy, OrderKey, ReadPlan, Test};
use astrolabe_core::schema::{FieldType, Index, IndexKey, IndexKind, SchemaChange};
use astrolabe_core::value::{GeoPoint, Value};

use crate::support::*;

fn at(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint { latitude, longitude }
}

const BERLIN: GeoPoint = GeoPoint { latitude: 52.52, longitude: 13.405 };

async fn places(fixture: &Fixture) {
    let fields = [
        ("at", FieldType::GeoPoint),
        ("area", FieldType::Polygon),
        ("name", FieldType::String),
        ("info", FieldType::Object),
    ];
    fixture.class("Place", &fields).await;
    for (id, place) in [
        ("berlin", BERLIN),
        ("potsdam", at(52.4, 13.06)),
        ("fiji", at(-17.0, 179.9)),
        ("samoa", at(-17.0, -179.9)),
        ("pole", at(90.0, 10.0)),
        ("camp", at(89.99, -170.0)),
    ] {
        let info = json(serde_json::json!({"at": Value::GeoPoint(place).to_json()}));
        fixture.insert("Place", id, &[("at", Value::GeoPoint(place)), ("info", info)]).await;
    }
    fixture.insert("Place", "nowhere", &[("name", text("x"))]).await;
}

fn disc(center: GeoPoint, km: f64) -> Disc {
    Disc { center, radius: Some(km / EARTH_RADIUS_KM) }
}

fn map_box(one: GeoPoint, other: GeoPoint) -> Test {
    Test::Within(Area::Box(MapBox::around(&[one, other]).unwrap()))
}

pub async fn areas(fixture: &Fixture) {
    places(fixture).await;
    let everywhere = Disc { center: BERLIN, radius: None };
    let all = ["berlin", "potsdam", "fiji", "samoa", "pole", "camp"];
    let triangle = vec![at(52.0, 13.0), at(53.0, 13.0), at(52.5, 14.0)];
    for (path, test, expected) in [
        ("at", Test::Near(everywhere), &all[..]),
        ("at", Test::Near(disc(BERLIN, 20.0)), &["berlin"]),
        ("at", Test::Within(Area::Disc(disc(BERLIN, 30.0))), &["berlin", "potsdam"]),
        ("at", Test::Near(disc(BERLIN, 0.0)), &["berlin"]),
        ("at", Test::Near(disc(at(-17.0, 180.0), 20.0)), &["fiji", "samoa"]),
        ("at", Test::Near(disc(at(-17.0, -180.0), 20.0)), &["fiji", "samoa"]),
        ("at", Test::Near(disc(at(90.0, 0.0), 2.0)), &["pole", "camp"]),
        ("at", Test::Near(disc(at(89.99, 100.0), 1.0)), &[]),
        ("at", Test::Near(disc(at(0.0, 0.0), 20_100.0)), &all),
        ("at", map_box(at(52.0, 13.0), at(53.0, 13.405)), &["berlin", "potsdam"]),
        ("at", map_box(at(53.0, 13.1), at(52.0, 14.0)), &["berlin"]),
        ("at", map_box(at(-90.0, 179.0), at(0.0, 180.0)), &["fiji"]),
        ("at", Test::Within(Area::Polygon(triangle)), &["berlin", "potsdam"]),
        ("at", Test::Surrounds(BERLIN), &[]),
        ("name", Test::Near(everywhere), &[]),
        ("info.at", Test::Near(everywhere), &[]),
        ("none", Test::Near(everywhere), &[]),
        ("objectId", Test::Near(everywhere), &[]),
    ] {
        assert_eq!(fixture.ids("Place", when(path, test.clone())).await, expected, "{path} {test:?}");
        let plan = fixture.plan("Place", when(path, test));
        assert_eq!(fixture.store.count(plan).await.unwrap(), expected.len() as u64);
    }
}

pub async fn polygons(fixture: &Fixture) {
    places(fixture).await;
    let square =
        Value::Polygon(vec![at(0.0, 0.0), at(0.0, 10.0), at(10.0, 10.0), at(10.0, 0.0), at(0.0, 0.0)]);
    fixture.insert("Place", "square", &[("area", square.clone())]).await;
    for (test, expected) in [
        (Test::Surrounds(at(5.0, 5.0)), &["square"][..]),
        (Test::Surrounds(at(0.0, 3.0)), &["square"]),
        (Test::Surrounds(at(10.0, 10.0)), &["square"]),
        (Test::Surrounds(at(-0.1, 3.0)), &[]),
        (Test::Within(Area::Disc(Disc { center: BERLIN, radius: None })), &[]),
        (Test::Equal(square.clone()), &["square"]),
    ] {
        assert_eq!(fixture.ids("Place", when("area", test.clone())).await, expected, "{test:?}");
    }
}

pub async fn sorted_by_distance(fixture: &Fixture) {
    places(fixture).await;
    let by = |path: &str, descending| OrderBy {
        key: OrderKey::Distance(FieldPath::parse(path), BERLIN),
        descending,
    };
    let near_first = ["nowhere", "berlin", "potsdam", "pole", "camp", "fiji", "samoa"];
    let far_first: Vec<_> = near_first.iter().rev().copied().collect();
    for (order, expected) in [
        (by("at", false), &near_first[..]),
        (by("at", true), &far_first),
        (by("name", false), &["berlin", "potsdam", "fiji", "samoa", "pole", "camp", "nowhere"]),
    ] {
        let plan = fixture.plan("Place", astrolabe_core::query::Filter::all());
        let plan = ReadPlan { order: vec![order.clone()], ..plan };
        assert_eq!(ids(fixture.read(plan).await.unwrap()), expected, "{order:?}");
    }
}

/// An index changes nothing but the way.
pub async fn indexed_places(fixture: &Fixture) {
    places(fixture).await;
    let keys = vec![IndexKey { field: "at".into(), descending: false }];
    let index = Index { name: "places".into(), keys, unique: false, kind: IndexKind::Places };
    let add = SchemaChange::AddIndex { class: "Place".into(), index: index.clone() };
    fixture.store.change_schema(vec![add]).await.unwrap();
    assert!(fixture.get_class("Place").indexes.values().eq([&index]));
    let near = when("at", Test::Near(disc(at(-17.0, 180.0), 20.0)));
    assert_eq!(fixture.ids("Place", near.clone()).await, ["fiji", "samoa"]);
    fixture.submit(delete_step(&fixture.get_class("Place"), id_is("fiji"))).await.unwrap();
    assert_eq!(fixture.ids("Place", near).await, ["samoa"]);
    let drop_field = SchemaChange::DropField { class: "Place".into(), field: "at".into() };
    fixture.store.change_schema(vec![drop_field]).await.unwrap();
    assert!(fixture.get_class("Place").indexes.is_empty());
}
