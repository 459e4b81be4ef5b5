//! Mail: through a real mail server on loopback, on the database of the test run.

mod outbox;
mod program;
mod queue;
mod smtp;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use astrolabe_core::access::Scope;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{Mail, Mailer as _};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::MAIL;
use astrolabe_core::value::Value;
use astrolabe_mail::{Sender, SmtpAddress, WaitingApps};
use astrolabe_server::config::MailConfig;
use astrolabe_testkit::{SmtpSink, TestServer};

const LINK: &str = "https://example.org/verify?token=0123456789abcdef";

/// The configuration that sends to a sink.
pub(crate) fn config(sink: &SmtpSink) -> MailConfig {
    config_of(&sink.url(""))
}

pub(crate) fn config_of(url: &str) -> MailConfig {
    MailConfig {
        smtp: Some(SmtpAddress::parse(url).unwrap()),
        from: Some(Sender::parse("Shop <shop@example.org>").unwrap()),
        ..MailConfig::default()
    }
}

fn mail_to(address: &str) -> Mail {
    Mail::new("verify-email", address).with("link", LINK).with("userName", "Ann <b>")
}

async fn enqueue(server: &TestServer, address: &str) -> anyhow::Result<()> {
    Ok(server.mail.enqueue(&server.app.objects, mail_to(address)).await?)
}

async fn waiting(server: &TestServer) -> anyhow::Result<Vec<Object>> {
    Ok(server.app.objects.find_objects(&Scope::server(), MAIL, Filter::all(), 1_000).await?)
}

/// Waits until so many mails wait that were tried so often.
async fn until_waiting(server: &TestServer, count: usize, attempts: f64) -> anyhow::Result<()> {
    let start = Instant::now();
    loop {
        let rows = waiting(server).await?;
        let tried =
            rows.iter().all(|row| matches!(row.value("attempts"), Value::Number(n) if *n >= attempts));
        if rows.len() == count && tried {
            return Ok(());
        }
        ensure!(start.elapsed() < Duration::from_secs(60), "{} mails wait", rows.len());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the one mail was tried more often: how often, or `None` when it is gone.
async fn until_tried_more(server: &TestServer, than: usize) -> anyhow::Result<Option<usize>> {
    let start = Instant::now();
    loop {
        let Some(mail) = waiting(server).await?.into_iter().next() else { return Ok(None) };
        let Value::Number(attempts) = *mail.value("attempts") else { anyhow::bail!("no number") };
        if attempts as usize > than {
            return Ok(Some(attempts as usize));
        }
        ensure!(start.elapsed() < Duration::from_secs(60), "tried {attempts} times");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Nobody keeps marks in these tests.
struct NoMarks;

impl WaitingApps for NoMarks {
    fn note(&self, _: &str, _: bool) {}
}

fn no_marks() -> Arc<dyn WaitingApps> {
    Arc::new(NoMarks)
}
