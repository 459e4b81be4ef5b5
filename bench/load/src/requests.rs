//! Files of prepared requests, the same that `bench/wrk/replay.lua` reads: one request per line, with tabs between the
//! method, the path, the body and any number of headers, each `name: value`.

use std::fs;

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;

/// A request that can be sent any number of times.
#[derive(Clone)]
pub struct PlannedRequest {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// Reads a file of requests.
pub fn read(file: &str) -> anyhow::Result<Vec<PlannedRequest>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let requests: Vec<_> = text.lines().map(parse_line).collect::<anyhow::Result<_>>()?;
    ensure!(!requests.is_empty(), "{file} has no requests");
    Ok(requests)
}

fn parse_line(line: &str) -> anyhow::Result<PlannedRequest> {
    let mut parts = line.split('\t');
    let mut next = || parts.next().context("a request needs a method, a path and a body");
    let (method, path, body) = (next()?, next()?, next()?);
    Ok(PlannedRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: parts.map(parse_header).collect::<anyhow::Result<_>>()?,
        body: Bytes::copy_from_slice(body.as_bytes()),
    })
}

fn parse_header(text: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = text.split_once(": ").context("a header is `name: value`")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl PlannedRequest {
    /// The request for one sending.
    pub fn build(&self, address: &str) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut request =
            Request::builder().method(self.method.as_str()).uri(&self.path).header("host", address);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Ok(request.body(Full::new(self.body.clone()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_request() -> anyhow::Result<()> {
        let planned = parse_line("POST\t/a?b=1\t{\"c\":2}\tX-Key: k: 1\tX-Token: r:0f")?;
        let request = planned.build("127.0.0.1:1")?;
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", "/a?b=1"));
        assert_eq!((header("x-key"), header("x-token")), (Some("k: 1"), Some("r:0f")));
        assert_eq!(planned.body, "{\"c\":2}");
        for bad in ["", "GET", "GET\t/", "GET\t/\t\tno header"] {
            assert!(parse_line(bad).is_err(), "{bad:?}");
        }
        Ok(())
    }
}
