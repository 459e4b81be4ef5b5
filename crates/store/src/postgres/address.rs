//! Where a database is and how the way to it is protected, as an address says it. `sslmode` and `sslrootcert` have the
//! meaning that PostgreSQL's own clients give them, with two differences: without a file the certificates of the system
//! are the trusted ones, and an address that names a loopback host without a mode is used without encryption.

mod verifier;

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use astrolabe_core::ports::{StoreError, StoreResult};
use percent_encoding::percent_decode_str;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::errors::store_error;
use verifier::{Trust, Verifier};

/// What moves the bytes of a connection.
pub(super) type Mover =
    Connection<Socket, <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<Socket>>::Stream>;

/// An address that has been read. It may hold a password and has no `Debug` for that reason.
pub(super) struct Address {
    config: Config,
    trust: Trust,
    roots: Roots,
}

/// Whose certificates are trusted.
enum Roots {
    System,
    File(PathBuf),
}

/// A database that can be connected to.
pub(super) struct Place {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`. The error never holds the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Parameters { rest, mode, roots } = Parameters::take_from(text)?;
        let mut config = Config::from_str(&rest).map_err(|error| super::errors::with_causes(&error))?;
        if config.get_application_name().is_none() {
            config.application_name("astrolabe");
        }
        let (mode, trust) = protection(mode.as_deref(), roots.as_deref(), &config)?;
        config.ssl_mode(mode);
        let roots = match roots.as_deref() {
            None | Some("system") => Roots::System,
            Some(path) => Roots::File(path.into()),
        };
        Ok(Address { config, trust, roots })
    }

    /// Reads the trusted certificates, where any are needed.
    pub fn place(self) -> Result<Place, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = match (self.trust, self.roots) {
            (Trust::Anybody, _) => None,
            (_, Roots::System) => Some(system_roots()?),
            (_, Roots::File(path)) => Some(roots_of(&path)?),
        };
        let tls = MakeRustlsConnect::new(client_config(&provider, self.trust, roots)?);
        Ok(Place { config: self.config, tls })
    }
}

impl Place {
    /// Connects within a time; what is returned beside the client has to be run for it to work.
    pub async fn connect(&self, deadline: Duration) -> StoreResult<(Client, Mover)> {
        let connecting = tokio::time::timeout(deadline, self.try_connect()).await;
        connecting.map_err(|_| StoreError::Unavailable("it does not answer".to_owned()))?.map_err(store_error)
    }

    async fn try_connect(&self) -> Result<(Client, Mover), Error> {
        self.config.connect(self.tls.clone()).await
    }
}

/// What is ours to read in an address, and the rest of it.
struct Parameters {
    rest: String,
    mode: Option<String>,
    roots: Option<String>,
}

impl Parameters {
    fn take_from(text: &str) -> Result<Self, String> {
        let (start, query) = text.split_once('?').unwrap_or((text, ""));
        let mut found = Parameters { rest: start.to_owned(), mode: None, roots: None };
        let mut joint = '?';
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let place = match name {
                "sslmode" => &mut found.mode,
                "sslrootcert" => &mut found.roots,
                _ => {
                    found.rest.push(joint);
                    found.rest.push_str(parameter);
                    joint = '&';
                    continue;
                }
            };
            let value =
                percent_decode_str(value).decode_utf8().map_err(|_| format!("`{name}` is not UTF-8"))?;
            *place = Some(value.into_owned());
        }
        Ok(found)
    }
}

/// What a mode asks for. As with PostgreSQL's own clients, `require` looks at the certificate as soon as somebody says
/// whose are trusted.
fn protection(mode: Option<&str>, roots: Option<&str>, config: &Config) -> Result<(SslMode, Trust), String> {
    Ok(match mode {
        Some("disable") => (SslMode::Disable, Trust::Anybody),
        None if is_loopback(config) && roots.is_none() => (SslMode::Disable, Trust::Anybody),
        Some("verify-full") => (SslMode::Require, Trust::Host),
        None | Some("prefer" | "require") if roots == Some("system") => (SslMode::Require, Trust::Host),
        Some("require") if roots.is_some() => (SslMode::Require, Trust::Authority),
        Some("verify-ca") => (SslMode::Require, Trust::Authority),
        Some("require") => (SslMode::Require, Trust::Anybody),
        None | Some("prefer") if roots.is_some() => {
            return Err("`sslrootcert` is of no use without `sslmode=verify-full` or `verify-ca`".to_owned());
        }
        None | Some("prefer") => (SslMode::Prefer, Trust::Anybody),
        Some(_) => {
            let words = "`disable`, `prefer`, `require`, `verify-ca` or `verify-full`";
            return Err(format!("`sslmode` must be {words}"));
        }
    })
}

fn is_loopback(config: &Config) -> bool {
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    };
    let addresses = config.get_hostaddrs();
    match addresses.is_empty() {
        true => config.get_hosts().iter().all(is_here),
        false => addresses.iter().all(std::net::IpAddr::is_loopback),
    }
}

fn client_config(
    provider: &Arc<CryptoProvider>,
    trust: Trust,
    roots: Option<RootCertStore>,
) -> Result<ClientConfig, String> {
    let verifier = Verifier::new(provider, trust, roots)?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// What the operating system trusts. Single entries that cannot be read are left out, as everywhere.
fn system_roots() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match roots.is_empty() {
        true => Err("the system has no trusted certificates; name a file with `sslrootcert`".to_owned()),
        false => Ok(roots),
    }
}

fn roots_of(path: &std::path::Path) -> Result<RootCertStore, String> {
    let unreadable = |error: &dyn std::fmt::Display| format!("`sslrootcert` {}: {error}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    match roots.is_empty() {
        true => Err(unreadable(&"there is no certificate in it")),
        false => Ok(roots),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(SslMode, Trust), String> {
        Address::parse(text).map(|address| (address.config.get_ssl_mode(), address.trust))
    }

    #[test]
    fn modes() {
        for (address, mode, trust) in [
            ("postgres://u:p@h/d", SslMode::Prefer, Trust::Anybody),
            ("postgres://u:p@localhost/d", SslMode::Disable, Trust::Anybody),
            ("postgres://u:p@[::1]/d", SslMode::Disable, Trust::Anybody),
            ("postgres://u:p@127.0.0.1/d?sslmode=prefer", SslMode::Prefer, Trust::Anybody),
            ("postgres://u@h/d?sslmode=disable&application_name=x", SslMode::Disable, Trust::Anybody),
            ("postgres://u@h/d?application_name=x&sslmode=require", SslMode::Require, Trust::Anybody),
            ("postgres://u@h/d?sslmode=require&sslrootcert=ca.pem", SslMode::Require, Trust::Authority),
            ("postgres://u@h/d?sslmode=verify-ca", SslMode::Require, Trust::Authority),
            ("postgres://u@h/d?sslmode=verify-full", SslMode::Require, Trust::Host),
            ("postgres://u@h/d?sslrootcert=system", SslMode::Require, Trust::Host),
        ] {
            assert_eq!(read(address), Ok((mode, trust)), "{address}");
        }
        for wrong in [
            "postgres://u@h/d?sslmode=verify",
            "postgres://u@h/d?sslmode=allow",
            "postgres://u@h/d?sslrootcert=ca.pem",
            "postgres://u@h/d?sslmode=prefer&sslrootcert=ca.pem",
            "postgres://u@h/d?unknown=1",
        ] {
            let problem = read(wrong).unwrap_err();
            assert!(!problem.contains("//"), "{problem}");
        }
    }

    #[test]
    fn files_of_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b.pem");
        let address =
            format!("postgres://h/d?sslmode=verify-full&sslrootcert={}", path.display()).replace(' ', "%20");
        let place = || Address::parse(&address).unwrap().place().err();
        assert!(place().is_some_and(|problem| problem.contains("a b.pem")), "there is none");
        std::fs::write(&path, "nothing").unwrap();
        assert!(place().is_some_and(|problem| problem.contains("no certificate")));
    }
}
