//! Rows that are complete.

use std::ops::Range;

/// Encoded rows that are complete.
#[derive(Default)]
pub(in crate::objects) struct RenderedRows {
    /// The JSON objects, one after the other.
    pub bytes: Vec<u8>,
    /// Where each one stands.
    pub rows: Vec<Range<usize>>,
    /// The object id of each, where they are included objects.
    pub object_ids: Vec<String>,
}

impl RenderedRows {
    /// The bytes of the only row.
    pub(in crate::objects) fn into_only(self) -> Option<Vec<u8>> {
        let range = self.rows.first()?.clone();
        if range == (0..self.bytes.len()) { Some(self.bytes) } else { Some(self.bytes[range].to_vec()) }
    }
}
