//! Names and ids out of the path.

use astrolabe_core::error::{Error, ErrorCode, Result};
use percent_encoding::percent_decode_str;

/// What the braces of a route's path stand for, in order.
pub struct PathParams<T>(pub T);

/// What path parameters can be taken as.
pub trait FromPath: Sized {
    /// Takes the decoded parts; `None` when the route has other ones.
    fn from_parts(parts: Vec<String>) -> Option<Self>;
}

impl FromPath for String {
    fn from_parts(parts: Vec<String>) -> Option<Self> {
        let [only] = <[String; 1]>::try_from(parts).ok()?;
        Some(only)
    }
}

impl FromPath for (String, String) {
    fn from_parts(parts: Vec<String>) -> Option<Self> {
        <[String; 2]>::try_from(parts).ok().map(Into::into)
    }
}

/// Decodes the parameters of a path. Fails with 400 for what is not UTF-8.
pub(super) fn decoded(params: &matchit::Params<'_, '_>) -> Result<Vec<String>> {
    let decode = |(_, part): (&str, &str)| match percent_decode_str(part).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Error::new(ErrorCode::MalformedBody, "The path cannot be decoded.")),
    };
    params.iter().map(decode).collect()
}
