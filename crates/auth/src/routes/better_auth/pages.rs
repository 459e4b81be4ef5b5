//! What needs no account: whether the face is there, and the page that broken links lead to.

use astrolabe_wire::hosted::HostedAnswer;
use http::{HeaderValue, StatusCode, header};

use super::answer::json_answer;
use super::call::Call;

/// Characters of a code or a description that the page shows.
const SHOWN_LEN_MAX: usize = 200;

/// The face is there.
pub(super) fn ok() -> HostedAnswer {
    json_answer(br#"{"ok":true}"#.to_vec())
}

/// A page that says what went wrong, by the code and words of the address.
pub(super) fn error(call: &Call<'_>) -> HostedAnswer {
    let told = |name: &str| {
        let text = call.query.get(name).and_then(|value| value.as_str()).unwrap_or_default();
        escaped(&text.chars().take(SHOWN_LEN_MAX).collect::<String>())
    };
    let code = match told("error") {
        code if code.is_empty() => "UNKNOWN".to_owned(),
        code => code,
    };
    let body = PAGE.replace("{code}", &code).replace("{description}", &told("error_description"));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'");
    HostedAnswer {
        status: StatusCode::OK,
        headers: vec![(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)],
        body: body.into_bytes(),
    }
}

const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Something went wrong</title>
<style>
body { font-family: system-ui, sans-serif; display: grid; place-items: center; min-height: 100vh; margin: 0 }
main { max-width: 30rem; padding: 2rem }
code { font-size: 1.1em }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } a { color: #8cf } }
</style>
</head>
<body>
<main>
<h1>Something went wrong</h1>
<p><code>{code}</code></p>
<p>{description}</p>
<p><a href="/">Back to the site</a></p>
</main>
</body>
</html>
"#;

/// Text that cannot be taken for mark-up, nor for a place in the page.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '{' => out.push_str("&#123;"),
            letter => out.push(letter),
        }
    }
    out
}
