//! Devices register again and again; there is one row for each, also when they do so at the same moment.

use astrolabe_testkit::{TestRequest, TestServer};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn register(server: &TestServer, body: Value) -> TestRequest {
    server.post("/installations", body)
}

async fn rows(server: &TestServer) -> anyhow::Result<Vec<Value>> {
    let found = server.get("/installations?order=createdAt&limit=1000").master().send().await?;
    Ok(found.results().to_vec())
}

#[tokio::test]
async fn one_device_that_registers_many_times_at_once_has_one_row() -> anyhow::Result<()> {
    let bodies: [fn(usize) -> Value; 3] = [
        |_| json!({"deviceType": "ios", "installationId": "ABC-1"}),
        |_| json!({"deviceType": "ios", "deviceToken": "token"}),
        |at| json!({"deviceType": "ios", "installationId": "abc-1", "deviceToken": format!("token-{}", at % 2)}),
    ];
    for body in bodies {
        let server = TestServer::start().await?;
        let answers = join_all((0..8).map(|at| register(&server, body(at)).send())).await;
        let statuses =
            answers.into_iter().map(|answer| Ok(answer?.status)).collect::<anyhow::Result<Vec<_>>>()?;
        let made = statuses.iter().filter(|status| **status == 201).count();
        assert_eq!(made, 1, "one makes the row: {statuses:?}");
        assert!(
            statuses.iter().all(|status| matches!(status, 200 | 201)),
            "the others find it: {statuses:?}"
        );
        assert_eq!(rows(&server).await?.len(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_token_moves_to_one_of_the_devices_that_claim_it_at_once() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let device =
        |at: usize| json!({"deviceType": "ios", "installationId": format!("id-{at}"), "deviceToken": "t"});
    for answer in join_all((0..8).map(|at| register(&server, device(at)).send())).await {
        answer?;
    }
    let rows = rows(&server).await?;
    assert_eq!(rows.len(), 1, "{rows:?}");
    Ok(())
}

#[tokio::test]
async fn what_identifies_a_device_has_a_bound() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    for (field, len) in [("installationId", 255), ("deviceToken", 4096)] {
        let with = |len: usize| json!({"deviceType": "ios", field: "x".repeat(len)});
        register(&server, with(len)).send().await?.expect_status(201)?;
        register(&server, with(len + 1)).send().await?.expect_error(400, 142)?;
    }
    assert_eq!(rows(&server).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_registration_that_is_refused_removes_nothing() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let old = json!({"deviceType": "ios", "installationId": "old", "deviceToken": "t"});
    register(&server, old).send().await?.expect_status(201)?;
    let closed = json!({"deviceType": "ios", "installationId": "new", "ACL": {}});
    register(&server, closed).send().await?.expect_status(201)?;
    let takes = json!({"installationId": "new", "deviceToken": "t"});
    register(&server, takes).send().await?.expect_error(404, 101)?;
    let wrong = json!({"deviceType": "ios", "installationId": "third", "deviceToken": "t", "badge": "many"});
    register(&server, wrong).send().await?.expect_error(400, 111)?;
    let tokens: Vec<_> = rows(&server).await?.into_iter().map(|row| row["deviceToken"].clone()).collect();
    assert_eq!(tokens, [json!("t"), Value::Null]);
    Ok(())
}
