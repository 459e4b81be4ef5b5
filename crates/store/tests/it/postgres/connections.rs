//! Connections that are lost, servers that are away, and what a server refuses.

use std::sync::Arc;
use std::time::{Duration, Instant};

use astrolabe_core::ports::{Explained, Store, StoreError};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::{FieldSpec, FieldType};
use astrolabe_store::{PostgresOptions, PostgresServer};
use tokio_postgres::NoTls;

use super::{RUNTIME, fixture, fixture_with_schema, temporary};
use crate::support::*;

/// Runs a statement beside the store.
fn beside(sql: &str) {
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(&temporary::address(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    });
}

fn server_at(address: &str) -> PostgresServer {
    let options = PostgresOptions { shared_connections: 1, ..PostgresOptions::default() };
    PostgresServer::new(address, options, RUNTIME.handle().clone()).unwrap()
}

#[test]
fn lost_connections_come_back() {
    let (fixture, schema) = fixture_with_schema();
    block_on(fixture.class("Todo", &[]));
    let name = format!("{schema}_lost");
    let address = temporary::address();
    let joint = if address.contains('?') { '&' } else { '?' };
    let server = server_at(&format!("{address}{joint}application_name={name}"));
    let store = RUNTIME.block_on(server.open(&schema, Arc::default())).unwrap();
    let class = Arc::clone(store.schema().class("Todo").unwrap());
    for round in 0..3 {
        beside(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}'",
            &name[..name.len().min(63)]
        ));
        block_on(async {
            // Nothing is lost for longer than a moment.
            let until = Instant::now() + Duration::from_secs(5);
            let count = loop {
                match store.count(plan(&class, Filter::all())).await {
                    Ok(count) => break count,
                    Err(error) => assert!(Instant::now() < until, "{error}"),
                }
            };
            assert_eq!(count, round);
            let step = insert_step(&class, &format!("t{round}"), None, &[]);
            store.submit(astrolabe_core::ports::WriteJob { steps: vec![step] }).await.unwrap();
        });
    }
}

#[test]
fn a_server_that_is_away_is_named_at_once() {
    let server = server_at("postgres://nobody@127.0.0.1:1/none");
    let begun = Instant::now();
    for _ in 0..5 {
        let opened = RUNTIME.block_on(server.open("x", Arc::default())).err();
        assert!(
            matches!(&opened, Some(StoreError::Unavailable(reason)) if reason.contains("refused")),
            "{opened:?}"
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn addresses() {
    for (address, fits) in [
        ("postgres://u:p@h:5432/d", true),
        ("postgresql://u@h/d?sslmode=prefer", true),
        ("postgres://u@h/d?sslmode=require", true),
        ("postgres://u@h/d?sslmode=always", false),
        ("postgres://u@h:x/d", false),
        ("nonsense", false),
    ] {
        assert_eq!(PostgresServer::check_address(address).is_ok(), fits, "{address}");
    }
}

/// An entry of an index is bounded; the refusal is the caller's to know, and nothing is stored.
#[test]
fn values_too_long_for_an_index() {
    let fixture = fixture();
    block_on(async {
        let unique = FieldSpec { unique: true, ..FieldSpec::new("u", FieldType::String) };
        fixture.class_with("Todo", vec![unique]).await.unwrap();
        // What repeats itself would be compressed.
        let long: String = (0..4_000_u32).map(|n| char::from_u32(0x4e00 + n * 7 % 20_000).unwrap()).collect();
        let step = fixture.insert_step("Todo", "t1", &[("u", text(&long))]);
        assert_eq!(refusal(fixture.submit(step).await).code, astrolabe_core::ErrorCode::ObjectTooLarge);
        assert_eq!(fixture.count("Todo", Filter::all()).await, 0);
    });
}

#[test]
fn newer_catalogues_are_refused() {
    let (_fixture, schema) = fixture_with_schema();
    beside(&format!("UPDATE {schema}._catalog_meta SET format_version = 99"));
    let opened = RUNTIME.block_on(temporary::server().open(&schema, Arc::default())).err();
    assert!(matches!(opened, Some(StoreError::Unavailable(reason)) if reason.contains("newer version")));
}

#[test]
fn reads_are_explained() {
    let fixture = fixture();
    block_on(async {
        fixture.class("Todo", &[("n", FieldType::Number)]).await;
        let plan = fixture.plan("Todo", Filter::equals("n", number(1.0)));
        let explained = fixture.store.explain(Explained::Read(plan)).await.unwrap();
        assert_eq!(explained["database"], "postgres");
        assert!(explained["plan"][0]["Plan"]["Node Type"].is_string(), "{explained}");
    });
}

/// A table that somebody else has locked keeps a read waiting.
#[test]
fn slow_reads_end() {
    let (fixture, schema) = fixture_with_schema();
    block_on(fixture.class("Todo", &[]));
    let options = PostgresOptions { read_deadline: Duration::from_millis(100), ..PostgresOptions::default() };
    let server = PostgresServer::new(&temporary::address(), options, RUNTIME.handle().clone()).unwrap();
    let store = RUNTIME.block_on(server.open(&schema, Arc::default())).unwrap();
    let class = Arc::clone(store.schema().class("Todo").unwrap());
    let locker = std::thread::spawn(move || {
        beside(&format!(
            "BEGIN; LOCK TABLE {schema}.\"Todo\" IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1); COMMIT"
        ));
    });
    let until = Instant::now() + Duration::from_secs(5);
    let ended = loop {
        match block_on(store.count(plan(&class, Filter::all()))) {
            Ok(_) => assert!(Instant::now() < until, "nothing was locked"),
            Err(error) => break error,
        }
    };
    assert!(matches!(ended, StoreError::Deadline), "{ended:?}");
    locker.join().unwrap();
}
