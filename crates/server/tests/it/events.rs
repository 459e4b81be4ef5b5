use std::sync::{Arc, Mutex};

use astrolabe_core::events::{Listener, ObjectEvent};
use astrolabe_testkit::TestServer;
use serde_json::json;

/// Writes down what it hears of one class.
#[derive(Default)]
struct Witness {
    heard: Mutex<Vec<(String, bool, bool)>>,
}

impl Listener for Witness {
    fn wants(&self, class_name: &str) -> bool {
        class_name == "Heard"
    }

    fn committed(&self, events: &[ObjectEvent]) {
        if let Ok(mut heard) = self.heard.lock() {
            let told = events.iter().filter(|event| &*event.class.name == "Heard");
            heard.extend(told.map(|e| (e.object_id.clone(), e.before.is_some(), e.after.is_some())));
        }
    }
}

#[tokio::test]
async fn committed_changes_are_told_in_order_and_no_others() -> anyhow::Result<()> {
    let server = TestServer::start().await?;
    let witness = Arc::new(Witness::default());
    server.app.objects.events().subscribe(witness.clone());
    let id = server.object("Heard", json!({"n": 1})).await?;
    let path = format!("/classes/Heard/{id}");
    server.put(&path, json!({"n": 2})).send().await?.expect_status(200)?;
    server.put(&path, json!({"n": "text"})).send().await?.expect_error(400, 111)?;
    server.put("/classes/Heard/missing", json!({"n": 2})).send().await?.expect_error(404, 101)?;
    server.object("Unheard", json!({"n": 1})).await?;
    server.delete(&path).send().await?.expect_status(200)?;
    let heard = witness.heard.lock().map(|heard| heard.clone()).unwrap_or_default();
    assert_eq!(heard, [(id.clone(), false, true), (id.clone(), true, true), (id, true, false)]);
    server.stop().await
}
