//! What every parser promises for every input.

/// The result; a refusal has to blame the client in a text of bounded length.
pub fn check<T>(outcome: astrolabe_core::Result<T>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error) => {
            assert!((400..500).contains(&error.code.http_status()), "{error:?}");
            assert!(error.message.len() < 2_000, "{} bytes", error.message.len());
            None
        }
    }
}
