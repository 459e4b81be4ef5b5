//! The keys of one app, apart from those of others and from what the gateway keeps.

use super::cache::CacheError;

/// Bytes of a key or prefix.
pub(super) const KEY_LEN_MAX: usize = 1_024;

/// The key as it is stored. No app id holds a `/`, so no two apps share one.
pub(super) fn stored_key(app_id: &str, kind: &str, key: &str) -> Result<String, CacheError> {
    if key.len() > KEY_LEN_MAX || key.contains('\0') {
        return Err(CacheError::Key);
    }
    Ok(format!("{app_id}/{kind}/{key}"))
}
