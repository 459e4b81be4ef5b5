//! Time and randomness.

use crate::value::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Makes identifiers and secrets.
pub trait Ids: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// Fills the buffer with letters and digits out of [A-Za-z0-9], evenly distributed.
    fn fill_with_letters(&self, letters: &mut [u8]) {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        /// Bytes from here on would favour the first letters: 248 is the largest multiple of 62 in a byte.
        const UNBIASED: u8 = 248;
        let mut places = letters.iter_mut();
        let mut bytes = [0_u8; 16];
        while !places.as_slice().is_empty() {
            self.fill(&mut bytes);
            let drawn = bytes.iter().filter(|byte| **byte < UNBIASED);
            for (byte, place) in drawn.zip(places.by_ref()) {
                *place = ALPHABET[usize::from(byte % 62)];
            }
        }
    }

    /// An id of `len` characters out of [A-Za-z0-9], evenly distributed.
    fn object_id(&self, len: usize) -> String {
        let mut letters = vec![0_u8; len];
        self.fill_with_letters(&mut letters);
        letters.into_iter().map(char::from).collect()
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
