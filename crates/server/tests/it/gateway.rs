//! The gateway through the public door, with a real upstream over loopback.

mod access;
mod cache;
mod failures;
mod forgery;
mod passing;
mod secrets;
mod upstream;

use astrolabe_testkit::TestServer;

use upstream::Upstream;

/// A server with one route to an upstream. `more` are further members; `{upstream}` in it is the upstream's address.
async fn server(upstream: &Upstream, path: &str, target: &str, more: &str) -> TestServer {
    let toml = format!(
        "[[gateway.route]]\npath = \"{path}\"\nupstream = \"{}{target}\"\nallow_addresses = [\"127.0.0.1\"]\n{}\n",
        upstream.origin,
        more.replace("{upstream}", &upstream.origin),
    );
    let environment = [("API_TOKEN", "s3cret-token"), ("API_KEY", "k3y-of-the-site")];
    TestServer::builder().edge(&toml, &environment).unwrap().start().await.unwrap()
}

/// A public route.
async fn public(upstream: &Upstream, target: &str, more: &str) -> TestServer {
    server(upstream, "/api/x", target, &format!("access = \"public\"\n{more}")).await
}
