//! Hashes of our own making: Argon2id as PHC strings, computed in memory that is used again.
//!
//! Memory of this size comes from the operating system page by page, and giving it back stops the other threads of the
//! process for a moment, so a run of log-ins keeps it until no password waits any more.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The memory of a hashing thread.
#[derive(Default)]
pub(super) struct HashMemory {
    blocks: Vec<Block>,
}

impl HashMemory {
    /// Gives the memory back.
    pub(super) fn release(&mut self) {
        self.blocks = Vec::new();
    }

    fn blocks(&mut self, params: &Params) -> &mut [Block] {
        let count = params.block_count();
        if self.blocks.len() < count {
            self.blocks.resize(count, Block::new());
        }
        &mut self.blocks
    }
}

/// The hash of a password. `None` for parameters or a salt that the algorithm does not allow.
pub(super) fn hash(params: &Params, password: &str, salt: &[u8], memory: &mut HashMemory) -> Option<String> {
    let salt = Salt::new(salt).ok()?;
    let mut bytes = [0; Params::DEFAULT_OUTPUT_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), &salt, &mut bytes, memory.blocks(params))
        .ok()?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).ok()?,
        salt: Some(salt),
        hash: Some(Output::new(&bytes).ok()?),
    };
    Some(hash.to_string())
}

/// Whether the password belongs to the hash, which names its own parameters. The comparison takes the same time wherever
/// they differ.
pub(super) fn verify(password: &str, hash: &str, memory: &mut HashMemory) -> bool {
    computed_again(password, hash, memory).is_some_and(|(expected, computed)| expected == computed)
}

fn computed_again(password: &str, hash: &str, memory: &mut HashMemory) -> Option<(Output, Output)> {
    let hash = PasswordHash::new(hash).ok()?;
    let (salt, expected) = (hash.salt?, hash.hash?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..expected.len())?;
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), &salt, bytes, memory.blocks(&params))
        .ok()?;
    Some((expected, Output::new(bytes).ok()?))
}
