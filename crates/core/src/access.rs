//! Who may see and change what: the only place where a [`Scope`] is made, the access lists of objects, and what a
//! caller sees of their fields.

mod acl;
mod field_view;
mod scope;
mod session_terms;
mod stored_acl;

pub use acl::{Acl, AclEntry};
pub use field_view::FieldView;
pub use scope::{Caller, Scope, UserCaller};
pub use session_terms::{NewPassword, SessionTerms};
pub use stored_acl::StoredAcl;
