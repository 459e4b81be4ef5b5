//! Encrypted connections, to a cluster whose certificate comes from an authority made here.

use std::path::Path;

use astrolabe_core::ports::{Store, StoreError};
use astrolabe_store::{PostgresOptions, PostgresServer};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_postgres::NoTls;

use super::RUNTIME;
use super::cluster::Cluster;
use crate::support::block_on;

const PASSWORD: &str = "not-to-be-shown";
/// The role of the tests comes in over encrypted connections only, with a password.
const RULES: &str = "local all all trust\nhost all postgres 127.0.0.1/32 trust\n\
                     hostssl all guest 127.0.0.1/32 scram-sha-256\n";

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A cluster with a certificate that is about `localhost` and about no address.
fn cluster(authority: &CertifiedIssuer<'static, KeyPair>) -> Cluster {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let files = [("server.crt", &*certificate.pem()), ("server.key", &*key.serialize_pem())];
    let cluster = Cluster::start("-c ssl=on", RULES, &files);
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(&cluster.address(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = format!(
            "CREATE ROLE guest LOGIN PASSWORD '{PASSWORD}'; GRANT CREATE ON DATABASE postgres TO guest"
        );
        client.batch_execute(&sql).await.unwrap();
    });
    cluster
}

/// Opens a store; the number of its connections that are encrypted.
fn open(cluster: &Cluster, host: &str, parameters: &str) -> Result<i64, String> {
    let port = cluster.port();
    let address =
        format!("postgres://guest:{PASSWORD}@{host}:{port}/postgres?application_name=seen&{parameters}");
    let server = PostgresServer::new(&address, PostgresOptions::default(), RUNTIME.handle().clone())?;
    let store = match RUNTIME.block_on(server.open("app", Default::default())) {
        Ok(store) => store,
        Err(error) => {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            let said = format!("{error} {error:?}");
            assert!(!said.contains(PASSWORD), "{said}");
            return Err(said);
        }
    };
    block_on(store.ping()).unwrap();
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(&cluster.address(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let sql = "SELECT count(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                   WHERE application_name = 'seen'";
        Ok(client.query_one(sql, &[]).await.unwrap().get(0))
    })
}

fn write(folder: &Path, name: &str, pem: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, pem).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn certificates_are_checked_as_asked() {
    let authority = authority();
    let cluster = cluster(&authority);
    let folder = tempfile::tempdir().unwrap();
    let ours = write(folder.path(), "ours.pem", &authority.pem());
    let other = write(folder.path(), "other.pem", &self::authority().pem());
    let full = |roots: &str| format!("sslmode=verify-full&sslrootcert={roots}");
    for (host, parameters) in [
        ("127.0.0.1", "sslmode=prefer".to_owned()),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("127.0.0.1", format!("sslmode=require&sslrootcert={ours}")),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ours}")),
        ("localhost", full(&ours)),
        ("localhost", format!("{}&channel_binding=require", full(&ours))),
    ] {
        let encrypted = open(&cluster, host, &parameters);
        assert!(matches!(encrypted, Ok(1..)), "{parameters}: {encrypted:?}");
    }
    for (host, parameters, problem) in [
        ("127.0.0.1", full(&ours), "not valid for name"),
        ("localhost", full(&other), "invalid peer certificate"),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={other}"), "invalid peer certificate"),
        ("127.0.0.1", format!("sslmode=require&sslrootcert={other}"), "invalid peer certificate"),
        ("localhost", "sslmode=verify-full".to_owned(), "invalid peer certificate"),
        ("127.0.0.1", "sslmode=disable".to_owned(), "no encryption"),
        ("127.0.0.1", "connect_timeout=3".to_owned(), "no encryption"),
    ] {
        let refused = open(&cluster, host, &parameters).expect_err(&parameters);
        let lacks_roots = refused.contains("no trusted certificates");
        assert!(refused.contains(problem) || lacks_roots, "{parameters}: {refused}");
    }
}

/// What asks for encryption never goes without.
#[test]
fn servers_without_encryption_are_refused() {
    let cluster = Cluster::start("-c ssl=off", "host all all 127.0.0.1/32 trust\n", &[]);
    for mode in ["require", "verify-ca", "verify-full"] {
        // A file of certificates is read before anything is asked for.
        let folder = tempfile::tempdir().unwrap();
        let roots = write(folder.path(), "ours.pem", &authority().pem());
        let address = format!("{}?sslmode={mode}&sslrootcert={roots}", cluster.address());
        let server =
            PostgresServer::new(&address, PostgresOptions::default(), RUNTIME.handle().clone()).unwrap();
        let refused = RUNTIME.block_on(server.open("app", Default::default())).err();
        assert!(
            matches!(&refused, Some(StoreError::Unavailable(reason)) if reason.contains("TLS")),
            "{refused:?}"
        );
    }
}
