//! The outbox of a developer.

use std::time::{Duration, Instant};

use anyhow::ensure;
use astrolabe_mail::{Destination, Outbox};
use astrolabe_server::config::MailConfig;
use astrolabe_testkit::TestServer;

use super::{LINK, enqueue, until_waiting};

#[tokio::test]
async fn without_a_mail_server_mail_is_kept_for_its_developer() -> anyhow::Result<()> {
    let config = MailConfig { outbox: true, ..MailConfig::default() };
    let server = TestServer::builder().mail(config).start().await?;
    let Destination::Outbox(outbox) = server.mail.destination().clone() else { anyhow::bail!("no outbox") };
    enqueue(&server, "ann@example.org").await?;
    let kept = wait_for(&outbox).await?;
    assert_eq!((kept.to.as_str(), kept.link.as_deref()), ("ann@example.org", Some(LINK)));
    ensure!(kept.text.contains(LINK) && kept.html.is_some_and(|html| html.contains("Ann &lt;b&gt;")));
    until_waiting(&server, 0, 0.0).await?;
    server.stop().await
}

async fn wait_for(outbox: &Outbox) -> anyhow::Result<astrolabe_mail::KeptMail> {
    let start = Instant::now();
    loop {
        if let Some(mail) = outbox.mails()?.into_iter().next() {
            return Ok(mail);
        }
        ensure!(start.elapsed() < Duration::from_secs(60), "no mail was kept");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
