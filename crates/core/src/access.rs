//! Who may see and change what: the only place where a [`Scope`] is made, and the access lists of objects.

mod acl;
mod scope;

pub use acl::{Acl, AclEntry};
pub use scope::{Caller, Scope, UserCaller};
