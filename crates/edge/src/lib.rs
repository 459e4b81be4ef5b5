//! The edge: what stands between a site's pages and everything that is not Astrolabe.
//!
//! `gateway` calls other people's APIs from the server, with secrets that pages never see. `shared` is the cache and the
//! rate limiter for the developer's own code. It knows apps, callers and limits, and never objects.

pub mod gateway;
pub mod shared;
