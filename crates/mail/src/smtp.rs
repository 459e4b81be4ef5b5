//! Sending over SMTP: a pool of connections, encrypted unless the server is on this machine.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::{SendError, Sender};

/// How long the server may take for one step.
const STEP_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a try may take as a whole; shorter than a claim lasts.
const SEND_TIMEOUT: Duration = Duration::from_secs(25);
/// Connections at the same time.
const CONNECTIONS_MAX: u32 = 8;
/// How long an unused connection is kept.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// A mail server: `smtp://user:password@host:587` with STARTTLS, or `smtps://…` with TLS from the first byte.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpAddress {
    host: String,
    port: u16,
    encryption: Encryption,
    user: Option<(String, String)>,
    /// Certificates to trust beside the usual ones, as PEM.
    extra_roots: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    FromTheStart,
    StartTls,
    /// If the server offers it. Only on this machine, or when asked for.
    IfOffered,
    None,
}

impl SmtpAddress {
    /// Reads an address; the error is the end of a sentence about it and leaves the value out.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "must be an address such as `smtp://user:password@mail.example.org:587` or \
                            `smtps://…` (the value is not shown)";
        let url = Url::parse(text).map_err(|_| FORM)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(FORM)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(FORM.into()),
        };
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(FORM.into());
        }
        let encryption = encryption(&url, implicit, &host)?;
        let user = user(&url).ok_or(FORM)?;
        let may_be_plain = matches!(encryption, Encryption::None | Encryption::IfOffered);
        if user.is_some() && may_be_plain && !is_loopback(&host) {
            return Err("has a password that could be sent in clear; leave `tls=…` away".into());
        }
        let port = url.port().unwrap_or(if implicit { 465 } else { 587 });
        Ok(SmtpAddress { host, port, encryption, user, extra_roots: Vec::new() })
    }

    /// Also trusts the certificates of a PEM file, such as that of a mail server of one's own.
    pub fn trusting(self, pem: Vec<u8>) -> Self {
        SmtpAddress { extra_roots: pem, ..self }
    }
}

fn encryption(url: &Url, implicit: bool, host: &str) -> Result<Encryption, String> {
    let mut found = match (implicit, is_loopback(host)) {
        (true, _) => Encryption::FromTheStart,
        (false, true) => Encryption::IfOffered,
        (false, false) => Encryption::StartTls,
    };
    for (key, value) in url.query_pairs() {
        found = match (&*key, &*value, implicit) {
            ("tls", "required", false) => Encryption::StartTls,
            ("tls", "opportunistic", false) => Encryption::IfOffered,
            ("tls", "none", false) => Encryption::None,
            _ => {
                return Err(
                    "takes nothing after `?` but, for `smtp://`, `tls=required`, `tls=opportunistic` or \
                            `tls=none`"
                        .into(),
                );
            }
        };
    }
    Ok(found)
}

/// User and password; `None` when the password is missing or something cannot be decoded.
fn user(url: &Url) -> Option<Option<(String, String)>> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
    match (url.username(), url.password()) {
        ("", None) => Some(None),
        (user, Some(password)) if !user.is_empty() => Some(Some((decode(user)?, decode(password)?))),
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Neither user nor password reaches a log.
impl fmt::Debug for SmtpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpAddress({}:{})", self.host, self.port)
    }
}

/// Connections to a mail server. Cheap to clone.
#[derive(Clone)]
pub struct SmtpTransport {
    pool: Arc<AsyncSmtpTransport<Tokio1Executor>>,
}

impl SmtpTransport {
    /// A pool without connections. Needs a tokio runtime. Fails for certificates that are none.
    pub fn new(address: &SmtpAddress, from: &Sender) -> Result<Self, String> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&address.host)
            .port(address.port)
            .tls(tls(address)?)
            .timeout(Some(STEP_TIMEOUT))
            .hello_name(ClientId::Domain(from.domain().to_owned()))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS_MAX).idle_timeout(IDLE_MAX));
        if let Some((user, password)) = &address.user {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(SmtpTransport { pool: Arc::new(builder.build()) })
    }

    /// Hands a message to the server.
    pub(crate) async fn send(&self, message: Message) -> Result<(), SendError> {
        let is_ascii = message.envelope().to().iter().all(|address| AsRef::<str>::as_ref(address).is_ascii());
        match tokio::time::timeout(SEND_TIMEOUT, self.pool.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(classify(&error, is_ascii)),
            Err(_) => Err(SendError::Transient("the mail server took too long".into())),
        }
    }
}

