//! A mail server for tests, on a real socket: it keeps what it is sent, and answers as a test wants.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mail_parser::MessageParser;
use parking_lot::Mutex;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// How long a test waits for a mail.
const PATIENCE: Duration = Duration::from_secs(60);

/// How connections are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkTls {
    /// Not at all.
    None,
    /// With STARTTLS.
    StartTls,
    /// From the first byte.
    FromTheStart,
}

/// A mail that arrived.
#[derive(Debug, Clone)]
pub struct SunkMail {
    /// The address on the envelope that it comes from.
    pub from: String,
    /// The addresses on the envelope that it goes to.
    pub to: Vec<String>,
    /// The message as it came.
    pub raw: String,
    /// The connection was encrypted.
    pub encrypted: bool,
    /// Who logged in, with the password.
    pub user: Option<(String, String)>,
}

impl SunkMail {
    /// The subject, decoded.
    pub fn subject(&self) -> String {
        self.parsed(|message| message.subject().unwrap_or_default().to_owned())
    }

    /// The plain text, decoded.
    pub fn text(&self) -> String {
        self.parsed(|message| message.body_text(0).unwrap_or_default().into_owned())
    }

    /// The HTML, decoded.
    pub fn html(&self) -> String {
        self.parsed(|message| message.body_html(0).unwrap_or_default().into_owned())
    }

    /// A header as it came.
    pub fn header(&self, name: &str) -> Option<String> {
        self.parsed(|message| message.header_raw(name).map(|text| text.trim().to_owned()))
    }

    /// The first link in the plain text.
    pub fn link(&self) -> anyhow::Result<String> {
        let text = self.text();
        let start = text.find("http").with_context(|| format!("no link in {text}"))?;
        Ok(text[start..].split_whitespace().next().unwrap_or_default().to_owned())
    }

    fn parsed<T>(&self, read: impl FnOnce(&mail_parser::Message<'_>) -> T) -> T
    where
        T: Default,
    {
        MessageParser::default().parse(self.raw.as_bytes()).map(|message| read(&message)).unwrap_or_default()
    }
}

/// A running mail server.
pub struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
    tls: SinkTls,
    certificate: String,
    serving: JoinHandle<()>,
}

struct Shared {
    mails: Mutex<VecDeque<SunkMail>>,
    arrived: Notify,
    /// Answers to the next messages instead of `250`.
    answers: Mutex<VecDeque<String>>,
    /// Messages are taken in but not answered.
    holds: Mutex<bool>,
    held: Notify,
    tls: SinkTls,
    acceptor: TlsAcceptor,
    /// Addresses beyond ASCII are taken.
    utf8: bool,
}

impl SmtpSink {
    /// A server on a free port of this machine.
    pub async fn start(tls: SinkTls) -> anyhow::Result<Self> {
        SmtpSink::start_at("127.0.0.1:0", tls, true).await
    }

    /// The same on a certain address, with or without addresses beyond ASCII.
    pub async fn start_at(address: &str, tls: SinkTls, utf8: bool) -> anyhow::Result<Self> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())?;
        let shared = Arc::new(Shared {
            mails: Mutex::default(),
            arrived: Notify::new(),
            answers: Mutex::default(),
            holds: Mutex::new(false),
            held: Notify::new(),
            tls,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            utf8,
        });
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Ok(SmtpSink { address, shared, tls, certificate: cert.pem(), serving })
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a setting has it; `user` is `name:password@` or nothing.
    pub fn url(&self, user: &str) -> String {
        let scheme = if self.tls == SinkTls::FromTheStart { "smtps" } else { "smtp" };
        let tls = if self.tls == SinkTls::StartTls { "?tls=required" } else { "" };
        format!("{scheme}://{user}localhost:{}{tls}", self.address.port())
    }

    /// The certificate that it shows, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Answers the next message with this line instead of taking it.
    pub fn answer_next(&self, line: &str) {
        self.shared.answers.lock().push_back(line.to_owned());
    }

    /// From now on messages are neither taken nor refused.
    pub fn hold(&self) {
        *self.shared.holds.lock() = true;
    }

    /// Waits until a message is held.
    pub async fn held(&self) -> anyhow::Result<()> {
        tokio::time::timeout(PATIENCE, self.shared.held.notified()).await.context("no message was held")
    }

