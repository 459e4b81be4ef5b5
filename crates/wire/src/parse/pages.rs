//! The door to the pages that links in mails lead to: `/apps/…` below the mount, for browsers without keys.
//!
//! Nothing that a browser sends by itself counts here: no cookie, no session, no key. What a page may do is decided by the
//! token in its link, so another site has nothing to gain by sending a visitor here.

use std::sync::Arc;

use astrolabe_core::access::{Caller, Scope};
use astrolabe_core::app::{App, AppSettings, Apps};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::BoxFuture;
use astrolabe_core::value::{Json, JsonMap};
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body::Body;

use super::answer::failure;
use super::body_budget::BodyBudget;
use super::call::ParseContext;
use super::caller::unauthorized;
use super::envelope::parse_body;
use super::gate::count;
use super::read_body::read_body;
use super::route_rules::count_request;
use super::{Params, path};
use crate::around::Answered;
use crate::client_address::ClientAddress;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// What all pages are below.
const APPS: &str = "/apps";

/// A request for a page.
pub struct PageCall {
    /// The app whose page it is.
    pub app: Arc<App>,
    /// GET or POST; HEAD is GET.
    pub method: Method,
    /// The last part of the path, such as `verify_email`.
    pub page: String,
    /// The query string.
    pub query: JsonMap,
    /// The form, or the members of a JSON body.
    pub form: JsonMap,
    /// A script asks, and wants data rather than a page.
    pub is_script: bool,
}

/// An answer: a page, a redirect or data.
#[derive(Debug)]
pub struct PageAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// Answers requests for pages.
pub type PageHandler = Arc<dyn Fn(PageCall) -> BoxFuture<'static, Result<PageAnswer>> + Send + Sync>;

/// The door, and who answers behind it.
pub struct PagesGate {
    /// The apps of this server.
    pub apps: Arc<dyn Apps>,
    /// Settings that hold until an app is known.
    pub defaults: Arc<AppSettings>,
    /// The bytes of bodies that may be held at the same time.
    pub body_budget: BodyBudget,
    /// Where the API is mounted.
    pub mount: &'static str,
    /// Who answers.
    pub handler: PageHandler,
}

impl PagesGate {
    /// The path of a page below `/apps`; `None` when the path below the mount is of something else.
    pub fn page_path(below: &str) -> Option<String> {
        let path = path::normalised(below)?;
        Some(path.strip_prefix(APPS)?.strip_prefix('/')?.to_owned())
    }

    /// Answers a request for the page at a path.
    pub async fn answer<B>(&self, request: Request<B>, page_path: &str, client: ClientAddress) -> Answered
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut app = None;
        let mut bytes_in = 0;
        let answer = self.admit(request, page_path, client, &mut app, &mut bytes_in).await;
        let settings = app.as_ref().map_or(&*self.defaults, |app: &Arc<App>| &app.settings);
        let mut response = match answer {
            Ok(answer) => {
                let mut response = Response::new(answer.body.into());
                *response.status_mut() = answer.status;
                *response.headers_mut() = answer.headers;
                response
            }
            Err(error) => failure(&error, settings.sanitized_errors).into_response(),
        };
        harden(response.headers_mut());
        if let Some(app) = &app {
            count(app, &response, bytes_in);
        }
        Answered { response, app: app.map(|app| Arc::clone(&app.id)) }
    }

    async fn admit<B>(
        &self,
        request: Request<B>,
        page_path: &str,
        client: ClientAddress,
        found: &mut Option<Arc<App>>,
        bytes_in: &mut usize,
    ) -> Result<PageAnswer>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let (parts, body) = request.into_parts();
        let method = match parts.method {
            Method::GET | Method::HEAD => Method::GET,
            Method::POST => Method::POST,
            _ => return Err(no_page()),
        };
        let query = Params::parse(parts.uri.query().unwrap_or_default())?.0;
        let (app_id, page) = match page_path.split_once('/') {
            Some((app_id, page)) if !page.contains('/') => (app_id, page),
            Some(_) => return Err(no_page()),
            None => (query.get("appId").and_then(Json::as_str).unwrap_or_default(), page_path),
        };
        let app = self.apps.by_id(app_id).await?.ok_or_else(unauthorized)?;
        let app = &*found.insert(app);
        self.count_visit(app, &parts, page_path, client)?;
        let (bytes, _reserved) = read_body(body, FORM_BYTES_MAX, &self.body_budget).await?;
        *bytes_in = bytes.len();
        let form = parse_body(&parts.headers, &bytes)?;
        let page = page.to_owned();
        let is_script = is_script(&parts.headers);
        (self.handler)(PageCall { app: Arc::clone(app), method, page, query, form, is_script }).await
    }

    /// The app's rates hold for pages too.
    fn count_visit(
        &self,
        app: &Arc<App>,
        parts: &Parts,
        page_path: &str,
        client: ClientAddress,
    ) -> Result<()> {
        let context = ParseContext {
            app: Arc::clone(app),
            scope: Scope::for_caller(Caller::Anonymous),
            session_token: None,
            client,
            host: None,
            mount: self.mount,
            _in_flight: app.meter.begin(app.objects.clock().now())?,
        };
        count_request(&context, &parts.method, &format!("{APPS}/{page_path}"), None).1
    }
}

fn no_page() -> Error {
    Error::new(ErrorCode::EndpointNotFound, "There is no such endpoint.")
}

fn is_script(headers: &HeaderMap) -> bool {
    let value = headers.get("x-requested-with").and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.eq_ignore_ascii_case("XMLHttpRequest"))
}

/// The token is in the address of a page, so that address goes nowhere, and nobody keeps the page.
fn harden(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
