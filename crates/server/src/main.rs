//! The `astrolabe` program. Everything it does is in the library, where tests reach it.

use std::process::ExitCode;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    astrolabe_server::cli::run()
}