fn tls(address: &SmtpAddress) -> Result<Tls, String> {
    if address.encryption == Encryption::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(address.host.clone());
    if !address.extra_roots.is_empty() {
        let certificate = Certificate::from_pem(&address.extra_roots)
            .map_err(|_| "must be a file with certificates in PEM form".to_owned())?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters.build_rustls().map_err(|_| "holds a certificate that cannot be used")?;
    Ok(match address.encryption {
        Encryption::FromTheStart => Tls::Wrapper(parameters),
        Encryption::StartTls => Tls::Required(parameters),
        Encryption::IfOffered => Tls::Opportunistic(parameters),
        Encryption::None => Tls::None,
    })
}

/// The server's own words may hold the address, so only their code is kept.
fn classify(error: &lettre::transport::smtp::Error, is_ascii: bool) -> SendError {
    let code = error.status().map(|code| code.to_string());
    match code {
        Some(code) if error.is_permanent() => {
            // Refused passwords are mended in the configuration, and then waiting mail shall still go out.
            let may_change = code.starts_with("53");
            let text = format!("the mail server refused with code {code}");
            if may_change { SendError::Transient(text) } else { SendError::Permanent(text) }
        }
        Some(code) => SendError::Transient(format!("the mail server answered with code {code}")),
        None if error.is_client() && !is_ascii => {
            SendError::Permanent("the mail server knows no addresses beyond ASCII".into())
        }
        None if error.is_client() => {
            SendError::Transient("the mail server cannot do what is needed, such as STARTTLS".into())
        }
        None if error.is_tls() => SendError::Transient("no encrypted connection to the mail server".into()),
        None if error.is_timeout() => SendError::Transient("the mail server took too long".into()),
        None => SendError::Transient("the mail server cannot be reached".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let parsed = |text: &str| SmtpAddress::parse(text);
        let plain = parsed("smtp://mail.example.org").unwrap();
        assert_eq!((plain.port, plain.encryption, plain.user), (587, Encryption::StartTls, None));
        let full = parsed("smtps://u%40x:p%3Aw+1@mail.example.org:4465").unwrap();
        assert_eq!((full.port, full.encryption), (4465, Encryption::FromTheStart));
        assert_eq!(full.user, Some(("u@x".into(), "p:w+1".into())));
        assert_eq!(parsed("smtps://h").unwrap().port, 465);
        assert_eq!(parsed("smtp://127.0.0.1:25").unwrap().encryption, Encryption::IfOffered);
        assert_eq!(parsed("smtp://[::1]:25").unwrap().encryption, Encryption::IfOffered);
        assert_eq!(parsed("smtp://localhost?tls=required").unwrap().encryption, Encryption::StartTls);
        assert_eq!(parsed("smtp://h.example?tls=none").unwrap().encryption, Encryption::None);
    }

    #[test]
    fn wrong_addresses_are_not_repeated() {
        for text in [
            "mail.example.org:587",
            "http://u:secretpw@h",
            "smtp://",
            "smtp://u@h",
            "smtp://:secretpw@h",
            "smtp://u:secretpw@h/path",
            "smtp://u:secretpw@h?tls=maybe",
            "smtps://u:secretpw@h?tls=none",
            "smtp://u:secretpw@h.example?tls=none",
            "smtp://u:secretpw@h.example?tls=opportunistic",
        ] {
            let problem = SmtpAddress::parse(text).unwrap_err();
            assert!(!problem.contains("secretpw"), "{problem}");
        }
        let address = SmtpAddress::parse("smtp://u:secretpw@h").unwrap();
        assert!(!format!("{address:?}").contains("secretpw"));
    }
}
