//! The queue: kept with the change, sealed, tried again, sent by one worker.

use std::collections::HashSet;

use anyhow::ensure;
use astrolabe_core::ErrorCode;
use astrolabe_core::access::Scope;
use astrolabe_core::ports::{Background as _, Mail, Mailer as _, WriteStep};
use astrolabe_core::query::Filter;
use astrolabe_mail::MailWorker;
use astrolabe_testkit::{SinkTls, SmtpSink, TestServer};
use serde_json::json;

use super::{LINK, config, enqueue, mail_to, no_marks, until_tried_more, until_waiting, waiting};

#[tokio::test]
async fn a_mail_is_tried_again_until_it_is_taken() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    sink.answer_next("451 4.3.0 later");
    sink.answer_next("452 4.2.2 full");
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    enqueue(&server, "ann@example.org").await?;
    for attempts in [1.0, 2.0] {
        until_waiting(&server, 1, attempts).await?;
        server.until_mail_is_put_back().await?;
        server.clock.advance_seconds(30);
        server.app.background.wake();
    }
    assert_eq!(sink.next().await?.to, ["ann@example.org"]);
    until_waiting(&server, 0, 0.0).await?;
    server.stop().await
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_given_up() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    sink.answer_next("550 5.1.1 nobody of that name");
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    enqueue(&server, "nobody@example.org").await?;
    until_waiting(&server, 0, 0.0).await?;
    assert_eq!(sink.unread(), 0);
    // The next one is not affected.
    enqueue(&server, "ann@example.org").await?;
    sink.next().await?;
    server.stop().await
}

#[tokio::test]
async fn a_mail_that_never_leaves_is_given_up_in_the_end() -> anyhow::Result<()> {
    // Nobody listens there.
    let server = TestServer::builder().mail(super::config_of("smtp://127.0.0.1:1")).start().await?;
    enqueue(&server, "ann@example.org").await?;
    until_waiting(&server, 1, 1.0).await?;
    ensure!(server.app.background.is_busy(), "an app with waiting mail stays open");
    let mut tries = 1;
    loop {
        server.until_mail_is_put_back().await?;
        server.clock.advance_seconds(3_600);
        server.app.background.wake();
        match until_tried_more(&server, tries).await? {
            Some(more) => tries = more,
            None => break,
        }
        ensure!(tries < 100, "it is tried for ever");
    }
    ensure!(tries > 20, "it was given up after {tries} tries");
    server.stop().await
}

#[tokio::test]
async fn every_mail_is_sent_by_one_worker() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    let others: Vec<_> = (0..3)
        .map(|_| MailWorker::start(&server.mail, server.app.objects.clone(), no_marks(), false))
        .collect::<Result<_, _>>()?;
    for number in 0..40 {
        enqueue(&server, &format!("a{number}@example.org")).await?;
    }
    let mut seen = HashSet::new();
    for _ in 0..40 {
        ensure!(seen.insert(sink.next().await?.to), "a mail arrived twice");
    }
    until_waiting(&server, 0, 0.0).await?;
    for other in others {
        other.stop().await;
    }
    assert_eq!(sink.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn a_worker_that_dies_leaves_its_mail_to_another() -> anyhow::Result<()> {
    let (stuck, sink) = (SmtpSink::start(SinkTls::None).await?, SmtpSink::start(SinkTls::None).await?);
    stuck.hold();
    let server = TestServer::builder().mail(config(&stuck)).start().await?;
    enqueue(&server, "ann@example.org").await?;
    stuck.held().await?;
    let queue = server.another_mailer(&config(&sink))?;
    let other = MailWorker::start(&queue, server.app.objects.clone(), no_marks(), false)?;
    other.wake();
    until_waiting(&server, 1, 1.0).await?;
    assert_eq!(sink.unread(), 0, "the claim holds");
    server.clock.advance_seconds(61);
    other.wake();
    assert_eq!(sink.next().await?.to, ["ann@example.org"]);
    other.stop().await;
    server.stop().await
}

#[tokio::test]
async fn waiting_mail_is_sealed() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    sink.hold();
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    enqueue(&server, "secret-address@example.org").await?;
    sink.held().await?;
    assert_eq!(waiting(&server).await?.len(), 1);
    let stored = server.stored_bytes().await?;
    for secret in ["secret-address", "0123456789abcdef"] {
        ensure!(!stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret}");
    }
    ensure!(stored.windows(12).any(|bytes| bytes == b"verify-email"), "the row is in what was searched");
    // Clients see none of it, and who holds the master key sees no content.
    server.get("/classes/_Mail").send().await?.expect_error(400, 119)?;
    let rows = server.get("/classes/_Mail").master().send().await?;
    rows.expect_status(200)?;
    ensure!(rows.results().len() == 1 && !rows.text.contains("sealed\""), "{}", rows.text);
    server.stop().await
}

#[tokio::test]
async fn a_mail_and_its_change_happen_together_or_not() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    server.object("Note", json!({"text": "x"})).await?;
    let class = server.app.objects.schema().class("Note").cloned().unwrap();
    let commit = async |with: WriteStep| {
        let mail = server.mail.queue(&server.app.objects, mail_to("ann@example.org"))?;
        server.app.objects.commit_steps(&Scope::server(), vec![mail, with]).await
    };
    let failing = WriteStep::RequireNone { class: class.clone(), filter: Filter::all() };
    assert_eq!(commit(failing).await.map_err(|error| error.code).err(), Some(ErrorCode::ObjectNotFound));
    assert_eq!(waiting(&server).await?.len(), 0);
    commit(WriteStep::Require { class, filter: Filter::all() }).await?;
    assert_eq!(sink.next().await?.link()?, LINK);
    assert_eq!(sink.unread(), 0);
    server.stop().await
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_queued() -> anyhow::Result<()> {
    let sink = SmtpSink::start(SinkTls::None).await?;
    let server = TestServer::builder().mail(config(&sink)).start().await?;
    let codes = [
        (Mail::new("no-such-template", "a@example.org"), ErrorCode::InternalServerError),
        (Mail::new("../verify-email", "a@example.org"), ErrorCode::InternalServerError),
        (mail_to("nobody"), ErrorCode::InvalidEmailAddress),
        (mail_to("a@example.org").with("more", "x".repeat(70_000)), ErrorCode::ObjectTooLarge),
    ];
    for (mail, code) in codes {
        let refused = server.mail.enqueue(&server.app.objects, mail).await;
        assert_eq!(refused.map_err(|error| error.code), Err(code));
    }
    assert_eq!(waiting(&server).await?.len(), 0);
    server.stop().await?;
    let silent = TestServer::start().await?;
    ensure!(!silent.mail.is_ready());
    let refused = silent.mail.enqueue(&silent.app.objects, mail_to("a@example.org")).await;
    assert_eq!(refused.map_err(|error| error.code), Err(ErrorCode::MailNotConfigured));
    silent.stop().await
}
