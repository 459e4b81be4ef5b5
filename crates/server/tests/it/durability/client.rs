//! A client that writes to objects of its own and knows what must be stored.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::master_request;

/// Objects by a key that the client chose: their number and their list.
type Rows = BTreeMap<String, (i64, Vec<i64>)>;

/// One client. It waits for each answer before it goes on.
pub struct Client {
    number: usize,
    next_key: u32,
    /// What was acknowledged.
    rows: Rows,
    /// What is stored if a write that was never answered has happened all the same.
    undecided: Option<Rows>,
    /// Object ids by key.
    ids: BTreeMap<String, String>,
}

impl Client {
    /// A client with nothing stored.
    pub fn new(number: usize) -> Self {
        Client { number, next_key: 0, rows: Rows::new(), undecided: None, ids: BTreeMap::new() }
    }

    /// Writes until the server is gone.
    pub async fn write_until_the_end(&mut self, url: &str, round: u32, acknowledged: &Semaphore) {
        let http = reqwest::Client::new();
        for turn in round.. {
            let mut rows = self.rows.clone();
            let (method, path, body, keys) = self.write(turn, &mut rows);
            self.undecided = Some(rows.clone());
            let Ok(answer) = master_request(&http, method, url, &path).json(&body).send().await else {
                return;
            };
            let status = answer.status();
            let Ok(answer) = answer.json::<Value>().await else { return };
            assert!(status.is_success(), "{path} {body}: {answer}");
            self.learn_ids(&keys, &answer);
            self.rows = rows;
            self.undecided = None;
            acknowledged.add_permits(1);
        }
    }

    /// The next write, and its outcome in `rows`: method, path, body, keys of objects that it makes.
    fn write(&mut self, turn: u32, rows: &mut Rows) -> (Method, String, Value, Vec<String>) {
        let some = self.rows.keys().nth(turn as usize * 7 % self.rows.len().max(1)).cloned();
        let path = |key: &str| format!("/classes/Kept/{}", self.ids[key]);
        match (turn % 6, some) {
            (1 | 4, Some(key)) => {
                rows.entry(key.clone()).or_default().0 += 1;
                (Method::PUT, path(&key), increment(), vec![])
            }
            (2, Some(key)) => {
                rows.entry(key.clone()).or_default().1.push(i64::from(turn));
                let add = json!({"list": {"__op": "Add", "objects": [turn]}});
                (Method::PUT, path(&key), add, vec![])
            }
            (3, Some(key)) => {
                rows.entry(key.clone()).or_default().0 += 1;
                let update =
                    json!({"method": "PUT", "path": format!("/parse{}", path(&key)), "body": increment()});
                let keys = vec![self.new_key(rows), self.new_key(rows)];
                let create =
                    |key| json!({"method": "POST", "path": "/parse/classes/Kept", "body": self.object(key)});
                let requests = json!([create(&keys[0]), update, create(&keys[1])]);
                (Method::POST, "/batch".to_owned(), json!({"transaction": true, "requests": requests}), keys)
            }
            (5, Some(key)) if turn % 4 == 1 => {
                rows.remove(&key);
                (Method::DELETE, path(&key), json!({}), vec![])
            }
            _ => {
                let key = self.new_key(rows);
                (Method::POST, "/classes/Kept".to_owned(), self.object(&key), vec![key])
            }
        }
    }

    fn new_key(&mut self, rows: &mut Rows) -> String {
        self.next_key += 1;
        let key = format!("c{}-{}", self.number, self.next_key);
        rows.insert(key.clone(), (0, Vec::new()));
        key
    }

    fn object(&self, key: &str) -> Value {
        json!({"client": self.number, "key": key, "n": 0, "list": []})
    }

    fn learn_ids(&mut self, keys: &[String], answer: &Value) {
        let made: Vec<&Value> = match answer.as_array() {
            Some(answers) => answers.iter().map(|answer| &answer["success"]).collect(),
            None => vec![answer],
        };
        let ids = made.into_iter().filter(|made| made["createdAt"].is_string());
        for (key, made) in keys.iter().zip(ids) {
            self.ids.insert(key.clone(), made["objectId"].as_str().unwrap().to_owned());
        }
    }

    /// What is stored is what was acknowledged, with or without the one write that was not answered.
    pub async fn check(&mut self, url: &str) {
        let body = json!({"_method": "GET", "where": {"client": self.number}, "limit": 100_000});
        let http = reqwest::Client::new();
        let answer =
            master_request(&http, Method::POST, url, "/classes/Kept").json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let mut stored = Rows::new();
        self.ids.clear();
        for object in answer["results"].as_array().unwrap() {
            let key = object["key"].as_str().unwrap().to_owned();
            let list = object["list"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
            self.ids.insert(key.clone(), object["objectId"].as_str().unwrap().to_owned());
            stored.insert(key, (object["n"].as_i64().unwrap(), list));
        }
        let undecided = self.undecided.take();
        let as_told = stored == self.rows || Some(&stored) == undecided.as_ref();
        assert!(as_told, "stored {stored:?}\nacknowledged {:?}\nundecided {undecided:?}", self.rows);
        self.rows = stored;
    }
}

fn increment() -> Value {
    json!({"n": {"__op": "Increment", "amount": 1}})
}
