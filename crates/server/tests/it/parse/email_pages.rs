//! The pages that links in mails lead to.

use anyhow::{Context as _, ensure};
use astrolabe_testkit::{Answer, TestRequest, TestServer};
use reqwest::Method;
use serde_json::json;

use super::emails::{next_link, start};

const RESET: &str = "/apps/test-app/request_password_reset";

fn get(server: &TestServer, path: &str) -> TestRequest {
    server.bare(Method::GET, path)
}

fn post(server: &TestServer, path: &str, form: &str) -> TestRequest {
    server.bare(Method::POST, path).raw("application/x-www-form-urlencoded", form.to_owned())
}

fn expect_page(answer: &Answer, text: &str) -> anyhow::Result<()> {
    ensure!(answer.status == 200 && answer.text.contains(text), "{} {}", answer.status, answer.text);
    ensure!(answer.header("Content-Type") == Some("text/html; charset=utf-8"));
    Ok(())
}

#[tokio::test]
async fn a_new_password_is_chosen_in_a_form_without_scripts() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| settings.password_policy.without_username = true).await?;
    let user = json!({"username": "annabel", "password": "secret", "email": "ann@example.org"});
    server.post("/users", user).send().await?.expect_status(201)?;
    server
        .post("/requestPasswordReset", json!({"email": "ann@example.org"}))
        .send()
        .await?
        .expect_status(200)?;
    let (path, token) = next_link(&sink).await?;
    let form = get(&server, &path).send().await?;
    expect_page(&form, "Choose a new password")?;
    for part in [
        "action=\"/parse/apps/test-app/request_password_reset\"",
        "method=\"post\"",
        "autocomplete=\"new-password\"",
        "<label for=\"new_password\">",
        &format!("name=\"token\" value=\"{token}\""),
        "<html lang=\"en\">",
    ] {
        ensure!(form.text.contains(part), "{part}: {}", form.text);
    }
    ensure!(!form.text.contains("<script"), "{}", form.text);
    assert_eq!(form.header("x-parse-page-param-token"), Some(token.as_str()));
    // A password that the policy refuses leads back to the form, which says why.
    let refused = post(&server, RESET, &format!("token={token}&new_password=annabel1")).send().await?;
    expect_page(&refused, "role=\"alert\"")?;
    ensure!(refused.text.contains("Password cannot contain your username.") && refused.text.contains(&token));
    let done = post(&server, RESET, &format!("token={token}&new_password=fine+one")).send().await?;
    expect_page(&done, "Your password was changed")?;
    let log_in = json!({"username": "annabel", "password": "fine one"});
    server.post("/login", log_in).send().await?.expect_status(200)?;
    expect_page(&get(&server, &path).send().await?, "does not count")?;
    server.stop().await
}

#[tokio::test]
async fn pages_are_closed_to_everything_else() -> anyhow::Result<()> {
    let (server, _sink) = start(|settings| settings.emails.verify = true).await?;
    for path in ["/apps/test-app/verify_email?token=x", "/apps/choose_password?appId=test-app&token=x"] {
        let page = get(&server, path).send().await?;
        let policy = page.header("Content-Security-Policy").context("no policy")?;
        for part in
            ["default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'"]
        {
            ensure!(policy.contains(part), "{policy}");
        }
        for (name, value) in [
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
        ] {
            assert_eq!(page.header(name), Some(value), "{path}");
        }
        ensure!(page.header("Set-Cookie").is_none() && page.header("Access-Control-Allow-Origin").is_none());
    }
    server.stop().await
}

#[tokio::test]
async fn what_a_link_holds_is_never_markup() -> anyhow::Result<()> {
    let (server, _sink) = start(|settings| {
        settings.emails.verify = true;
        settings.app_name = Some("<b>Shop</b>".into());
    })
    .await?;
    let nasty = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        format!("/apps/test-app/verify_email?token={nasty}"),
        format!("/apps/choose_password?appId=test-app&token={nasty}&error={nasty}&locale={nasty}"),
        format!("/apps/email_verification_link_invalid.html?appId=test-app&token={nasty}"),
    ] {
        let page = get(&server, &path).send().await?;
        assert_eq!(page.status, 200);
        ensure!(!page.text.contains("<script") && !page.text.contains("<b>"), "{}", page.text);
    }
    server.stop().await
}

