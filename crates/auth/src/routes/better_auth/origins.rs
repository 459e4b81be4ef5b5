//! Which origins may call, and where links and redirects may lead.
//!
//! Source: Better Auth 1.7.6, `trustedOrigins` and its origin check.

use http::{Method, header};
use url::Url;

use super::call::Call;
use super::refusal::{
    CROSS_SITE_NAVIGATION_LOGIN_BLOCKED, INVALID_CALLBACK_URL, INVALID_ERROR_CALLBACK_URL,
    INVALID_NEW_USER_CALLBACK_URL, INVALID_ORIGIN, INVALID_REDIRECT_URL, MISSING_OR_NULL_ORIGIN, Outcome,
    Refusal,
};

/// Calls that open a session for whoever sends them, cookie or not.
const LOG_INS: [&str; 2] = ["/sign-in/email", "/sign-up/email"];

/// Whoever sends a cookie has to come from a trusted origin, or a site of somebody else could act in a visitor's name.
/// The calls that open a session are checked for every browser: nobody is to be signed in as somebody else.
pub(super) fn check_origin(call: &Call<'_>) -> Outcome<()> {
    if call.hosted.parts.method == Method::GET {
        return Ok(());
    }
    let headers = &call.hosted.parts.headers;
    let opens_session = LOG_INS.contains(&call.hosted.path.as_str());
    let says = |name: &str| call.hosted.header(name).is_some_and(|value| !value.trim().is_empty());
    let is_browser = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].into_iter().any(says);
    if !headers.contains_key(header::COOKIE) {
        if !opens_session || !(is_browser || says("origin") || says("referer")) {
            return Ok(());
        }
        let fetch = |name: &str| call.hosted.header(name);
        if fetch("sec-fetch-site") == Some("cross-site") && fetch("sec-fetch-mode") == Some("navigate") {
            return Err(CROSS_SITE_NAVIGATION_LOGIN_BLOCKED);
        }
    }
    let origin = call.hosted.header(header::ORIGIN);
    // Some privacy settings hide the origin even from the site itself, which the browser vouches for then.
    if origin == Some("null") && call.hosted.header("sec-fetch-site") == Some("same-origin") {
        return Ok(());
    }
    match origin.or_else(|| call.hosted.header(header::REFERER)) {
        None | Some("" | "null") => Err(MISSING_OR_NULL_ORIGIN),
        Some(origin) if is_trusted(call, origin) => Ok(()),
        Some(_) => Err(INVALID_ORIGIN),
    }
}

/// Checks the addresses that a body names.
pub(super) fn check_addresses(call: &Call<'_>) -> Outcome<()> {
    let query = call.query.get("callbackURL");
    let body = |name: &str| call.body.as_ref().and_then(|body| body.get(name));
    for (address, label, refusal) in [
        (body("callbackURL").or(query), "callbackURL", INVALID_CALLBACK_URL),
        (body("redirectTo"), "redirectURL", INVALID_REDIRECT_URL),
        (body("errorCallbackURL"), "errorCallbackURL", INVALID_ERROR_CALLBACK_URL),
        (body("newUserCallbackURL"), "newUserCallbackURL", INVALID_NEW_USER_CALLBACK_URL),
    ] {
        match address {
            None | Some(serde_json::Value::Null) => {}
            Some(serde_json::Value::String(text)) if text.is_empty() || leads_home(call, text) => {}
            Some(serde_json::Value::String(_)) => return Err(refusal),
            Some(_) => return Err(Refusal::words(format!("Invalid {label}: expected a string"))),
        }
    }
    Ok(())
}

/// Checks the address that a link leads on to.
pub(super) fn check_callback(call: &Call<'_>, address: Option<&str>) -> Outcome<()> {
    match address.filter(|address| !address.is_empty()) {
        Some(address) if !leads_home(call, address) => Err(INVALID_CALLBACK_URL),
        _ => Ok(()),
    }
}

/// Whether an address is a path of the site, or of a trusted origin.
fn leads_home(call: &Call<'_>, address: &str) -> bool {
    if address.starts_with('/') { is_safe_path(address) } else { is_trusted(call, address) }
}

/// Whether an absolute address is of the site or of a trusted origin. The host that the request itself was sent to is one:
/// the site's own server may stand in between and call by another name, and no page of others is served from there.
pub(super) fn is_trusted(call: &Call<'_>, address: &str) -> bool {
    let listed = call.settings().trusted_origins.iter().map(String::as_str);
    let own = [call.origin(), call.hosted.address.direct.as_str()];
    own.into_iter().chain(listed).any(|pattern| matches(address, pattern))
}

