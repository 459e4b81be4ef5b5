//! Paths as clients write them: the first word in any case, a slash doubled at the start or left at the end.

/// The path below the mount as the routes know it: `/Classes/Todo/` becomes `/classes/Todo`. Class names and object
/// ids keep their case. `None` for a path with an empty part, which leads nowhere.
///
/// A doubled slash right after the mount is overlooked: whoever takes the mount away takes one slash with it.
pub fn normalised(path: &str) -> Option<String> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    if !path.is_empty() && path.split('/').any(str::is_empty) {
        return None;
    }
    let (first, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let normal = format!("/{}{rest}", first.to_ascii_lowercase());
    let exact = MIXED_CASE.iter().find(|exact| exact.eq_ignore_ascii_case(&normal));
    Some(exact.map_or(normal, |exact| (*exact).to_owned()))
}

/// Endpoints whose names are not in lower case.
const MIXED_CASE: [&str; 6] = [
    "/loginAs",
    "/requestPasswordReset",
    "/serverInfo",
    "/upgradeToRevocableSession",
    "/verificationEmailRequest",
    "/verifyPassword",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, expected) in [
            ("/classes/Todo", Some("/classes/Todo")),
            ("classes/Todo/", Some("/classes/Todo")),
            ("/Classes/Todo/AbC", Some("/classes/Todo/AbC")),
            ("/USERS/me", Some("/users/me")),
            ("/ServerInfo/", Some("/serverInfo")),
            ("/", Some("/")),
            ("", Some("/")),
            ("//", Some("/")),
            ("//classes/Todo", None),
            ("/classes//Todo", None),
            ("/classes/Todo//", None),
        ] {
            assert_eq!(normalised(path).as_deref(), expected, "{path}");
        }
    }
}
