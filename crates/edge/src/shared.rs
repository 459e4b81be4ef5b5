//! The cache and the rate limiter for the developer's own code: as Rust services, and as endpoints for the server side of
//! a site.

mod cache;
mod flights;
mod keys;
mod rate_limit;
mod routes;

pub use cache::{AppCache, CacheError};
pub use flights::{Flights, Landed};
pub use rate_limit::{Allowance, RateLimiter, RateRule};
pub use routes::{SharedRoutes, SiteKey};
