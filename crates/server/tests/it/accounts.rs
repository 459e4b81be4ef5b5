//! Accounts over cookies, through HTTP with a clock that tests move. What answers look like is compared with Better Auth
//! itself in `conformance/better-auth`; here is what takes time, other faces or other settings.

mod browser;
mod cookies;
mod faces;
mod guesses;
mod lifetimes;
mod mails;
mod permissions;
mod rate_limits;
mod secrets;
