//! Time and randomness.

use crate::value::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Makes identifiers and secrets. One implementation draws from the operating system, tests may use another.
pub trait Ids: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// An id of `len` characters out of [A-Za-z0-9], evenly distributed.
    fn object_id(&self, len: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        /// Bytes from here on would favour the first letters: 248 is the largest multiple of 62 in a byte.
        const UNBIASED: u8 = 248;
        let mut id = String::with_capacity(len);
        let mut bytes = [0_u8; 16];
        while id.len() < len {
            self.fill(&mut bytes);
            let letters =
                bytes.iter().filter(|byte| **byte < UNBIASED).map(|byte| ALPHABET[usize::from(byte % 62)]);
            id.extend(letters.map(char::from).take(len - id.len()));
        }
        id
    }

    /// A session token: `r:` and 32 hexadecimal digits (128 random bits).
    fn session_token(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.fill(&mut bytes);
        format!("r:{}", hex::encode(bytes))
    }

    /// A key or secret of 32 hexadecimal digits.
    fn key(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.fill(&mut bytes);
        hex::encode(bytes)
    }
}
