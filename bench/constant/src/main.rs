//! The yardstick of the benchmarks: axum answering a constant, without a database, keys or a log. What it costs is
//! what HTTP costs on this machine, so a multiple of it can be compared between machines.
//!
//!     bench-constant ADDRESS BYTES
//!
//! `GET /` answers a JSON object of BYTES bytes, `POST /` reads the body and answers a small one. It ends when its
//! standard input does, so that it never outlives the script that started it.

use std::io::Write;

use anyhow::{Context, ensure};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// Far more than an object of the benchmarks has.
const ANSWER_BYTES_MAX: usize = 1 << 20;
const ENVELOPE: &[u8] = br#"{"text":""}"#;
const CREATED: &[u8] = br#"{"objectId":"aBcDeFgHiJ","createdAt":"2026-01-01T00:00:00.000Z"}"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().context("usage: bench-constant ADDRESS BYTES")?;
    let length: usize = arguments.next().context("usage: bench-constant ADDRESS BYTES")?.parse()?;
    let answer = constant_answer(length)?;

    let app = Router::new().route("/", get(move || get_constant(answer.clone())).post(read_body));
    let listener = TcpListener::bind(&address).await?;
    writeln!(std::io::stdout(), "ready http://{}", listener.local_addr()?)?;
    axum::serve(listener, app).with_graceful_shutdown(end_of_input()).await?;
    Ok(())
}

async fn get_constant(answer: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], answer)
}

async fn read_body(_body: Bytes) -> impl IntoResponse {
    (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], CREATED)
}

/// A JSON object that is `length` bytes long.
fn constant_answer(length: usize) -> anyhow::Result<Bytes> {
    ensure!((ENVELOPE.len()..=ANSWER_BYTES_MAX).contains(&length), "an answer cannot have {length} bytes");
    let filling = "x".repeat(length - ENVELOPE.len());
    Ok(Bytes::from(format!(r#"{{"text":"{filling}"}}"#)))
}

async fn end_of_input() {
    let mut ignored = [0; 64];
    let mut input = tokio::io::stdin();
    while matches!(input.read(&mut ignored).await, Ok(count) if count > 0) {}
}
