//! Mail: where it goes, and what is asked of the e-mail addresses of users.

use std::collections::BTreeMap;

use astrolabe_core::app::HOSTED_PAGES;
use astrolabe_mail::{Sender, SmtpAddress};
use serde_json::{Map, Value as Json};

use super::checks;
use crate::config::kind::Kind;
use crate::config::setting::Setting;

/// How long links may count at most.
const VALIDITY_S_MAX: u64 = 365 * 24 * 60 * 60;

pub(super) const MAIL: &[Setting] = &[
    Setting::new(
        "mail.smtp_url",
        "ASTROLABE_SMTP_URL",
        Kind::PrivateText {
            what: "address of a mail server",
            set: |draft, text| SmtpAddress::parse(text).map(|it| draft.server.mail.smtp = Some(it)),
        },
    )
    .flag("--smtp-url")
    .default_words("not set: `astrolabe start` sends no mail, `astrolabe dev` keeps it in its outbox")
    .doc(
        "The mail server, such as `smtp://user:password@mail.example.org:587` (STARTTLS, which is required unless the \
         server is on this machine; `?tls=required`, `opportunistic` or `none` changes that) or `smtps://…` (TLS from \
         the start, port 465).",
    ),
    Setting::new(
        "mail.from",
        "ASTROLABE_MAIL_FROM",
        Kind::Text {
            what: "address, with a name if wanted",
            set: |draft, text| Sender::parse(text).map(|it| draft.server.mail.from = Some(it)),
        },
    )
    .flag("--mail-from")
    .doc("Who mail comes from, such as `Shop <shop@example.org>`; needed with `mail.smtp_url`."),
    Setting::new(
        "mail.smtp_ca",
        "ASTROLABE_SMTP_CA",
        Kind::Path(|draft, path| draft.server.mail.smtp_ca = Some(path)),
    )
    .doc("A PEM file with certificates that the mail server's may be signed by, beside the usual authorities."),
    Setting::new(
        "mail.templates",
        "ASTROLABE_MAIL_TEMPLATES",
        Kind::Path(|draft, path| draft.server.mail.templates = Some(path)),
    )
    .doc("A folder with templates of mails, which come before those that Astrolabe has."),
];

