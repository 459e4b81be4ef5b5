//! The pages themselves.

use super::answers::Visit;

/// One page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    PasswordReset,
    PasswordResetSuccess,
    ResetLinkInvalid,
    EmailVerified,
    VerificationSent,
    VerificationNotSent,
    VerificationLinkInvalid,
    VerificationLinkExpired,
}

/// Every page, with its name in `pages.customUrls` and the file that Parse Server has for it.
const PAGES: &[(Page, &str, &str)] = &[
    (Page::PasswordReset, "passwordReset", "password_reset.html"),
    (Page::PasswordResetSuccess, "passwordResetSuccess", "password_reset_success.html"),
    (Page::ResetLinkInvalid, "passwordResetLinkInvalid", "password_reset_link_invalid.html"),
    (Page::EmailVerified, "emailVerificationSuccess", "email_verification_success.html"),
    (Page::VerificationSent, "emailVerificationSendSuccess", "email_verification_send_success.html"),
    (Page::VerificationNotSent, "emailVerificationSendFail", "email_verification_send_fail.html"),
    (Page::VerificationLinkInvalid, "emailVerificationLinkInvalid", "email_verification_link_invalid.html"),
    (Page::VerificationLinkExpired, "emailVerificationLinkExpired", "email_verification_link_expired.html"),
];

/// The style of all pages. Its hash is in their content security policy.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#5b6270;--paper:#fff;--ground:#f4f5f7;--line:#b9bfca;\
--strong:#2b3a67;--on-strong:#fff;--bad:#a4161a;--bad-ground:#fdecec}\
@media(prefers-color-scheme:dark){:root{--ink:#eceef2;--soft:#a7afbd;--paper:#1d2027;--ground:#12141a;\
--line:#565e6e;--strong:#a9bcff;--on-strong:#12141a;--bad:#ffb4b4;--bad-ground:#401a1c}}\
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;\
background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{width:100%;max-width:26rem;padding:2rem;border-radius:.75rem;background:var(--paper);\
box-shadow:0 1px 3px rgb(0 0 0/.15)}\
.app{margin:0;color:var(--soft);font-size:.9rem;font-weight:600;overflow-wrap:anywhere}\
h1{margin:.25rem 0 1rem;font-size:1.4rem;line-height:1.3}p{margin:.75rem 0}\
label{display:block;margin:1rem 0 .35rem;font-weight:600}\
input{width:100%;padding:.7rem .8rem;border:1px solid var(--line);border-radius:.5rem;background:transparent;\
color:inherit;font:inherit}\
button{width:100%;margin-top:1.25rem;padding:.75rem 1rem;border:0;border-radius:.5rem;background:var(--strong);\
color:var(--on-strong);font:inherit;font-weight:600;cursor:pointer}\
input:focus-visible,button:focus-visible{outline:3px solid var(--strong);outline-offset:2px}\
.error{padding:.7rem .8rem;border-radius:.5rem;background:var(--bad-ground);color:var(--bad)}";

impl Page {
    /// The page of a file name.
    pub(super) fn of_file(file: &str) -> Option<Self> {
        PAGES.iter().find(|(_, _, known)| *known == file).map(|(page, _, _)| *page)
    }

    fn row(self) -> (&'static str, &'static str) {
        PAGES.iter().find(|(page, ..)| *page == self).map_or(("", ""), |(_, name, file)| (*name, *file))
    }

    /// Its name in the settings.
    pub(super) fn name(self) -> &'static str {
        self.row().0
    }

    /// Its file name.
    pub(super) fn file(self) -> &'static str {
        self.row().1
    }

    /// The whole page.
    pub(super) fn html(self, visit: &Visit) -> String {
        let app = escaped(visit.param("appName").unwrap_or_default());
        let (title, content) = self.content(visit);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title} – {app}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<p class=\"app\">{app}</p>\n<h1>{title}</h1>\n\
             {content}\n</main>\n</body>\n</html>\n"
        )
    }

    /// Title and content.
    fn content(self, visit: &Visit) -> (&'static str, String) {
        let say = |text: &str| format!("<p>{text}</p>");
        match self {
            Page::PasswordReset => ("Choose a new password", password_form(visit)),
            Page::PasswordResetSuccess => {
                ("Your password was changed", say("You can log in with the new password now."))
            }
            Page::ResetLinkInvalid => (
                "This link does not count any more",
                say(
                    "It is too old, was used already, or is not complete. Ask for a new password again to get another link.",
                ),
            ),
            Page::EmailVerified => ("Your address is confirmed", say("Thank you. You can close this page.")),
            Page::VerificationSent => (
                "Look into your mailbox",
                say("If the address still needs to be confirmed, another mail is on its way to it."),
            ),
            Page::VerificationNotSent => {
                ("No mail was sent", say("There is no such user, or the address is confirmed already."))
            }
            Page::VerificationLinkInvalid | Page::VerificationLinkExpired => {
                ("This link does not count any more", verification_form(visit))
            }
        }
    }
}

/// Works without scripts; a browser that remembers passwords knows which one this is.
fn password_form(visit: &Visit) -> String {
    let error = visit
        .param("error")
        .map(|error| format!("<p class=\"error\" role=\"alert\" id=\"error\">{}</p>\n", escaped(error)));
    let described = if error.is_some() { " aria-describedby=\"error\" aria-invalid=\"true\"" } else { "" };
    format!(
        "{}<form method=\"post\" action=\"{}\">\n<input type=\"hidden\" name=\"token\" value=\"{}\">\n{}\
         <label for=\"new_password\">New password</label>\n<input id=\"new_password\" name=\"new_password\" \
         type=\"password\" autocomplete=\"new-password\" required autofocus{described}>\n\
         <button>Change the password</button>\n</form>",
        error.unwrap_or_default(),
        action(visit, "request_password_reset"),
        escaped(visit.param("token").unwrap_or_default()),
        locale_field(visit),
    )
}

fn verification_form(visit: &Visit) -> String {
    let why = "<p>It is too old, was used already, or is not complete.</p>";
    let Some(token) = visit.param("token") else { return why.to_owned() };
    format!(
        "{why}\n<form method=\"post\" action=\"{}\">\n<input type=\"hidden\" name=\"token\" value=\"{}\">\n{}\
         <button>Send another mail</button>\n</form>",
        action(visit, "resend_verification_email"),
        escaped(token),
        locale_field(visit),
    )
}

/// Where a form goes: a path, so that it is the host of the page whatever that is.
fn action(visit: &Visit, page: &str) -> String {
    let app = visit.param("appId").unwrap_or_default();
    let mount = visit.param("publicServerUrl").and_then(path).unwrap_or("/parse");
    escaped(&format!("{mount}/apps/{app}/{page}"))
}

/// The path of an address.
fn path(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    Some(rest.find('/').map_or("", |start| &rest[start..]))
}

fn locale_field(visit: &Visit) -> String {
    let field = |locale| format!("<input type=\"hidden\" name=\"locale\" value=\"{}\">\n", escaped(locale));
    visit.param("locale").map(field).unwrap_or_default()
}

/// Text as it may stand in HTML, in attributes too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("<a href=\"x\">'&'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
    }

    #[test]
    fn pages_are_those_of_the_settings() {
        for (page, name, file) in PAGES {
            assert!(astrolabe_core::app::HOSTED_PAGES.contains(name));
            assert_eq!(Page::of_file(file), Some(*page));
        }
        assert_eq!(PAGES.len(), astrolabe_core::app::HOSTED_PAGES.len());
        assert_eq!(Page::of_file("../password_reset.html"), None);
    }
}
