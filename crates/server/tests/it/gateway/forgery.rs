//! Upstreams at addresses that are not for them: the server is not to be sent into its own network.

use astrolabe_testkit::TestServer;
use reqwest::Method;

use super::public;
use super::upstream::Upstream;

async fn code(server: &TestServer) -> String {
    let answer = server.plain(Method::GET, "/api/x").send().await.unwrap();
    answer.json["code"].as_str().map_or_else(|| answer.status.to_string(), str::to_owned)
}

#[tokio::test]
async fn addresses_of_private_networks_in_every_notation() {
    let upstream = Upstream::start().await;
    let port = upstream.origin.rsplit_once(':').unwrap().1;
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "192.168.0.1",
        "100.100.100.200",
    ] {
        let toml = format!(
            "[[gateway.route]]\npath = \"/api/x\"\nupstream = \"http://{host}:{port}/echo\"\naccess = \"public\"\n"
        );
        let server = TestServer::builder().edge(&toml, &[]).unwrap().start().await.unwrap();
        let code = code(&server).await;
        // A resolver that does not know a notation finds nothing there.
        assert!(
            ["upstream_address_refused", "upstream_unreachable"].contains(&code.as_str()),
            "{host}: {code}"
        );
        if ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"].contains(&host) {
            assert_eq!(code, "upstream_address_refused", "{host}");
        }
    }
    assert_eq!(upstream.control.count(), 0);
}

#[tokio::test]
async fn a_route_may_name_what_it_needs_and_no_other_route_gains_by_it() {
    let upstream = Upstream::start().await;
    let route = |path: &str, more: &str| {
        let origin = &upstream.origin;
        format!(
            "[[gateway.route]]\npath = \"{path}\"\nupstream = \"{origin}/echo\"\naccess = \"public\"\n{more}\n"
        )
    };
    let toml = route("/api/open", "allow_addresses = [\"127.0.0.0/8\"]") + &route("/api/x", "");
    let server = TestServer::builder().edge(&toml, &[]).unwrap().start().await.unwrap();
    // The connection that the first one leaves open is not the second one's.
    assert_eq!(server.plain(Method::GET, "/api/open").send().await.unwrap().status, 200);
    assert_eq!(code(&server).await, "upstream_address_refused");
    assert_eq!(upstream.control.count(), 1);
}

#[tokio::test]
async fn redirections_lead_to_no_other_network() {
    let upstream = Upstream::start().await;
    let port = upstream.origin.rsplit_once(':').unwrap().1;
    for (target, redirects, expected) in [
        ("%2Fecho".to_owned(), 0, "upstream_redirected"),
        ("%2Fecho".to_owned(), 1, "200"),
        (format!("http%3A%2F%2F127.0.0.1%3A{port}%2Fecho"), 1, "200"),
        (format!("http%3A%2F%2F127.0.0.2%3A{port}%2Fecho"), 1, "upstream_address_refused"),
        (format!("http%3A%2F%2Flocalhost.%3A{port}%2Fecho"), 0, "upstream_redirected"),
        ("http%3A%2F%2F169.254.169.254%2Flatest".to_owned(), 5, "upstream_address_refused"),
        ("http%3A%2F%2F[::ffff:10.0.0.1]%2F".to_owned(), 5, "upstream_address_refused"),
        ("file%3A%2F%2F%2Fetc%2Fpasswd".to_owned(), 5, "upstream_redirected"),
        ("http%3A%2F%2Fuser@127.0.0.1%3A1%2F".to_owned(), 5, "upstream_redirected"),
        ("%2Fto%2F%2Fto%2F".to_owned(), 2, "upstream_redirected"),
    ] {
        let server = public(&upstream, &format!("/to/{target}"), &format!("redirects = {redirects}")).await;
        assert_eq!(code(&server).await, expected, "{target}");
    }
}
