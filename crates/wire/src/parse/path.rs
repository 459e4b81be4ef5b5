//! Paths as clients write them: the first word in any case, slashes doubled or left at the end.

/// The path that the routes know: `//Classes/Todo/` becomes `/classes/Todo`. Class names and object ids keep
/// their case.
pub fn normalised(path: &str) -> String {
    let mut normal = String::with_capacity(path.len() + 1);
    for (at, part) in path.split('/').filter(|part| !part.is_empty()).enumerate() {
        normal.push('/');
        if at == 0 {
            normal.push_str(&part.to_ascii_lowercase());
        } else {
            normal.push_str(part);
        }
    }
    if normal == "/serverinfo" {
        return "/serverInfo".to_owned();
    }
    for (lower, exact) in [("/loginas", "/loginAs"), ("/verifypassword", "/verifyPassword")] {
        if normal == lower {
            return exact.to_owned();
        }
    }
    if normal.is_empty() { "/".to_owned() } else { normal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, expected) in [
            ("/classes/Todo", "/classes/Todo"),
            ("//classes/Todo/", "/classes/Todo"),
            ("/Classes/Todo/AbC", "/classes/Todo/AbC"),
            ("/USERS/me", "/users/me"),
            ("/ServerInfo/", "/serverInfo"),
            ("/", "/"),
            ("", "/"),
        ] {
            assert_eq!(normalised(path), expected, "{path}");
        }
    }
}
