//! Reading bodies and query strings: JSON or a form, and the fields of them with the words that clients are told when one
//! is not what it has to be.

use astrolabe_core::value::{Json, JsonMap};
use http::StatusCode;
use percent_encoding::percent_decode_str;

use super::refusal::{Outcome, Refusal};

/// Pairs of a form or query string; more are ignored.
const PAIRS_MAX: usize = 200;

/// Reads the body of a request; `Ok(None)` where there is none.
pub(super) fn read(content_type: Option<&str>, bytes: &[u8], takes_forms: bool) -> Outcome<Option<Json>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let kind = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        let broken =
            |_| Refusal::coded(StatusCode::BAD_REQUEST, "BAD_REQUEST", "Invalid JSON in request body");
        return serde_json::from_slice(bytes).map(Some).map_err(broken);
    }
    if takes_forms && kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Ok(Some(Json::Object(pairs(&String::from_utf8_lossy(bytes)))));
    }
    let allowed =
        if takes_forms { "application/x-www-form-urlencoded, application/json" } else { "application/json" };
    let shown: String = content_type.unwrap_or_default().chars().take(100).collect();
    Err(Refusal::coded(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        format!("Content-Type \"{shown}\" is not allowed. Allowed types: {allowed}"),
    ))
}

/// The pairs of a form or query string; of a name that comes twice the last counts.
pub(super) fn pairs(text: &str) -> JsonMap {
    let decoded = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .take(PAIRS_MAX)
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), Json::String(decoded(value))))
        .collect()
}

/// The fields of a body or query string, and what is wrong with them.
pub(super) struct Fields<'b> {
    part: &'static str,
    map: &'b JsonMap,
    problems: Vec<String>,
}

impl<'b> Fields<'b> {
    /// The fields of a body. Fails for one that is no object.
    pub(super) fn of_body(body: Option<&'b Json>) -> Outcome<Self> {
        match body {
            Some(Json::Object(map)) => Ok(Fields { part: "body", map, problems: Vec::new() }),
            other => Err(Refusal::invalid(format!(
                "[body] Invalid input: expected object, received {}",
                kind(other)
            ))),
        }
    }

    /// The parameters of a query string.
    pub(super) fn of_query(map: &'b JsonMap) -> Self {
        Fields { part: "query", map, problems: Vec::new() }
    }

    /// A text that has to be there.
    pub(super) fn text(&mut self, name: &str) -> &'b str {
        match self.map.get(name) {
            Some(Json::String(text)) => text,
            other => {
                self.wrong(name, &format!("Invalid input: expected string, received {}", kind(other)));
                ""
            }
        }
    }

    /// An e-mail address that has to be there.
    pub(super) fn email(&mut self, name: &str) -> &'b str {
        let text = self.text(name);
        if matches!(self.map.get(name), Some(Json::String(_))) && !is_email(text) {
            self.wrong(name, "Invalid email address");
        }
        text
    }

    /// A text that may be missing.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<&'b str> {
        if self.map.contains_key(name) { Some(self.text(name)) } else { None }
    }

    /// A truth value that may be missing. Forms have texts only.
    pub(super) fn optional_flag(&mut self, name: &str) -> Option<bool> {
        match self.map.get(name) {
            None => None,
            Some(Json::Bool(flag)) => Some(*flag),
            other => {
                self.wrong(name, &format!("Invalid input: expected boolean, received {}", kind(other)));
                None
            }
        }
    }

    /// Notes a problem with a field.
    pub(super) fn wrong(&mut self, name: &str, problem: &str) {
        self.problems.push(format!("[{}.{name}] {problem}", self.part));
    }

    /// Fails when a field was not what it has to be.
    pub(super) fn check(self) -> Outcome<()> {
        if self.problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.problems.join("; "))) }
    }
}

/// The kind of a value, as clients know it from JavaScript.
fn kind(value: Option<&Json>) -> &'static str {
    match value {
        None => "undefined",
        Some(Json::Null) => "null",
        Some(Json::Bool(_)) => "boolean",
        Some(Json::Number(_)) => "number",
        Some(Json::String(_)) => "string",
        Some(Json::Array(_)) => "array",
        Some(Json::Object(_)) => "object",
    }
}

/// A name, an at sign, and a domain of at least two parts: stricter than the Parse face, so that whatever this face takes
/// is an address there as well.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_'+-.".contains(&byte);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let name_fits = name.bytes().all(is_name)
        && !name.starts_with('.')
        && !name.contains("..")
        && name.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte));
    let Some((rest, last)) = domain.rsplit_once('.') else { return false };
    let last_fits = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    name_fits && last_fits && rest.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("ann@example.com", true),
            ("a.b+c@mail.example.co", true),
            ("ann", false),
            ("ann@", false),
            ("@example.com", false),
            ("ann@localhost", false),
            ("x@y.z", false),
            ("a@b@c.de", false),
            (".a@b.de", false),
            ("a..b@c.de", false),
            ("a.@c.de", false),
            ("a b@c.de", false),
            ("a@-b.de", false),
            ("a@b..de", false),
            ("a\n@b.de", false),
            ("ä@b.de", false),
        ] {
            assert_eq!(is_email(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_problem_is_told() {
        let body = serde_json::json!({ "name": 1, "email": "x", "rememberMe": "yes" });
        let mut fields = Fields::of_body(Some(&body)).unwrap();
        fields.text("name");
        fields.email("email");
        fields.text("password");
        fields.optional_flag("rememberMe");
        let expected = "[body.name] Invalid input: expected string, received number; \
                        [body.email] Invalid email address; \
                        [body.password] Invalid input: expected string, received undefined; \
                        [body.rememberMe] Invalid input: expected boolean, received string";
        assert_eq!(fields.check(), Err(Refusal::invalid(expected)));
    }

    #[test]
    fn kinds_of_bodies() {
        let status =
            |kind, bytes: &str, forms| read(kind, bytes.as_bytes(), forms).map(|body| body.is_some());
        assert_eq!(status(Some("application/json; charset=utf-8"), "{}", false), Ok(true));
        assert_eq!(status(None, "", false), Ok(false));
        assert_eq!(status(Some("application/x-www-form-urlencoded"), "a=b", true), Ok(true));
        assert!(status(Some("application/x-www-form-urlencoded"), "a=b", false).is_err());
        assert!(status(Some("text/plain"), "{}", true).is_err());
        assert!(status(Some("application/json"), "{", true).is_err());
        assert_eq!(pairs("a=1%20&b=c+d&a=2")["a"], "2");
    }
}
