//! The HTTP kit: what every endpoint needs before and after its own work.
//!
//! Who is calling and from where, bodies with a bound, request ids and the access log, and the forms in which
//! the Parse protocol takes requests and gives answers. It knows apps and callers, but no endpoint.

pub mod access_log;
pub mod around;
pub mod client_address;
pub mod hosted;
pub mod own_answer;
pub mod panics;
pub mod parse;
pub mod request_id;
