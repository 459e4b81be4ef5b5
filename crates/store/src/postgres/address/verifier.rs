//! Whether a server's certificate is good enough for what the address asks for.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Which servers are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// All: nobody can listen, but somebody may pretend to be the server.
    Anybody,
    /// Whoever has a certificate of a trusted authority.
    Authority,
    /// Whoever has one that is about the host of the address.
    Host,
}

/// Looks at certificates. That the server holds the certificate's key is checked in any case.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    trust: Trust,
    /// Absent where anybody is believed.
    chain: Option<Arc<WebPkiServerVerifier>>,
}

impl Verifier {
    /// With the authorities to trust, which only [`Trust::Anybody`] goes without.
    pub fn new(
        provider: &Arc<CryptoProvider>,
        trust: Trust,
        roots: Option<RootCertStore>,
    ) -> Result<Self, String> {
        let build = |roots| {
            let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
            builder.build().map_err(|error| error.to_string())
        };
        Ok(Verifier { provider: Arc::clone(provider), trust, chain: roots.map(build).transpose()? })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return match self.trust {
                Trust::Anybody => Ok(ServerCertVerified::assertion()),
                Trust::Authority | Trust::Host => Err(Error::General("no authority is trusted".to_owned())),
            };
        };
        match chain.verify_server_cert(certificate, intermediates, name, ocsp_response, now) {
            // The name is looked at last, after the chain was found good.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.trust == Trust::Authority => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
