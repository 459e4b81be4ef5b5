//! The request to the upstream: address, headers and secrets. A new one is made for each attempt.

use astrolabe_core::value::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use sha2::Sha256;

use super::failure::Failure;
use super::route::{Addition, Part, Route, Signature};
use super::template::{decoded, encoded};

/// What stays the same over all attempts. It holds secrets.
#[derive(Clone)]
pub(super) struct Outgoing {
    pub method: Method,
    pub uri: Uri,
    /// The address without what is passed on of the client's query and without added secrets.
    pub base: String,
    /// Those of the client that are passed on.
    pub headers: HeaderMap,
}

/// The query parameters that are passed on, encoded.
pub(super) fn passed_query(route: &Route, query: &str) -> String {
    let mut out = String::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // In the query of a form, a plus is a space.
        let text = |raw: &str| decoded(&raw.replace('+', "%20"));
        let (Ok(name), Ok(value)) = (text(name), text(value)) else { continue };
        if route.query.contains(&name) {
            let separator = if out.is_empty() { "" } else { "&" };
            out.push_str(&format!("{separator}{}={}", encoded(&name), encoded(&value)));
        }
    }
    out
}

impl Outgoing {
    /// `parameter` finds a parameter of the path.
    pub(super) fn new<'p>(
        route: &Route,
        method: Method,
        parameter: &dyn Fn(&str) -> Option<&'p str>,
        passed_query: &str,
        headers: HeaderMap,
    ) -> Result<Self, Failure> {
        let mut query = passed_query.to_owned();
        for addition in &route.additions {
            if let Addition::Query(name, secret) = addition {
                let separator = if query.is_empty() { "" } else { "&" };
                query.push_str(&format!("{separator}{}={}", encoded(name), encoded(secret.expose())));
            }
        }
        let base = route.upstream.expand(parameter, "").map_err(|_| Failure::Path)?;
        let address = route.upstream.expand(parameter, &query).map_err(|_| Failure::Path)?;
        // It was checked with parameters that are not too long.
        let uri = address.parse().map_err(|_| Failure::Path)?;
        Ok(Outgoing { method, uri, base, headers })
    }

    /// The headers of an attempt. `body` is what is signed.
    pub(super) fn headers_at(
        &self,
        route: &Route,
        now: Timestamp,
        body: &Bytes,
    ) -> Result<HeaderMap, Failure> {
        let mut headers = self.headers.clone();
        for addition in &route.additions {
            if let Addition::Header(name, secret) = addition {
                headers.insert(name, sensitive(secret.expose())?);
            }
        }
        if let Some(signature) = &route.signature {
            self.sign(signature, now, body, &mut headers)?;
        }
        Ok(headers)
    }

    fn sign(
        &self,
        signature: &Signature,
        now: Timestamp,
        body: &Bytes,
        headers: &mut HeaderMap,
    ) -> Result<(), Failure> {
        let seconds = now.0.div_euclid(1_000).to_string();
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(signature.key.expose().as_bytes()) else {
            return Err(Failure::Unreachable);
        };
        for part in &signature.message {
            mac.update(match part {
                Part::Text(text) => text.as_bytes(),
                Part::Timestamp => seconds.as_bytes(),
                Part::Method => self.method.as_str().as_bytes(),
                Part::Path => self.uri.path().as_bytes(),
                Part::Query => self.uri.query().unwrap_or_default().as_bytes(),
                Part::Body => body,
            });
        }
        let digest = mac.finalize().into_bytes();
        let text = if signature.is_base64 { STANDARD.encode(digest) } else { hex::encode(digest) };
        headers.insert(&signature.header, sensitive(&format!("{}{text}", signature.prefix))?);
        if let Some(name) = &signature.timestamp_header {
            headers.insert(name, sensitive(&seconds)?);
        }
        Ok(())
    }
}

/// A value that no log of the client shows and HTTP/2 keeps out of its tables. That it fits was checked at start.
fn sensitive(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Failure::Unreachable)?;
    value.set_sensitive(true);
    Ok(value)
}
