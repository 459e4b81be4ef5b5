//! The path of a route: `/api/ip-info/{ip}`, `/api/maps/{*rest}`.

/// Where the server itself answers, now or in a later version.
const RESERVED: &[&str] =
    &["parse", "graphql", "astrolabe", "dashboard", "healthz", "readyz", "metrics", "_astro", ".well-known"];

/// A path, checked.
pub(super) struct RoutePath {
    /// As `matchit` reads it.
    pub pattern: String,
    /// Names of parameters that are one segment.
    pub parameters: Vec<String>,
    /// The name of the parameter that is all segments that follow.
    pub rest: Option<String>,
}

impl RoutePath {
    /// The error ends a sentence about the path.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let Some(below) = text.strip_prefix('/') else { return Err("must begin with `/`".into()) };
        let mut path = RoutePath { pattern: text.to_owned(), parameters: Vec::new(), rest: None };
        let first = below.split('/').next().unwrap_or_default();
        if RESERVED.contains(&first) || text == "/api/auth" || text.starts_with("/api/auth/") {
            return Err(format!("must not lie below `/{first}`, where the server itself answers"));
        }
        if first.starts_with('{') {
            return Err("must begin with a fixed segment, such as `/api`".into());
        }
        for segment in below.split('/') {
            if path.rest.is_some() {
                return Err("must not go on after `{*…}`".into());
            }
            path.read_segment(segment)?;
        }
        Ok(path)
    }

    fn read_segment(&mut self, segment: &str) -> Result<(), String> {
        let Some(inner) = segment.strip_prefix('{') else {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
            return if !segment.is_empty()
                && segment.bytes().all(is_plain)
                && segment != "."
                && segment != ".."
            {
                Ok(())
            } else {
                Err("must have segments of letters, digits, `-`, `.`, `_` and `~`, or `{name}`".into())
            };
        };
        let name = inner.strip_suffix('}').ok_or("has a `{` without a `}` at the end of the segment")?;
        let (name, is_rest) = name.strip_prefix('*').map_or((name, false), |name| (name, true));
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err("must have parameters whose names are letters, digits and `_`".into());
        }
        if self.parameters.iter().any(|other| other == name) {
            return Err(format!("must have `{{{name}}}` only once"));
        }
        if is_rest {
            self.rest = Some(name.to_owned());
        } else {
            self.parameters.push(name.to_owned());
        }
        Ok(())
    }
}
