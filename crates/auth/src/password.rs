//! Passwords: Argon2id, on threads of its own so that a flood of log-ins cannot stop the server from answering
//! anything else.
//!
//! Source of the parameters: OWASP Password Storage Cheat Sheet (19 MiB, two passes, one lane).

mod argon2id;
pub(crate) mod imported;
mod pool;
mod priority;

use std::sync::{Arc, OnceLock};

use argon2::Params;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::ports::Ids;

use argon2id::HashMemory;
use pool::HashPool;

/// Bytes of a password; longer ones would only burn time.
pub const PASSWORD_LEN_MAX: usize = 4_096;

/// What hashing costs. Only tests choose another than the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        PasswordCost { memory_kib: 19_456, passes: 2 }
    }
}

impl PasswordCost {
    /// The least that the algorithm allows: for tests of other things.
    pub fn cheapest() -> Self {
        PasswordCost { memory_kib: Params::MIN_M_COST, passes: 1 }
    }
}

/// Makes and checks password hashes (PHC strings).
pub struct PasswordHasher {
    params: Params,
    pool: HashPool,
    ids: Arc<dyn Ids>,
    /// Checked for unknown users, so that they take as long as known ones. Made with the first password that is
    /// checked, whoever it is for: a server that nobody logs in to needs neither the time nor the memory.
    decoy: Arc<OnceLock<String>>,
}

impl PasswordHasher {
    /// Starts the threads.
    pub fn new(cost: PasswordCost, ids: Arc<dyn Ids>) -> Self {
        // Out-of-range parameters fall back to the library's defaults, which are OWASP's.
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).unwrap_or(Params::DEFAULT);
        PasswordHasher { params, pool: HashPool::start(), ids, decoy: Arc::default() }
    }

    /// The hash of a new password. Fails with 155 (status 429) when too many are waiting.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let (params, password, salt) = (self.params.clone(), password.to_owned(), salt(&*self.ids));
        self.pool.run(move |memory| hash_now(&params, &password, &salt, memory)).await?
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, after the same time.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        if password.len() > PASSWORD_LEN_MAX {
            return Ok(false);
        }
        let (params, password) = (self.params.clone(), password.to_owned());
        let known = hash.is_some();
        let (hash, decoy, salt) = (hash.map(str::to_owned), Arc::clone(&self.decoy), salt(&*self.ids));
        let matches = self.pool.run(move |memory| {
            // Not made inside of `get_or_init`: a thread that gets on must not wait for one that does not.
            let decoy = match decoy.get() {
                Some(decoy) => decoy,
                None => {
                    let made = hash_now(&params, "decoy", &salt, memory).unwrap_or_default();
                    decoy.get_or_init(|| made)
                }
            };
            let hash = hash.as_ref().unwrap_or(decoy);
            imported::verify(&password, hash).unwrap_or_else(|| argon2id::verify(&password, hash, memory))
        });
        Ok(matches.await? && known)
    }
}

fn salt(ids: &dyn Ids) -> [u8; 16] {
    let mut salt = [0; 16];
    ids.fill(&mut salt);
    salt
}

fn hash_now(params: &Params, password: &str, salt: &[u8], memory: &mut HashMemory) -> Result<String> {
    if password.len() > PASSWORD_LEN_MAX {
        return Err(Error::new(
            ErrorCode::ValidationError,
            format!("A password holds at most {PASSWORD_LEN_MAX} bytes."),
        ));
    }
    argon2id::hash(params, password, salt, memory).ok_or_else(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts up, which is as good as random for a test of something else.
    struct CountingIds(std::sync::atomic::AtomicU8);

    impl Ids for CountingIds {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    #[tokio::test]
    async fn hashes_have_the_promised_strength_and_a_salt_each() -> Result<()> {
        let ids = Arc::new(CountingIds(std::sync::atomic::AtomicU8::new(0)));
        let hasher = PasswordHasher::new(PasswordCost::default(), ids);
        let (first, second) = (hasher.hash("secret").await?, hasher.hash("secret").await?);
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, second);
        assert!(hasher.verify("secret", Some(&first)).await?);
        assert!(!hasher.verify("Secret", Some(&first)).await?);
        assert!(!hasher.verify("decoy", None).await?);
        Ok(())
    }

    /// The hash of this password and salt by the reference implementation of Argon2, with other costs than ours.
    #[tokio::test]
    async fn a_hash_of_the_reference_implementation_verifies() -> Result<()> {
        let ids = Arc::new(CountingIds(std::sync::atomic::AtomicU8::new(0)));
        let hasher = PasswordHasher::new(PasswordCost::cheapest(), ids);
        let hash = "$argon2id$v=19$m=64,t=3,p=2$YmF0dGVyeSBzdGFwbGUgMTY$Csm6cpS+Ff1e7EROphEVfZNQVXRWwITw";
        assert!(hasher.verify("correct horse", Some(hash)).await?);
        assert!(!hasher.verify("correct horse ", Some(hash)).await?);
        for damaged in ["", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ", "plain"] {
            assert!(!hasher.verify("", Some(damaged)).await?, "{damaged}");
        }
        Ok(())
    }
}
