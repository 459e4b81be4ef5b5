//! Comparing a page with the file in `docs/reference`.

use std::fs;
use std::path::Path;

/// Fails when the file differs from `page`. With `UPDATE_DOCS=1` in the environment the file is written first.
#[track_caller]
pub fn check(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/reference/{name} is stale: run the test with UPDATE_DOCS=1");
}