pub(super) const EMAILS: &[Setting] = &[
    Setting::new(
        "emails.verify",
        "ASTROLABE_EMAILS_VERIFY",
        Kind::Bool(|draft, value| draft.settings.emails.verify = value),
    )
    .parse("verifyUserEmails", "PARSE_SERVER_VERIFY_USER_EMAILS")
    .default("false")
    .doc("A new e-mail address gets a mail with a link that verifies it."),
    Setting::new(
        "emails.prevent_log_in",
        "ASTROLABE_EMAILS_PREVENT_LOG_IN",
        Kind::Bool(|draft, value| draft.settings.emails.prevent_log_in = value),
    )
    .parse("preventLoginWithUnverifiedEmail", "PARSE_SERVER_PREVENT_LOGIN_WITH_UNVERIFIED_EMAIL")
    .default("false")
    .doc("With `emails.verify`: nobody logs in with an address that is not verified."),
    Setting::new(
        "emails.prevent_sign_up",
        "ASTROLABE_EMAILS_PREVENT_SIGN_UP",
        Kind::Bool(|draft, value| draft.settings.emails.prevent_sign_up = value),
    )
    .parse("preventSignupWithUnverifiedEmail", "PARSE_SERVER_PREVENT_SIGNUP_WITH_UNVERIFIED_EMAIL")
    .default("false")
    .doc("With `emails.prevent_log_in`: a sign-up makes the user and answers with error 205."),
    Setting::new(
        "emails.token_validity",
        "ASTROLABE_EMAILS_TOKEN_VALIDITY",
        Kind::Seconds {
            min: 1,
            max: VALIDITY_S_MAX,
            set: |draft, seconds| draft.settings.emails.token_validity_s = i64::try_from(seconds).ok(),
        },
    )
    .parse("emailVerifyTokenValidityDuration", "PARSE_SERVER_EMAIL_VERIFY_TOKEN_VALIDITY_DURATION")
    .default_words("for ever")
    .doc("How long a link of verification counts."),
    Setting::new(
        "emails.reuse_token",
        "ASTROLABE_EMAILS_REUSE_TOKEN",
        Kind::Bool(|draft, value| draft.settings.emails.reuse_token = value),
    )
    .parse("emailVerifyTokenReuseIfValid", "PARSE_SERVER_EMAIL_VERIFY_TOKEN_REUSE_IF_VALID")
    .default("false")
    .doc("With `emails.token_validity`: another mail carries the link that still counts, instead of a new one."),
    Setting::new(
        "emails.send",
        "ASTROLABE_EMAILS_SEND",
        Kind::Bool(|draft, value| draft.settings.emails.send = value),
    )
    .parse("sendUserEmailVerification", "PARSE_SERVER_SEND_USER_EMAIL_VERIFICATION")
    .default("true")
    .doc("`false` marks new addresses as not verified and sends no mail."),
    Setting::new(
        "emails.hide_unknown",
        "ASTROLABE_EMAILS_HIDE_UNKNOWN",
        Kind::Bool(|draft, value| draft.settings.emails.hide_unknown = value),
    )
    .parse("emailVerifySuccessOnInvalidEmail", "PARSE_SERVER_EMAIL_VERIFY_SUCCESS_ON_INVALID_EMAIL")
    .default("true")
    .doc("Who asks for another mail of verification does not learn whether the address has an account."),
    Setting::new(
        "passwords.reset_validity",
        "ASTROLABE_PASSWORDS_RESET_VALIDITY",
        Kind::Seconds {
            min: 1,
            max: VALIDITY_S_MAX,
            set: |draft, seconds| draft.settings.password_reset.validity_s = i64::try_from(seconds).ok(),
        },
    )
    .parse(
        "passwordPolicy.resetTokenValidityDuration",
        "PARSE_SERVER_PASSWORD_POLICY_RESET_TOKEN_VALIDITY_DURATION",
    )
    .default_words("for ever")
    .doc("How long a link to choose a new password counts."),
    Setting::new(
        "passwords.reset_reuse_token",
        "ASTROLABE_PASSWORDS_RESET_REUSE_TOKEN",
        Kind::Bool(|draft, value| draft.settings.password_reset.reuse_token = value),
    )
    .parse("passwordPolicy.resetTokenReuseIfValid", "PARSE_SERVER_PASSWORD_POLICY_RESET_TOKEN_REUSE_IF_VALID")
    .default("false")
    .doc("With `passwords.reset_validity`: another mail carries the link that still counts, instead of a new one."),
    Setting::new(
        "passwords.reset_hide_unknown",
        "ASTROLABE_PASSWORDS_RESET_HIDE_UNKNOWN",
        Kind::Bool(|draft, value| draft.settings.password_reset.hide_unknown = value),
    )
    .parse(
        "passwordPolicy.resetPasswordSuccessOnInvalidEmail",
        "PARSE_SERVER_PASSWORD_POLICY_RESET_PASSWORD_SUCCESS_ON_INVALID_EMAIL",
    )
    .default("true")
    .doc("Who asks for a new password does not learn whether the address has an account."),
    Setting::new(
        "pages.custom_urls",
        "ASTROLABE_PAGES_CUSTOM_URLS",
        Kind::Object { what: "object of addresses by page", set: |draft, map| custom_urls(&mut draft.settings.pages, map) },
    )
    .parse("pages.customUrls", "PARSE_SERVER_PAGES_CUSTOM_URLS")
    .default_words("the pages that Astrolabe has")
    .doc(
        "Pages of your own that browsers are sent to instead of those of Astrolabe: `passwordReset`, \
         `passwordResetSuccess`, `passwordResetLinkInvalid`, `emailVerificationSuccess`, \
         `emailVerificationLinkInvalid`, `emailVerificationSendSuccess`, `emailVerificationSendFail`.",
    ),
    Setting::parse_only(
        "customPages",
        "PARSE_SERVER_CUSTOM_PAGES",
        Kind::Object { what: "object of addresses by page", set: |draft, map| custom_pages(&mut draft.settings.pages, map) },
    )
    .default_words("that of `pages.custom_urls`")
    .doc("The older form of `pages.custom_urls`."),
];

fn custom_urls(pages: &mut BTreeMap<String, String>, map: &Map<String, Json>) -> Result<(), String> {
    for (page, url) in map {
        if !HOSTED_PAGES.contains(&page.as_str()) {
            return Err(format!("must hold names of pages ({}); `{page}` is none", HOSTED_PAGES.join(", ")));
        }
        pages.insert(page.clone(), page_url(page, url)?);
    }
    Ok(())
}

/// Names of the older form, with the page that each stands for.
const OLD_PAGES: &[(&str, Option<&str>)] = &[
    ("choosePassword", Some("passwordReset")),
    ("passwordResetSuccess", Some("passwordResetSuccess")),
    ("invalidPasswordResetLink", Some("passwordResetLinkInvalid")),
    ("invalidLink", Some("emailVerificationLinkInvalid")),
    ("invalidVerificationLink", Some("emailVerificationLinkInvalid")),
    ("expiredVerificationLink", Some("emailVerificationLinkExpired")),
    ("verifyEmailSuccess", Some("emailVerificationSuccess")),
    ("linkSendSuccess", Some("emailVerificationSendSuccess")),
    ("linkSendFail", Some("emailVerificationSendFail")),
    // Shows our page inside of a page of the owner's; a page of its own does the same.
    ("parseFrameURL", None),
];

fn custom_pages(pages: &mut BTreeMap<String, String>, map: &Map<String, Json>) -> Result<(), String> {
    for (name, url) in map.iter().filter(|(_, url)| !url.is_null()) {
        match OLD_PAGES.iter().find(|(old, _)| old == name) {
            Some((_, Some(page))) => {
                let url = page_url(name, url)?;
                pages.entry((*page).to_owned()).or_insert(url);
            }
            Some((_, None)) => return Err(format!("must not hold `{name}`, which is not in this version")),
            None => return Err(format!("must hold names of pages; `{name}` is none")),
        }
    }
    Ok(())
}

fn page_url(page: &str, url: &Json) -> Result<String, String> {
    let text = url.as_str().ok_or_else(|| format!("must hold addresses; that of `{page}` is none"))?;
    checks::page_url(text).map_err(|problem| format!("of `{page}` {problem}"))
}
