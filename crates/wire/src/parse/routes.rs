//! The endpoints of the Parse protocol: from a method and a path to the handler that answers.
//!
//! A table of its own rather than a router of an HTTP framework: handlers take a [`ParseCall`] and give an [`Answer`],
//! so the requests of a batch reach them without being HTTP requests. See decision 005.

use std::future::Future;
use std::sync::Arc;

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::BoxFuture;
use http::Method;

use super::path_params::{FromPath, decoded};
use super::{Answer, ParseCall, PathParams};

/// The endpoints by path, such as `/classes/{class}/{id}`.
#[derive(Clone, Default)]
pub struct Routes {
    paths: matchit::Router<Endpoint>,
}

impl Routes {
    /// Adds an endpoint.
    ///
    /// # Panics
    /// When another endpoint has the path already, which is a mistake in the program.
    #[must_use]
    pub fn route(mut self, path: &str, endpoint: Endpoint) -> Self {
        if let Err(conflict) = self.paths.insert(path, endpoint) {
            panic!("the route {path}: {conflict}");
        }
        self
    }

    /// Answers a call. `path` is normalised and below the mount. Fails with 404 where there is no endpoint.
    pub async fn answer(&self, method: &Method, path: &str, call: ParseCall) -> Result<Answer> {
        let found = self.paths.at(path).map_err(|_| unknown_endpoint())?;
        let handler = found.value.handler(method).ok_or_else(unknown_endpoint)?;
        let parts = decoded(&found.params)?;
        if !found.value.records_itself {
            call.record_request().await?;
        }
        handler(call, parts).await
    }
}

/// The refusal of a path or method that nobody answers.
fn unknown_endpoint() -> Error {
    Error::new(ErrorCode::EndpointNotFound, "There is no such endpoint.")
}

type Erased = Arc<dyn Fn(ParseCall, Vec<String>) -> BoxFuture<'static, Result<Answer>> + Send + Sync>;

/// The handlers of one path.
#[derive(Clone, Default)]
pub struct Endpoint {
    by_method: Vec<(Method, Erased)>,
    others: Option<Erased>,
    records_itself: bool,
}

/// Answers GET, and HEAD without the body.
pub fn get<Kind>(handler: impl Handler<Kind>) -> Endpoint {
    Endpoint::default().get(handler)
}

/// Answers POST.
pub fn post<Kind>(handler: impl Handler<Kind>) -> Endpoint {
    Endpoint::default().post(handler)
}

/// Answers DELETE.
pub fn delete<Kind>(handler: impl Handler<Kind>) -> Endpoint {
    Endpoint::default().delete(handler)
}

/// Answers every method.
pub fn any<Kind>(handler: impl Handler<Kind>) -> Endpoint {
    Endpoint::default().or(handler)
}

impl Endpoint {
    /// Answers GET, and HEAD without the body.
    #[must_use]
    pub fn get<Kind>(self, handler: impl Handler<Kind>) -> Self {
        self.with(Method::GET, handler)
    }

    /// Answers POST.
    #[must_use]
    pub fn post<Kind>(self, handler: impl Handler<Kind>) -> Self {
        self.with(Method::POST, handler)
    }

    /// Answers PUT.
    #[must_use]
    pub fn put<Kind>(self, handler: impl Handler<Kind>) -> Self {
        self.with(Method::PUT, handler)
    }

    /// Answers DELETE.
    #[must_use]
    pub fn delete<Kind>(self, handler: impl Handler<Kind>) -> Self {
        self.with(Method::DELETE, handler)
    }

    /// Answers the methods that have no handler of their own.
    #[must_use]
    pub fn or<Kind>(mut self, handler: impl Handler<Kind>) -> Self {
        self.others = Some(erased(handler));
        self
    }

    /// The handlers record the id of a request together with what they store. Of other endpoints it is recorded before
    /// anything is done.
    #[must_use]
    pub fn records_itself(mut self) -> Self {
        self.records_itself = true;
        self
    }

    fn with<Kind>(mut self, method: Method, handler: impl Handler<Kind>) -> Self {
        self.by_method.push((method, erased(handler)));
        self
    }

    fn handler(&self, method: &Method) -> Option<&Erased> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let own = self.by_method.iter().find(|(own, _)| own == method);
        own.map(|(_, handler)| handler).or(self.others.as_ref())
    }
}

fn erased<Kind>(handler: impl Handler<Kind>) -> Erased {
    Arc::new(move |call, parts| handler.answer(call, parts))
}

/// A function that answers calls: it takes a [`ParseCall`], and [`PathParams`] if its path has some. `Kind` only tells
/// the two forms apart.
pub trait Handler<Kind>: Send + Sync + 'static {
    /// Answers a call.
    fn answer(&self, call: ParseCall, parts: Vec<String>) -> BoxFuture<'static, Result<Answer>>;
}

impl<F, Answering> Handler<()> for F
where
    F: Fn(ParseCall) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Result<Answer>> + Send + 'static,
{
    fn answer(&self, call: ParseCall, _: Vec<String>) -> BoxFuture<'static, Result<Answer>> {
        Box::pin(self(call))
    }
}

impl<F, Params, Answering> Handler<PathParams<Params>> for F
where
    F: Fn(ParseCall, PathParams<Params>) -> Answering + Send + Sync + 'static,
    Params: FromPath,
    Answering: Future<Output = Result<Answer>> + Send + 'static,
{
    fn answer(&self, call: ParseCall, parts: Vec<String>) -> BoxFuture<'static, Result<Answer>> {
        match Params::from_parts(parts) {
            Some(params) => Box::pin(self(call, PathParams(params))),
            None => Box::pin(std::future::ready(Err(Error::internal()))),
        }
    }
}
