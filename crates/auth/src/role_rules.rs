//! The rules of `_Role`: a role needs a name that can stand in an access list, and an access list of its own.
//!
//! Source: Parse REST protocol, "Roles".

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::{Write, WriteKind};
use astrolabe_core::ports::{BoxFuture, ClassRules, RuleContext};

use crate::roles::ROLE;

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct RoleRules;

impl ClassRules for RoleRules {
    fn class_name(&self) -> &'static str {
        ROLE
    }

    fn before_save<'a>(&'a self, _: RuleContext<'a>, write: &'a mut Write) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(check(write)))
    }
}

fn check(write: &Write) -> Result<()> {
    if write.kind == WriteKind::Create {
        if !write.fields.contains_key("name") {
            return Err(missing("name"));
        }
        if write.acl.is_none() {
            return Err(missing("ACL"));
        }
    }
    if !write.fields.contains_key("name") || write.new_text("name").is_some_and(is_role_name) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::InvalidRoleName,
        "A role's name can only contain alphanumeric characters, _, -, and spaces.",
    ))
}

fn is_role_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

fn missing(field: &str) -> Error {
    Error::new(ErrorCode::IncorrectType, format!("{field} is required."))
}
