//! The pages that links in mails lead to: an address is verified, a new password is chosen. They are plain HTML that works
//! without scripts and can be replaced by pages of the app's owner.
//!
//! Source: Parse Server, `PagesRouter`.

mod answers;
mod html;

use astrolabe_core::app::App;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::value::{Json, JsonMap};
use astrolabe_wire::parse::{PageAnswer, PageCall, PageHandler};
use http::Method;
use std::sync::Arc;

use crate::Auth;
use crate::emails::Emails;
use crate::emails::password_reset::ResetRefusal;
use answers::{Visit, data};
use html::Page;

/// Answers the pages of all apps.
pub fn handler(auth: &Auth) -> PageHandler {
    let emails = auth.emails().clone();
    Arc::new(move |call| {
        let emails = emails.clone();
        Box::pin(async move { answer(emails, call).await })
    })
}

async fn answer(emails: Emails, call: PageCall) -> Result<PageAnswer> {
    match (&call.method, call.page.as_str()) {
        (&Method::GET, "verify_email") => verify_email(emails, call).await,
        (&Method::POST, "resend_verification_email") => resend_verification(emails, call).await,
        (&Method::GET, "request_password_reset") => show_form(emails, call).await,
        (&Method::POST, "request_password_reset") => reset_password(emails, call).await,
        (&Method::GET, "choose_password") => {
            let token = text(&call.query, "token").unwrap_or_default().to_owned();
            let username = text(&call.query, "username").map(str::to_owned);
            let visit = Visit::of(&call);
            Ok(visit.with("token", Some(token)).with("username", username).show(Page::PasswordReset))
        }
        (&Method::GET, file) => match Page::of_file(file) {
            Some(page) => Ok(Visit::of(&call).show(page)),
            None => Err(no_page()),
        },
        _ => Err(no_page()),
    }
}

fn no_page() -> Error {
    Error::new(ErrorCode::EndpointNotFound, "There is no such endpoint.")
}

fn text<'m>(map: &'m JsonMap, name: &str) -> Option<&'m str> {
    map.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

async fn verify_email(emails: Emails, call: PageCall) -> Result<PageAnswer> {
    let visit = Visit::of(&call);
    let token = text(&call.query, "token");
    let is_verified = match token {
        Some(token) => emails.verify(&call.app, token).await?,
        None => false,
    };
    if is_verified {
        return Ok(visit.show(Page::EmailVerified));
    }
    // With the token of an old link its user can ask for another mail.
    Ok(visit.with("token", token.map(str::to_owned)).show(Page::VerificationLinkInvalid))
}

async fn resend_verification(emails: Emails, call: PageCall) -> Result<PageAnswer> {
    let visit = Visit::of(&call);
    let (username, token) = (text(&call.form, "username"), text(&call.form, "token"));
    if username.is_none() && token.is_none() {
        return Ok(visit.go_to(Page::VerificationLinkInvalid));
    }
    let was_sent = emails.send_again_to(&call.app, username, token).await?;
    if was_sent || call.app.settings.emails.hide_unknown {
        return Ok(visit.go_to(Page::VerificationSent));
    }
    Ok(visit.go_to(Page::VerificationNotSent))
}

async fn show_form(emails: Emails, call: PageCall) -> Result<PageAnswer> {
    let visit = Visit::of(&call);
    let Some(token) = text(&call.query, "token") else {
        return Ok(visit.show(Page::ResetLinkInvalid));
    };
    match emails.user_of_reset_link(&call.app, token).await {
        Ok(_) => Ok(visit.with("token", Some(token.to_owned())).show(Page::PasswordReset)),
        Err(ResetRefusal::Refused(error)) => Err(error),
        Err(_) => Ok(visit.show(Page::ResetLinkInvalid)),
    }
}

async fn reset_password(emails: Emails, call: PageCall) -> Result<PageAnswer> {
    let visit = Visit::of(&call);
    let (token, password) = match (text(&call.form, "token"), text(&call.form, "new_password")) {
        (Some(token), Some(password)) => (token, password),
        _ if !call.is_script => return Ok(visit.go_to(Page::ResetLinkInvalid)),
        (None, _) => return Err(Error::new(ErrorCode::OtherCause, "Missing token")),
        (_, None) => return Err(Error::new(ErrorCode::PasswordMissing, "Missing password")),
    };
    match emails.reset_password(&call.app, token, password).await {
        Ok(()) if call.is_script => Ok(data(&Json::from("Password successfully reset"))),
        Ok(()) => Ok(visit.show(Page::PasswordResetSuccess)),
        Err(ResetRefusal::Refused(error)) if error.code.http_status() >= 500 => Err(error),
        Err(refusal) if call.is_script => Err(Error::new(ErrorCode::OtherCause, refusal.text().to_owned())),
        Err(refusal) => {
            let visit = visit.with("token", Some(token.to_owned()));
            Ok(visit.with("error", Some(refusal.text().to_owned())).show(Page::PasswordReset))
        }
    }
}

impl Page {
    /// The page of the app's owner that takes its place.
    fn custom_url(self, app: &App) -> Option<&str> {
        app.settings.pages.get(self.name()).map(String::as_str)
    }
}
