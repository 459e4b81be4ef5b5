//! The Parse protocol's way of carrying requests and answers over HTTP.
//!
//! Source: Parse REST protocol, "Transport and request envelope".

mod answer;
mod body_budget;
mod call;
mod caller;
mod cors;
mod credentials;
mod envelope;
mod gate;
mod pages;
mod params;
mod path;
mod path_params;
pub(crate) mod read_body;
mod route_rules;
pub mod routes;

pub use answer::{Answer, created, failure_body, json_bytes, json_value, object_with_token, status_of};
pub use body_budget::BodyBudget;
pub use call::{ParseCall, ParseContext};
pub use gate::ParseGate;
pub use pages::{PageAnswer, PageCall, PageHandler, PagesGate};
pub use params::Params;
pub use path::normalised;
pub use path_params::PathParams;
pub use route_rules::check_route;
pub use routes::{Endpoint, Routes};
