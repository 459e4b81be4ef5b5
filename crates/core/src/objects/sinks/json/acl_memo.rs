//! Access lists as JSON.

use crate::access::Acl;
use crate::error::{Error, Result};

/// The last access list, since neighbouring rows often share one.
#[derive(Default)]
pub(super) struct AclMemo {
    readers: Option<String>,
    writers: Option<String>,
    json: Vec<u8>,
}

impl AclMemo {
    /// The JSON of an access list by its stored halves.
    pub(super) fn json(&mut self, readers: Option<String>, writers: Option<&str>) -> Result<&[u8]> {
        if !self.json.is_empty() && self.readers == readers && self.writers.as_deref() == writers {
            return Ok(&self.json);
        }
        let list = |json: Option<&str>| -> Result<Vec<String>> {
            json.map_or(Ok(Vec::new()), |json| serde_json::from_str(json).map_err(|_| Error::internal()))
        };
        let (read, write) = (list(readers.as_deref())?, list(writers)?);
        let acl = Acl::from_lists(read.iter().map(String::as_str), write.iter().map(String::as_str));
        self.json = acl.to_json().to_string().into_bytes();
        self.readers = readers;
        self.writers = writers.map(str::to_owned);
        Ok(&self.json)
    }
}
