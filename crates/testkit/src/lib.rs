//! What tests stand on: a whole server on a real socket and a real database file, with a clock that tests move.

mod clock;
mod database;
mod request;
mod server;
mod smtp;

pub use clock::TestClock;
pub use database::{is_postgres, postgres_address};
pub use request::{Answer, TestRequest};
pub use server::{APP_ID, JAVASCRIPT_KEY, MASTER_KEY, REST_KEY, TestServer, TestServerBuilder, User};
pub use smtp::{SinkTls, SmtpSink, SunkMail};
