//! What goes over the wire: words, encryption, passwords, addresses.

use anyhow::ensure;
use astrolabe_core::ErrorCode;
use astrolabe_core::ports::Mailer as _;
use astrolabe_server::config::MailConfig;
use astrolabe_testkit::{SinkTls, SmtpSink, TestServer};

use super::{LINK, config, config_of, enqueue, mail_to, until_waiting};

#[tokio::test]
async fn a_mail_is_said_in_text_and_html() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let named =
        |settings: &mut astrolabe_core::app::AppSettings| settings.app_name = Some("Shöp & Co".into());
    let server = TestServer::builder().settings(named).mail(config(&sink)).start().await?;
    enqueue(&server, "ann@example.org").await?;
    let mail = sink.next().await?;
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("shop@example.org", &["ann@example.org".to_owned()][..])
    );
    assert_eq!(mail.subject(), "Confirm your e-mail address for Shöp & Co");
    ensure!(mail.text().contains("Hello Ann <b>,") && mail.link()? == LINK, "{}", mail.text());
    ensure!(
        mail.html().contains("Ann &lt;b&gt;") && mail.html().contains("Shöp &amp; Co"),
        "{}",
        mail.html()
    );
    assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
    ensure!(mail.header("Message-ID").is_some_and(|id| id.ends_with("@example.org>")));
    until_waiting(&server, 0, 0.0).await?;
    server.stop().await
}

#[tokio::test]
async fn connections_are_encrypted_and_know_a_password() -> anyhow::Result<()> {
    for tls in [SinkTls::StartTls, SinkTls::FromTheStart] {
        let sink = SmtpSink::start(tls).await?;
        let folder = tempfile::TempDir::new()?;
        let certificate = folder.path().join("ca.pem");
        std::fs::write(&certificate, sink.certificate())?;
        let config = MailConfig { smtp_ca: Some(certificate), ..config_of(&sink.url("us%40er:p%3Aw@")) };
        let server = TestServer::builder().mail(config).start().await?;
        for number in 0..3 {
            enqueue(&server, &format!("a{number}@example.org")).await?;
            let mail = sink.next().await?;
            ensure!(mail.encrypted, "{tls:?}");
            assert_eq!(mail.user, Some(("us@er".to_owned(), "p:w".to_owned())));
        }
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_certificate_or_a_wrong_password_sends_nothing_and_loses_nothing() -> anyhow::Result<()> {
    for (tls, user) in [(SinkTls::StartTls, ""), (SinkTls::FromTheStart, ""), (SinkTls::None, "user:wrong@")]
    {
        let sink = SmtpSink::start(tls).await?;
        let server = TestServer::builder().mail(config_of(&sink.url(user))).start().await?;
        enqueue(&server, "ann@example.org").await?;
        until_waiting(&server, 1, 1.0).await?;
        assert_eq!(sink.unread(), 0);
        server.stop().await?;
    }
    Ok(())
}

/// A server between us that takes STARTTLS away must not get the mail in clear.
#[tokio::test]
async fn encryption_that_is_required_is_never_left_out() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let url = format!("smtp://localhost:{}?tls=required", sink.address().port());
    let server = TestServer::builder().mail(config_of(&url)).start().await?;
    enqueue(&server, "ann@example.org").await?;
    until_waiting(&server, 1, 1.0).await?;
    assert_eq!(sink.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn addresses_of_all_the_world() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    for (address, on_the_wire) in [
        ("jan@müller.example", "jan@xn--mller-kva.example"),
        ("jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
    ] {
        enqueue(&server, address).await?;
        assert_eq!(sink.next().await?.to, [on_the_wire]);
    }
    server.stop().await?;
    // A server that knows ASCII only never gets such a local part; the mail is given up rather than tried for a day.
    let old = SmtpSink::start_at("127.0.0.1:0", SinkTls::None, false).await?;
    let server = TestServer::builder().mail(config(&old)).start().await?;
    enqueue(&server, "jörg@example.org").await?;
    enqueue(&server, "jan@müller.example").await?;
    assert_eq!(old.next().await?.to, ["jan@xn--mller-kva.example"]);
    until_waiting(&server, 0, 0.0).await?;
    assert_eq!(old.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn nobody_adds_a_header_or_a_recipient() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    for address in [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nRCPT TO:<b@example.org>",
        "a@example.org, b@example.org",
        "<a@example.org> b@example.org",
        "a@example.org\0",
    ] {
        let refused = server.mail.enqueue(&server.app.objects, mail_to(address)).await;
        assert_eq!(refused.map_err(|error| error.code), Err(ErrorCode::InvalidEmailAddress), "{address:?}");
    }
    let tricky = mail_to("a@example.org")
        .with("userName", "x\r\nBcc: b@example.org\r\n.\r\nMAIL FROM:<c@example.org>");
    server.mail.enqueue(&server.app.objects, tricky).await?;
    let mail = sink.next().await?;
    assert_eq!(mail.to, ["a@example.org"]);
    ensure!(mail.header("Bcc").is_none() && mail.text().contains("Bcc: b@example.org"), "{}", mail.raw);
    assert_eq!(sink.unread(), 0);
    server.stop().await
}
