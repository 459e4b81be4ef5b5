//! PostgreSQL goes away and comes back while clients write, refusing connections or saying nothing any more: what clients
//! and probes are told, that nothing acknowledged is lost, and that nothing happens twice.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use astrolabe_testkit::postgres_address;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::nodes::{Node, Schema};
use crate::program::Folder;

/// Clients that write all the time.
const CLIENTS: usize = 6;
/// The deadline of a read, the time until a silence is noticed, and some patience for a busy machine.
const ANSWERED_WITHIN: Duration = Duration::from_secs(12);
/// Reconnecting waits for two seconds at most.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// What stands between the server and its database does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Open,
    /// Connections are closed, and new ones as well.
    Cut,
    /// Nothing is passed on in either direction.
    Silent,
}

/// A proxy in front of the database.
struct Proxy {
    address: SocketAddr,
    way: watch::Sender<Way>,
}

impl Proxy {
    async fn start(to: (String, u16)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, seen) = watch::channel(Way::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *seen.borrow() == Way::Cut {
                    continue;
                }
                let (to, mut seen) = (to.clone(), seen.clone());
                tokio::spawn(async move {
                    let Ok(database) = TcpStream::connect(to).await else { return };
                    let (client_in, client_out) = client.into_split();
                    let (database_in, database_out) = database.into_split();
                    let pass = (
                        pass(client_in, database_out, seen.clone()),
                        pass(database_in, client_out, seen.clone()),
                    );
                    tokio::select! {
                        () = pass.0 => {}
                        () = pass.1 => {}
                        _ = seen.wait_for(|way| *way == Way::Cut) => {}
                    }
                });
            }
        });
        Proxy { address, way }
    }

    fn make(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut way: watch::Receiver<Way>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        // What has come meanwhile is held back.
        if way.wait_for(|way| *way != Way::Silent).await.is_err()
            || to.write_all(&buffer[..count]).await.is_err()
        {
            return;
        }
    }
}

/// The address of the tests' database, through the proxy.
async fn proxied() -> (Proxy, String) {
    let address = postgres_address();
    let (start, rest) = address.as_str().split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    let (host, rest) = rest.split_once('/').unwrap();
    let (name, port) = host.rsplit_once(':').unwrap_or((host, "5432"));
    let proxy = Proxy::start((name.to_owned(), port.parse().unwrap())).await;
    let address = format!("{start}://{user}@{}/{rest}", proxy.address);
    (proxy, address)
}

/// Sends writes, each until it is settled, and remembers what was acknowledged.
async fn write(node: &Node, client: usize, stop: watch::Receiver<bool>, settled: &Semaphore) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for turn in 0.. {
        if *stop.borrow() {
            return acknowledged;
        }
        let text = format!("{client}-{turn}");
        // Every other write is a transaction of several statements.
        let (path, body) = match turn % 2 {
            0 => ("/classes/Note", json!({"text": text})),
            _ => ("/users", json!({"username": text, "password": "secret"})),
        };
        let until = Instant::now() + BACK_WITHIN * 4;
        loop {
            let asked = Instant::now();
            let request = node.request(Method::POST, path).header("X-Parse-REST-API-Key", "r");
            let answer = request.header("X-Parse-Request-Id", &text).json(&body).send().await.unwrap();
            let (status, said) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
            assert!(asked.elapsed() < ANSWERED_WITHIN, "{status} {said} after {:?}", asked.elapsed());
            match (status, said["code"].as_i64()) {
                (201, _) | (400, Some(159)) => break,
                (503, Some(1)) => assert!(Instant::now() < until, "{said}"),
                other => panic!("{path} {body}: {other:?} {said}"),
            }
            // A client that waits before it tries again.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        acknowledged.push(text);
        settled.add_permits(1);
    }
    acknowledged
}

