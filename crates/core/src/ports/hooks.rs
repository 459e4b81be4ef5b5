//! Code of the app's owner that runs around writes.

use super::BoxFuture;
use crate::access::Scope;
use crate::error::Result;
use crate::objects::Write;

/// Steps of the write pipeline that Cloud Code fills. Awaited by the request, as Parse does.
pub trait Hooks: Send + Sync {
    /// Before validation and storage; may change the write or refuse it.
    fn before_save<'a>(&'a self, scope: &'a Scope, write: &'a mut Write) -> BoxFuture<'a, Result<()>>;
    /// After the commit.
    fn after_save<'a>(&'a self, scope: &'a Scope, write: &'a Write) -> BoxFuture<'a, ()>;
    /// Before a delete; may refuse it.
    fn before_delete<'a>(
        &'a self,
        scope: &'a Scope,
        class_name: &'a str,
        object_id: &'a str,
    ) -> BoxFuture<'a, Result<()>>;
    /// After the commit.
    fn after_delete<'a>(
        &'a self,
        scope: &'a Scope,
        class_name: &'a str,
        object_id: &'a str,
    ) -> BoxFuture<'a, ()>;
}

/// An app without Cloud Code.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn before_save<'a>(&'a self, _: &'a Scope, _: &'a mut Write) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn after_save<'a>(&'a self, _: &'a Scope, _: &'a Write) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn before_delete<'a>(&'a self, _: &'a Scope, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn after_delete<'a>(&'a self, _: &'a Scope, _: &'a str, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}