#[tokio::test]
async fn wrong_links_answer_as_parse_server_does() -> anyhow::Result<()> {
    let (server, _sink) = start(|settings| settings.emails.verify = true).await?;
    for path in [
        "/apps/test-app/verify_email",
        "/apps/test-app/verify_email?token=x",
        "/apps/test-app/verify_email?token=x&token=y",
        "/apps/test-app/request_password_reset",
        "/apps/test-app/request_password_reset?token=x",
    ] {
        expect_page(&get(&server, path).send().await?, "does not count")?;
    }
    for path in ["/apps/other/verify_email?token=x", "/apps/choose_password?appId=other", "/apps/x.html"] {
        let refused = get(&server, path).send().await?;
        assert_eq!((refused.status, &refused.json), (403, &json!({"error": "unauthorized"})), "{path}");
    }
    for path in ["/apps/test-app/nothing", "/apps/test-app/a/b", "/apps/nothing.html?appId=test-app"] {
        get(&server, path).send().await?.expect_error(404, 108)?;
    }
    let script = |form: &str| post(&server, RESET, form).header("X-Requested-With", "xmlhttprequest");
    script("x=1").send().await?.expect_error(400, -1)?;
    script("token=x").send().await?.expect_error(400, 201)?;
    server.bare(Method::PUT, RESET).send().await?.expect_error(404, 108)?;
    let large = "x".repeat(100_000);
    assert_eq!(post(&server, RESET, &format!("token={large}")).send().await?.status, 413);
    server.stop().await
}

#[tokio::test]
async fn another_mail_is_asked_for_on_a_page() -> anyhow::Result<()> {
    let (server, sink) = start(|settings| {
        settings.emails.verify = true;
        settings.emails.token_validity_s = Some(60);
    })
    .await?;
    let user = json!({"username": "ann", "password": "secret", "email": "ann@example.org"});
    server.post("/users", user).send().await?.expect_status(201)?;
    let (path, token) = next_link(&sink).await?;
    server.clock.advance_seconds(61);
    expect_page(&get(&server, &path).send().await?, "Send another mail")?;
    let resend = "/apps/test-app/resend_verification_email";
    for (form, page) in [
        (format!("token={token}"), "email_verification_send_success.html"),
        ("username=nobody".to_owned(), "email_verification_send_success.html"),
        ("x=1".to_owned(), "email_verification_link_invalid.html"),
    ] {
        let answer = post_without_following(&server, resend, &form).await?;
        let location = answer.1.context("no location")?;
        ensure!(
            answer.0 == 303
                && location.starts_with(&format!("https://shop.example/parse/apps/{page}?appId=test-app")),
            "{location}"
        );
    }
    let (path, _) = next_link(&sink).await?;
    expect_page(&get(&server, &path).send().await?, "confirmed")?;
    let page = get(&server, "/apps/email_verification_send_success.html?appId=test-app").send().await?;
    expect_page(&page, "Look into your mailbox")?;
    server.stop().await
}

#[tokio::test]
async fn an_app_has_pages_of_its_own() -> anyhow::Result<()> {
    let (server, _sink) = start(|settings| {
        settings.pages.insert("passwordResetLinkInvalid".into(), "https://site.example/gone?x=1".into());
    })
    .await?;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let url = format!("{}/parse{RESET}?token=x&locale=de-AT", server.origin());
    let answer = client.get(url).send().await?;
    let location = answer.headers().get("location").context("no location")?.to_str()?;
    assert_eq!(answer.status(), 303);
    ensure!(location.starts_with("https://site.example/gone?x=1&appId=test-app&appName=Shop"), "{location}");
    ensure!(location.ends_with("&locale=de-AT"), "{location}");
    // Browsers want to know where a form may end.
    let form = get(&server, "/apps/choose_password?appId=test-app&token=x").send().await?;
    let policy = form.header("Content-Security-Policy").context("no policy")?;
    ensure!(policy.contains("form-action 'self' https://site.example;"), "{policy}");
    server.stop().await
}

async fn post_without_following(
    server: &TestServer,
    path: &str,
    form: &str,
) -> anyhow::Result<(u16, Option<String>)> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let request = client.post(format!("{}/parse{path}", server.origin()));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form.to_owned());
    let answer = request.send().await?;
    let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
    Ok((answer.status().as_u16(), location.map(str::to_owned)))
}