async fn readiness(node: &Node) -> (u16, Value) {
    let answer = reqwest::get(format!("{}/readyz", node.server.url)).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn ready_soon(node: &Node, status: u16) -> Value {
    let until = Instant::now() + BACK_WITHIN;
    loop {
        let asked = Instant::now();
        let (found, body) = readiness(node).await;
        assert!(asked.elapsed() < Duration::from_secs(5), "a probe is answered quickly");
        if found == status {
            return body;
        }
        assert!(Instant::now() < until, "{found} {body}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How often each text is stored.
async fn stored(node: &Node, class: &str, field: &str) -> BTreeMap<String, usize> {
    let (status, found) = node.get(&format!("/classes/{class}?limit=100000&keys={field}"), None).await;
    assert_eq!(status, 200, "{found}");
    let mut counts = BTreeMap::new();
    for object in found["results"].as_array().unwrap() {
        *counts.entry(object[field].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// The test's own thread waits for the server to start, so the proxy needs another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_while_the_database_is_away() {
    let (proxy, address) = proxied().await;
    let (schema, folder) = (Schema::new(), Folder::new());
    let env = [
        ("ASTROLABE_IDEMPOTENCY_PATHS", "classes/.*,users"),
        ("ASTROLABE_DATABASE_READ_DEADLINE", "1s"),
        ("ASTROLABE_DATABASE_CONNECT_DEADLINE", "1s"),
        ("ASTROLABE_DATABASE_WRITE_DEADLINE", "2s"),
        ("ASTROLABE_ALLOW_CLIENT_CLASS_CREATION", "true"),
    ];
    let node = Arc::new(schema.start_with(&folder, &address, &env));
    let (stop, stopped) = watch::channel(false);
    let settled = Arc::new(Semaphore::new(0));
    let clients = (0..CLIENTS).map(|client| {
        let (node, stopped, settled) = (Arc::clone(&node), stopped.clone(), Arc::clone(&settled));
        tokio::spawn(async move { write(&node, client, stopped, &settled).await })
    });
    let clients: Vec<_> = clients.collect();
    for way in [Way::Cut, Way::Silent, Way::Cut] {
        // All are at it again.
        settled.acquire_many(CLIENTS as u32 * 3).await.unwrap().forget();
        proxy.make(way);
        let body = ready_soon(&node, 503).await;
        assert_eq!(body["code"], "database_unavailable", "{body}");
        let asked = Instant::now();
        let (status, said) = node.get("/classes/Note?limit=1", None).await;
        assert_eq!((status, &said["code"]), (503, &json!(1)), "{way:?}: {said}");
        assert!(asked.elapsed() < ANSWERED_WITHIN, "{way:?}");
        proxy.make(Way::Open);
    }
    ready_soon(&node, 200).await;
    // Each client settles what it has begun.
    stop.send_replace(true);
    let acknowledged = join_all(clients).await.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>();
    let mut counts = stored(&node, "Note", "text").await;
    counts.extend(stored(&node, "_User", "username").await);
    let expected = acknowledged.into_iter().map(|text| (text, 1)).collect();
    assert_eq!(counts, expected);
}

/// A server whose database is away does not start, and says why without the password.
#[test]
fn a_server_without_its_database_says_so_without_the_password() {
    let folder = Folder::new();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, "").unwrap();
    for (address, problem) in [
        ("postgres://u:hidden-word@127.0.0.1:1/d".to_owned(), "refused"),
        ("postgres://u:hidden-word@127.0.0.1:1/d?sslmode=verify-full".to_owned(), ""),
        (
            format!("postgres://u:hidden-word@h/d?sslmode=verify-ca&sslrootcert={}", roots.display()),
            "roots.pem",
        ),
        ("postgres://u:hidden-word@h/d?sslmode=sometimes".to_owned(), "sslmode"),
        ("postgres://u:hidden-word@h/d?sslrootcert=x.pem".to_owned(), "sslrootcert"),
    ] {
        let env = [("ASTROLABE_DATABASE_URL", &*address), ("ASTROLABE_LOG", "trace")];
        let args =
            ["start", "--app-id", "a", "--master-key", "m", "--data", "data", "--listen", "127.0.0.1:0"];
        let ended = folder.run_with(&args, &env);
        assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(said.contains(problem) && !said.contains("hidden-word"), "{said}");
    }
}
