//! Pages of `docs/reference` that are made from the kernel's tables, so that they are never out of date.

mod errors_page;
mod limits_page;
mod page;
