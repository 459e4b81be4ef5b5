//! Which names classes and fields may have.

use crate::error::{Error, ErrorCode, Result, shown};
use crate::limits;

/// Classes with a meaning to the server.
const SYSTEM_CLASSES: &[&str] = &[
    "_User",
    "_Installation",
    "_Role",
    "_Session",
    "_Product",
    "_PushStatus",
    "_JobStatus",
    "_JobSchedule",
    "_Hooks",
    "_GlobalConfig",
    "_GraphQLConfig",
    "_Audience",
    "_Idempotency",
    "_Mail",
];

/// Whether the class is one the server knows by name.
pub fn is_system_class(name: &str) -> bool {
    SYSTEM_CLASSES.contains(&name)
}

/// Accepts system classes and names of letters, digits and `_` that start with a letter. Fails with 103.
pub fn check_class_name(name: &str) -> Result<()> {
    if is_system_class(name) || is_plain_name(name) {
        return Ok(());
    }
    // The space at the end is part of the text that clients compare.
    Err(Error::new(
        ErrorCode::InvalidClassName,
        format!(
            "Invalid classname: {}, classnames can only have alphanumeric characters and _, and must start \
             with an alpha character ",
            shown(name)
        ),
    ))
}

/// Names that mean something else in the JSON of an object, or to clients.
const RESERVED_FIELDS: [&str; 2] = ["length", "className"];

/// Whether a field may have this name.
pub fn is_valid_field_name(name: &str) -> bool {
    is_plain_name(name) && !RESERVED_FIELDS.contains(&name)
}

/// Accepts names of letters, digits and `_` that start with a letter. Fails with 105.
pub fn check_field_name(name: &str) -> Result<()> {
    if is_valid_field_name(name) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidKeyName, format!("Invalid field name: {}.", shown(name))))
}

fn is_plain_name(name: &str) -> bool {
    name.len() <= limits::NAME_LEN_MAX
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names() {
        for good in ["Todo", "todo_2", "_User", "_Session", "A"] {
            assert!(check_class_name(good).is_ok(), "{good}");
        }
        for bad in ["", "_Todo", "2do", "to-do", "Tödo", "a b", "x\"y", "x\0", "__proto__", &"a".repeat(129)]
        {
            assert!(check_class_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn field_names() {
        for good in ["title", "isCompleted", "a_1"] {
            assert!(check_field_name(good).is_ok(), "{good}");
        }
        for bad in ["", "_x", "1x", "a.b", "a-b", "length", "__proto__", "$a", "a\0", "className"] {
            assert!(check_field_name(bad).is_err(), "{bad}");
        }
    }
}
