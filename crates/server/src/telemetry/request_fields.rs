//! The fields of readable log lines, with the id of the request they belong to.

use std::fmt;

use astrolabe_wire::request_id::RequestId;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};

/// The usual form of fields, and `request.id` after them.
#[derive(Default)]
pub struct RequestFields {
    usual: DefaultFields,
}

impl<'w> FormatFields<'w> for RequestFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        self.usual.format_fields(writer.by_ref(), fields)?;
        match RequestId::current() {
            Some(id) => write!(writer, " request.id={}", id.as_str()),
            None => Ok(()),
        }
    }
}
