//! A request whose app the host has chosen, and its answer.

use std::sync::Arc;

use astrolabe_core::app::{App, InFlight};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::client_address::ClientAddress;

/// Headers that a face and the kit around it add to an answer.
const HEADERS: usize = 10;

/// One request.
pub struct HostedCall {
    /// The app that the host chose.
    pub app: Arc<App>,
    /// Method, address and headers.
    pub parts: Parts,
    /// The path below the mount, as it was sent, with a slash in front.
    pub path: String,
    /// The body.
    pub body: Bytes,
    /// Where the request comes from.
    pub client: ClientAddress,
    /// The address under which the client knows this server.
    pub address: PublicAddress,
    pub(super) _in_flight: InFlight,
}

impl HostedCall {
    /// A header as text; `None` for one that is missing or no text.
    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }
}

/// Scheme and host, as a browser writes them in `Origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// Such as `https://shop.example`.
    pub origin: String,
    /// The same by the `Host` header alone, which is that of the last proxy in between.
    pub direct: String,
}

impl PublicAddress {
    /// What the client has named. A proxy that is listed may say what it was asked for itself.
    pub(super) fn of_request(headers: &HeaderMap, client: ClientAddress) -> Self {
        let forwarded = |name| {
            let value: &HeaderValue = headers.get(name).filter(|_| client.is_proxied)?;
            // The nearest proxy that adds to a list stands last; the first value is what the browser asked for.
            value.to_str().ok()?.split(',').next().map(str::trim).filter(|text| !text.is_empty())
        };
        let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = forwarded("x-forwarded-host").or(named).unwrap_or("localhost");
        let scheme = match forwarded("x-forwarded-proto") {
            Some("https") => "https",
            _ => "http",
        };
        let direct = format!("http://{}", named.unwrap_or("localhost").to_ascii_lowercase());
        PublicAddress { origin: format!("{scheme}://{}", host.to_ascii_lowercase()), direct }
    }

    /// Whether browsers speak to it over TLS.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

/// What a face answers.
#[derive(Debug)]
pub struct HostedAnswer {
    /// The status.
    pub status: StatusCode,
    /// Its headers; one name may come several times.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HostedAnswer {
    pub(super) fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let mut headers = HeaderMap::with_capacity(HEADERS);
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        *response.headers_mut() = headers;
        response
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn only_listed_proxies_say_how_they_were_asked() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("Inner:8080"));
        headers.insert("x-forwarded-host", HeaderValue::from_static("Shop.example, inner"));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        for (is_proxied, expected) in [(false, "http://inner:8080"), (true, "https://shop.example")] {
            let client =
                ClientAddress { ip: IpAddr::from([127, 0, 0, 1]), is_certain: is_proxied, is_proxied };
            let address = PublicAddress::of_request(&headers, client);
            assert_eq!((address.origin.as_str(), address.is_secure()), (expected, is_proxied));
            assert_eq!(address.direct, "http://inner:8080");
        }
    }
}
