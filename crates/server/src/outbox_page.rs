//! The page of `astrolabe dev` that shows the mails it has kept. Nobody else has it.
//!
//! Only programs of this machine that call it by its own name see it: a site that points a name of its own at this machine
//! (DNS rebinding) does not.

use astrolabe_mail::{KeptMail, Outbox};
use astrolabe_wire::own_answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// Where it is.
pub const OUTBOX_PATH: &str = "/_astrolabe/outbox";

const STYLE: &str = "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}\
article{border:1px solid #b9bfca;border-radius:.5rem;padding:1rem;margin:1rem 0}h2{margin:0;font-size:1.1rem}\
pre{white-space:pre-wrap;overflow-wrap:anywhere}";

/// Answers with the mails, newest first.
pub async fn show(State(outbox): State<Outbox>, headers: HeaderMap) -> Response {
    if !names_this_machine(&headers) {
        return own_answer::unknown_path().await;
    }
    let reading = tokio::task::spawn_blocking(move || outbox.mails()).await;
    let Ok(Ok(mails)) = reading else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = Response::new(page(&mails).into());
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn page(mails: &[KeptMail]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Outbox</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>Outbox</h1>\n"
    );
    if mails.is_empty() {
        page.push_str("<p>No mail yet.</p>\n");
    }
    for mail in mails {
        let link = mail.link.as_deref().filter(|link| link.starts_with("http")).map(escaped);
        let link = link.map(|link| format!("<p><a href=\"{link}\">{link}</a></p>\n")).unwrap_or_default();
        page.push_str(&format!(
            "<article>\n<h2>{}</h2>\n<p>To {} · app {} · {}</p>\n{link}<pre>{}</pre>\n</article>\n",
            escaped(&mail.subject),
            escaped(&mail.to),
            escaped(&mail.app),
            escaped(&mail.at),
            escaped(&mail.text),
        ));
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_count() {
        for (host, expected) in [
            ("localhost:1337", true),
            ("127.0.0.1:1337", true),
            ("[::1]:1337", true),
            ("evil.example", false),
            ("localhost.evil.example", false),
            ("192.168.0.5", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(names_this_machine(&headers), expected, "{host}");
        }
    }
}