/// A path that no browser takes for an address of another host.
fn is_safe_path(path: &str) -> bool {
    let is_plain = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    let before_query = path.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let hides_slash = before_query.contains("%2f") || before_query.contains("%5c");
    let base = Url::parse("https://site.invalid").ok();
    let stays = base.and_then(|base| base.join(path).ok()).is_some_and(|url| {
        url.scheme() == "https" && url.host_str() == Some("site.invalid") && url.port().is_none()
    });
    is_plain && !hides_slash && stays
}

/// Whether an address is of the origins that a pattern means.
fn matches(address: &str, pattern: &str) -> bool {
    if address.chars().any(char::is_control) {
        return false;
    }
    let Ok(url) = Url::parse(address) else { return false };
    let origin = match url.scheme() {
        "http" | "https" => url.origin().ascii_serialization(),
        _ => return is_of_app(&url, pattern),
    };
    if !pattern.contains(['*', '?']) {
        return Url::parse(pattern).is_ok_and(|pattern| pattern.origin().ascii_serialization() == origin);
    }
    if pattern.contains("://") {
        return wildcard(pattern, &origin);
    }
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    wildcard(pattern, host)
}

/// Addresses of apps, such as `myapp://callback`: the scheme has to be the pattern's, and what the pattern says beyond it.
fn is_of_app(url: &Url, pattern: &str) -> bool {
    let Ok(pattern) = Url::parse(pattern) else { return false };
    let authority = |url: &Url| (url.host_str().unwrap_or_default().to_ascii_lowercase(), url.port());
    let wanted = pattern.path().trim_end_matches('/');
    let decoded = percent_encoding::percent_decode_str(url.path()).decode_utf8_lossy().into_owned();
    if url.scheme() != pattern.scheme() || decoded.split('/').any(|part| part == "..") {
        return false;
    }
    let same_authority =
        pattern.host_str().is_none_or(str::is_empty) || authority(url) == authority(&pattern);
    let below = decoded.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    same_authority && (wanted.is_empty() || below)
}

/// `*` stands for any text and `?` for any character, of a part of a host name.
fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // The classic walk with one point to return to: the last star.
    let (mut at, mut of, mut star, mut from) = (0, 0, None, 0);
    while of < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                from = of;
                at += 1;
            }
            Some('?') if text[of] != '/' => (at, of) = (at + 1, of + 1),
            Some(letter) if *letter == text[of] => (at, of) = (at + 1, of + 1),
            _ => match star {
                Some(star) if text[from] != '/' => {
                    from += 1;
                    (at, of) = (star + 1, from);
                }
                _ => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_stay_on_the_site() {
        for (path, expected) in [
            ("/", true),
            ("/a/b?c=d#e", true),
            ("/a?next=%2Fb", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("/a\\b", false),
            ("/\t/evil.example", false),
            ("/%2fevil.example", false),
            ("/a%5Cb", false),
            ("a/b", false),
            ("", false),
        ] {
            assert_eq!(is_safe_path(path), expected, "{path:?}");
        }
    }

    #[test]
    fn origins_and_patterns() {
        for (address, pattern, expected) in [
            ("https://shop.example/path", "https://shop.example", true),
            ("https://shop.example", "https://shop.example/", true),
            ("http://shop.example", "https://shop.example", false),
            ("https://shop.example:444", "https://shop.example", false),
            ("https://shop.example.evil.example", "https://shop.example", false),
            ("https://shop.example@evil.example", "https://shop.example", false),
            ("https://a.shop.example", "https://*.shop.example", true),
            ("https://a.evil.example/.shop.example", "https://*.shop.example", false),
            ("https://a.shop.example", "*.shop.example", true),
            ("http://localhost:4321", "http://localhost:*", true),
            ("http://localhost.evil.example", "http://localhost:*", false),
            ("https://a1.example", "https://a?.example", true),
            ("myapp://callback/x", "myapp://", true),
            ("myapp://callback/x", "myapp://callback", true),
            ("myapp://other", "myapp://callback", false),
            ("myapp://h/cb/%2e%2e/evil", "myapp://h/cb", false),
            ("javascript:alert(1)", "https://shop.example", false),
            ("shop.example", "https://shop.example", false),
            ("https://shop.example\n", "https://shop.example", false),
        ] {
            assert_eq!(matches(address, pattern), expected, "{address:?} {pattern}");
        }
    }
}
