//! Where a request goes: an address with parameters out of the path. Nothing that a client sends can change the host,
//! leave the folder of a parameter or add another query parameter.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but what RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of an upstream. It may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamTemplate {
    /// `https://host:port`.
    origin: String,
    path: Vec<Piece>,
    query: Vec<Piece>,
}

#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Parameter(String),
    /// Several segments.
    Rest(String),
}

/// A parameter that may not be sent on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadParameter;

impl UpstreamTemplate {
    /// Reads an address. `parameters` and `rest` are what the path of the route has. The error ends a sentence about it.
    pub(super) fn parse(text: &str, parameters: &[String], rest: Option<&str>) -> Result<Self, String> {
        let scheme_len =
            ["https://", "http://"].iter().find(|scheme| text.starts_with(**scheme)).map(|s| s.len());
        let scheme_len = scheme_len.ok_or("must begin with `https://` or `http://`")?;
        let host_len = text[scheme_len..].find(['/', '?', '#']).unwrap_or(text.len() - scheme_len);
        let (origin, tail) = text.split_at(scheme_len + host_len);
        if origin.contains(['{', '}', '@']) || origin.len() == scheme_len {
            return Err("must have a fixed host, without parameters and without a user".into());
        }
        if tail.contains('#') {
            return Err("must not have a fragment".into());
        }
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let path = if path.is_empty() { "/" } else { path };
        let template = UpstreamTemplate {
            origin: origin.to_owned(),
            path: pieces(path, parameters, rest)?,
            query: pieces(query, parameters, None)?,
        };
        let sample = |_: &str| Some("x");
        let address = template.expand(&sample, "").map_err(|_| "is not an address")?;
        let address: http::Uri = address.parse().map_err(|_| "is not an address")?;
        if address.authority().is_none_or(|authority| authority.host().is_empty()) {
            return Err("is not an address".into());
        }
        let dots = template.path_texts().any(|text| text.split('/').any(is_dots));
        if dots { Err("must not have `.` or `..` in its path".into()) } else { Ok(template) }
    }

    fn path_texts(&self) -> impl Iterator<Item = &str> {
        self.path.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether the way there is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The host and its port, as the address has them.
    pub(super) fn authority(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The whole address. `parameter` finds a parameter as it stands in the request's path; `more` is added to the query.
    pub(super) fn expand<'p>(
        &self,
        parameter: &dyn Fn(&str) -> Option<&'p str>,
        more: &str,
    ) -> Result<String, BadParameter> {
        let mut out = self.origin.clone();
        append(&mut out, &self.path, parameter)?;
        let start = out.len();
        append(&mut out, &self.query, parameter)?;
        if !more.is_empty() {
            if out.len() > start {
                out.push('&');
            }
            out.push_str(more);
        }
        if out.len() > start {
            out.insert(start, '?');
        }
        Ok(out)
    }
}

/// The address may hold secrets.
impl fmt::Debug for UpstreamTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamTemplate").field("authority", &self.authority()).finish_non_exhaustive()
    }
}

/// A text as it stands in a path or a query.
pub(super) fn encoded(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, ENCODED)
}

/// What a percent-encoded text means; a plus is a plus.
pub(super) fn decoded(text: &str) -> Result<String, BadParameter> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| BadParameter)?;
    if text.chars().any(char::is_control) { Err(BadParameter) } else { Ok(text.into_owned()) }
}

fn pieces(text: &str, parameters: &[String], rest: Option<&str>) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut tail) = (Vec::new(), text);
    while let Some((before, after)) = tail.split_once('{') {
        let (name, next) = after.split_once('}').ok_or("has a `{` without a `}`")?;
        let piece = if parameters.iter().any(|parameter| parameter == name) {
            Piece::Parameter(name.to_owned())
        } else if rest == Some(name) {
            Piece::Rest(name.to_owned())
        } else {
            return Err(format!("has `{{{name}}}`, which the path of the route does not have here"));
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(piece);
        tail = next;
    }
    if tail.contains('}') {
        return Err("has a `}` without a `{`".into());
    }
    pieces.push(Piece::Text(tail.to_owned()));
    Ok(pieces)
}

