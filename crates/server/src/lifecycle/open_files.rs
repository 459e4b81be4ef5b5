//! How many files the process may have open at the same time.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the bound to the highest one this user may have: sockets and databases of many apps need it, and the usual
/// one is meant for programs that wait with `select`.
pub fn raise_open_files_limit() {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return;
    }
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}