    /// The next mail, in the order in which they arrive.
    pub async fn next(&self) -> anyhow::Result<SunkMail> {
        self.next_within(PATIENCE).await
    }

    /// The same with more patience.
    pub async fn next_within(&self, patience: Duration) -> anyhow::Result<SunkMail> {
        let waiting = async {
            loop {
                if let Some(mail) = self.shared.mails.lock().pop_front() {
                    return mail;
                }
                self.shared.arrived.notified().await;
            }
        };
        tokio::time::timeout(patience, waiting).await.context("no mail arrived")
    }

    /// How many mails have arrived that nobody asked for.
    pub fn unread(&self) -> usize {
        self.shared.mails.lock().len()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((socket, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        // A client that hangs up ends its conversation, which is no failure of the server.
        tokio::spawn(async move {
            let _ = converse(socket, &shared).await;
        });
    }
}

async fn converse(socket: TcpStream, shared: &Shared) -> anyhow::Result<()> {
    if shared.tls == SinkTls::FromTheStart {
        let mut stream = BufReader::new(shared.acceptor.accept(socket).await?);
        say(&mut stream, "220 sink").await?;
        talk(&mut stream, shared, true).await?;
        return Ok(());
    }
    let mut stream = BufReader::new(socket);
    say(&mut stream, "220 sink").await?;
    if talk(&mut stream, shared, false).await? {
        let mut stream = BufReader::new(shared.acceptor.accept(stream.into_inner()).await?);
        talk(&mut stream, shared, true).await?;
    }
    Ok(())
}

/// One conversation; `true` when it is to go on encrypted.
async fn talk<S>(stream: &mut BufReader<S>, shared: &Shared, encrypted: bool) -> anyhow::Result<bool>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut from, mut to, mut user) = (String::new(), Vec::new(), None);
    loop {
        let line = read_line(stream).await?;
        let command = line.to_ascii_uppercase();
        if command.starts_with("EHLO") {
            let starttls =
                if shared.tls == SinkTls::StartTls && !encrypted { "250-STARTTLS\r\n" } else { "" };
            let utf8 = if shared.utf8 { "250-SMTPUTF8\r\n" } else { "" };
            say(stream, &format!("250-sink\r\n{starttls}{utf8}250-8BITMIME\r\n250 AUTH PLAIN")).await?;
        } else if command.starts_with("STARTTLS") {
            say(stream, "220 go on").await?;
            return Ok(true);
        } else if let Some(plain) = line.strip_prefix("AUTH PLAIN ") {
            let text = String::from_utf8(BASE64.decode(plain)?)?;
            let mut parts = text.split('\0').skip(1).map(str::to_owned);
            user = parts.next().zip(parts.next());
            let wrong = user.as_ref().is_some_and(|(_, password)| password == "wrong");
            say(stream, if wrong { "535 5.7.8 no" } else { "235 welcome" }).await?;
        } else if command.starts_with("MAIL FROM:") {
            from = address_in(&line);
            say(stream, "250 ok").await?;
        } else if command.starts_with("RCPT TO:") {
            to.push(address_in(&line));
            say(stream, "250 ok").await?;
        } else if command.starts_with("DATA") {
            say(stream, "354 go on").await?;
            let raw = read_message(stream).await?;
            if *shared.holds.lock() {
                shared.held.notify_one();
                std::future::pending::<()>().await;
            }
            let answer = shared.answers.lock().pop_front();
            if answer.is_none() {
                let to = std::mem::take(&mut to);
                let mail = SunkMail { from: from.clone(), to, raw, encrypted, user: user.clone() };
                shared.mails.lock().push_back(mail);
                shared.arrived.notify_one();
            }
            to.clear();
            say(stream, answer.as_deref().unwrap_or("250 taken")).await?;
        } else if command.starts_with("QUIT") {
            say(stream, "221 bye").await?;
            return Ok(false);
        } else {
            say(stream, "250 ok").await?;
        }
    }
}

fn address_in(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

async fn read_line<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>) -> anyhow::Result<String> {
    let mut line = String::new();
    anyhow::ensure!(stream.read_line(&mut line).await? > 0, "the client has gone");
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn read_message<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
) -> anyhow::Result<String> {
    let mut message = String::new();
    loop {
        let line = read_line(stream).await?;
        if line == "." {
            return Ok(message);
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
        message.push_str("\r\n");
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) -> anyhow::Result<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await?;
    Ok(stream.get_mut().flush().await?)
}