fn append<'p>(
    out: &mut String,
    pieces: &[Piece],
    parameter: &dyn Fn(&str) -> Option<&'p str>,
) -> Result<(), BadParameter> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Parameter(name) => append_segment(out, parameter(name).ok_or(BadParameter)?)?,
            Piece::Rest(name) => {
                let rest = parameter(name).ok_or(BadParameter)?;
                for (index, segment) in rest.split('/').enumerate() {
                    if index > 0 {
                        out.push('/');
                    }
                    append_segment(out, segment)?;
                }
            }
        }
    }
    Ok(())
}

/// One segment: decoded, checked and encoded again, so that no encoding hides a way out.
fn append_segment(out: &mut String, raw: &str) -> Result<(), BadParameter> {
    let text = decoded(raw)?;
    if text.is_empty() || is_dots(&text) || text.contains(['/', '\\']) {
        return Err(BadParameter);
    }
    out.extend(utf8_percent_encode(&text, ENCODED));
    Ok(())
}

fn is_dots(segment: &str) -> bool {
    segment == "." || segment == ".."
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn template(text: &str) -> Result<UpstreamTemplate, String> {
        UpstreamTemplate::parse(text, &["id".to_owned()], Some("rest"))
    }

    fn expand(text: &str, id: &str, rest: &str) -> Option<String> {
        let template = template(text).unwrap();
        template.expand(&|name| Some(if name == "id" { id } else { rest }), "").ok()
    }

    #[test]
    fn addresses() {
        for (text, id, rest, expected) in [
            ("https://a.example", "1", "", Some("https://a.example/")),
            ("https://a.example?x=1", "1", "", Some("https://a.example/?x=1")),
            ("https://a.example/v1/{id}/json", "a b", "", Some("https://a.example/v1/a%20b/json")),
            (
                "https://a.example/{id}?q={id}",
                "a%26b%3Dc",
                "",
                Some("https://a.example/a%26b%3Dc?q=a%26b%3Dc"),
            ),
            ("https://a.example/f/{rest}", "", "x/y%20z", Some("https://a.example/f/x/y%20z")),
            ("https://a.example/{id}", "%E4%B8%AD", "", Some("https://a.example/%E4%B8%AD")),
            ("https://a.example/{id}", "..", "", None),
            ("https://a.example/{id}", "%2e%2E", "", None),
            ("https://a.example/{id}", "a%2Fb", "", None),
            ("https://a.example/{id}", "a%5cb", "", None),
            ("https://a.example/{id}", "a%00", "", None),
            ("https://a.example/{id}", "%ff", "", None),
            ("https://a.example/{rest}", "", "x/../y", None),
            ("https://a.example/{rest}", "", "x//y", None),
            ("https://a.example/{rest}", "", "x/%2e%2e/y", None),
        ] {
            assert_eq!(expand(text, id, rest).as_deref(), expected, "{text} {id} {rest}");
        }
    }

    #[test]
    fn mistakes() {
        for (text, expected) in [
            ("ftp://a.example/", "must begin with"),
            ("https:///x", "fixed host"),
            ("https://{id}.example/", "fixed host"),
            ("https://user@a.example/", "fixed host"),
            ("https://a.example/#x", "fragment"),
            ("https://a.example/{other}", "`{other}`"),
            ("https://a.example/?q={rest}", "`{rest}`"),
            ("https://a.example/{id", "without a `}`"),
            ("https://a.example/id}", "without a `{`"),
            ("https://a.example/../x", "`..`"),
            ("https://a b.example/", "not an address"),
        ] {
            let mistake = template(text).unwrap_err();
            assert!(mistake.contains(expected), "{text}: {mistake}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn parameters_stay_where_they_are(id in "\\PC{0,12}", rest in "[a-z./%0-9A-F\\\\?#@:&=]{0,24}") {
            let text = "https://a.example:8443/one/{id}/two/{rest}?q={id}&r=1";
            if let Some(address) = expand(text, &id, &rest) {
                let address: http::Uri = address.parse().unwrap();
                prop_assert_eq!(address.authority().unwrap().as_str(), "a.example:8443");
                let segments: Vec<_> = address.path().split('/').collect();
                prop_assert_eq!((segments[1], segments[3]), ("one", "two"));
                prop_assert!(segments.iter().all(|segment| !is_dots(&decoded(segment).unwrap())));
                prop_assert_eq!(address.query().unwrap().split('&').count(), 2);
            }
        }

        #[test]
        fn reading_never_panics(text in "(https?://)?[a-z./{}?#@:0-9]{0,40}") {
            let _ = template(&text);
        }
    }
}
