//! The access log: one line for each request. Paths only, since query strings may hold passwords.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

use crate::request_id::RequestId;

/// What is noted of an answered request.
#[derive(Debug)]
pub struct AccessLine<'r> {
    /// The request's id.
    pub id: RequestId,
    /// Its method.
    pub method: &'r Method,
    /// Its path, without the query string.
    pub path: &'r str,
    /// What was answered.
    pub status: StatusCode,
    /// How long the answer took.
    pub took: Duration,
    /// Who asked.
    pub client: IpAddr,
    /// The app that was asked; empty when none was found.
    pub app: &'r str,
}

/// Where the lines go.
pub type AccessLog = Arc<dyn Fn(&AccessLine<'_>) + Send + Sync>;
