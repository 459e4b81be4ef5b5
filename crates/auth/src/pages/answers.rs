//! How pages are answered: as HTML, or as a redirect to a page of the app's owner. What a page is about also stands in
//! headers, for programs.

use std::sync::{Arc, LazyLock};

use astrolabe_core::app::App;
use astrolabe_core::value::Json;
use astrolabe_wire::parse::{PageAnswer, PageCall};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::html::{Page, STYLE};

/// Characters of a value in a header or a redirect.
const VALUE_LEN_MAX: usize = 1_000;

/// What is encoded in a value of a query: all but the unreserved characters of RFC 3986.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A visit, with what the page it ends at is told.
pub(super) struct Visit {
    app: Arc<App>,
    params: Vec<(&'static str, String)>,
}

impl Visit {
    pub(super) fn of(call: &PageCall) -> Self {
        let app = Arc::clone(&call.app);
        let mut params = vec![("appId", app.id.to_string())];
        params.push(("appName", app.settings.app_name.clone().unwrap_or_else(|| app.id.to_string())));
        params.extend(app.settings.links_url().map(|url| ("publicServerUrl", url.to_owned())));
        let locale = [&call.query, &call.form].into_iter().find_map(|map| map.get("locale")?.as_str());
        params.extend(locale.filter(|locale| is_locale(locale)).map(|locale| ("locale", locale.to_owned())));
        Visit { app, params }
    }

    /// Tells the page something more.
    pub(super) fn with(mut self, name: &'static str, value: Option<String>) -> Self {
        self.params.extend(value.map(|value| (name, value.chars().take(VALUE_LEN_MAX).collect())));
        self
    }

    /// What the page is told of one thing.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Answers with the page, or sends the browser to that of the app's owner.
    pub(super) fn show(self, page: Page) -> PageAnswer {
        match page.custom_url(&self.app).map(str::to_owned) {
            Some(url) => self.redirect(&url),
            None => self.page(page),
        }
    }

    /// Sends the browser to the page, so that loading it again does not send the form again.
    pub(super) fn go_to(self, page: Page) -> PageAnswer {
        let own = self.app.settings.links_url().map(|url| format!("{url}/apps/{}", page.file()));
        match page.custom_url(&self.app).map(str::to_owned).or(own) {
            Some(url) => self.redirect(&url),
            None => self.page(page),
        }
    }

    fn redirect(self, url: &str) -> PageAnswer {
        let mut location = url.to_owned();
        for (name, value) in &self.params {
            location.push(if location.contains('?') { '&' } else { '?' });
            location.push_str(&format!("{name}={}", utf8_percent_encode(value, IN_QUERY)));
        }
        let mut headers = self.headers();
        if let Ok(location) = HeaderValue::from_str(&location) {
            headers.insert(header::LOCATION, location);
        }
        PageAnswer { status: StatusCode::SEE_OTHER, headers, body: Vec::new() }
    }

    fn page(self, page: Page) -> PageAnswer {
        let mut headers = self.headers();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Ok(policy) = HeaderValue::from_str(&self.content_security_policy()) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        PageAnswer { status: StatusCode::OK, headers, body: page.html(&self).into_bytes() }
    }

    /// Nothing but our own style is loaded, and forms go to this server alone; a browser also wants to hear of where a form
    /// may be redirected to.
    fn content_security_policy(&self) -> String {
        static STYLE_HASH: LazyLock<String> = LazyLock::new(|| BASE64.encode(Sha256::digest(STYLE)));
        let mut targets: Vec<_> = self.app.settings.pages.values().filter_map(|url| origin(url)).collect();
        targets.sort_unstable();
        targets.dedup();
        let targets: String = targets.iter().map(|target| format!(" {target}")).collect();
        format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action 'self'{targets}; base-uri 'none'; \
             frame-ancestors 'none'",
            *STYLE_HASH
        )
    }

    /// Values as `x-parse-page-param-…`; such as a header cannot hold are left out.
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.params {
            let name = format!("x-parse-page-param-{}", name.to_ascii_lowercase());
            let plain: String = value.chars().filter(|c| !c.is_control()).collect();
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&plain)) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

/// An answer for a script.
pub(super) fn data(body: &Json) -> PageAnswer {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    PageAnswer { status: StatusCode::OK, headers, body: body.to_string().into_bytes() }
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    url.get(..scheme.len() + 3 + host.len())
}

/// `en`, `de-AT`, `zh-Hans-CN`.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_and_locales() {
        assert_eq!(origin("https://a.example:8443/x?y"), Some("https://a.example:8443"));
        assert_eq!(origin("https://a.example"), Some("https://a.example"));
        for (text, expected) in [
            ("en", true),
            ("de-AT", true),
            ("zh-Hans-CN", true),
            ("../x", false),
            ("e", false),
            ("en-", false),
        ] {
            assert_eq!(is_locale(text), expected, "{text}");
        }
    }
}
