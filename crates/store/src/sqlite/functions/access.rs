//! The test of access lists, which runs for every row of a read by anybody but the master key. It takes
//! time in proportion to the list in the row, however many principals the reader has.

use std::collections::HashSet;

use rusqlite::Result;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;

/// `acl_allows(list, principals)`: whether the two JSON lists of texts have a text in common. A list that is
/// null or damaged lets nobody through.
pub(super) fn acl_allows(context: &Context<'_>) -> Result<bool> {
    let ValueRef::Text(list) = context.get_raw(0) else { return Ok(false) };
    let principals = context.get_or_create_aux(1, principals)?;
    Ok(std::str::from_utf8(list).is_ok_and(|list| allows(list, &principals)))
}

fn principals(json: ValueRef<'_>) -> Result<HashSet<String>, rusqlite::Error> {
    serde_json::from_slice(json.as_bytes()?).map_err(|error| rusqlite::Error::UserFunctionError(error.into()))
}

fn allows(list: &str, principals: &HashSet<String>) -> bool {
    if list.contains('\\') {
        let listed: Vec<String> = serde_json::from_str(list).unwrap_or_default();
        return listed.iter().any(|listed| principals.contains(listed));
    }
    // Without escapes no text holds a quote, so every second piece between quotes is a text.
    list.split('"').skip(1).step_by(2).any(|listed| principals.contains(listed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_a_principal_in_common() {
        let principals = HashSet::from(["*", "u1", "role:a\"b", ","].map(str::to_owned));
        for (list, expected) in [
            ("[]", false),
            (r#"["*"]"#, true),
            (r#"["u2","u1"]"#, true),
            (r#"["u2","u11"]"#, false),
            (r#"["role:a\"b"]"#, true),
            (r#"["role:a\\"]"#, false),
            (r#"["x",",","y"]"#, true),
            (r#"["x","y"]"#, false),
            ("", false),
            ("{", false),
        ] {
            assert_eq!(allows(list, &principals), expected, "{list}");
        }
    }
}
