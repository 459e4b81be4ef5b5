//! Replacing a forgotten password.

use astrolabe_core::access::{NewPassword, Scope, SessionTerms};
use astrolabe_core::error::ErrorCode;
use astrolabe_core::objects::Object;
use astrolabe_core::schema::HASHED_PASSWORD;
use astrolabe_core::value::JsonMap;
use astrolabe_wire::hosted::HostedAnswer;
use url::Url;

use super::answer::{done, json_answer, redirect};
use super::body::Fields;
use super::call::Call;
use super::cookies::encoded;
use super::letters::{self, hidden, user_of_email};
use super::new_password::check_new;
use super::origins::check_callback;
use super::refusal::{INVALID_TOKEN, Outcome, RESET_PASSWORD_DISABLED};
use crate::links::{Link, Purpose, fingerprint, opened, token_of};
use crate::log_in::by_id;
use crate::session::USER;

const TEMPLATE: &str = "reset-password";

/// Sends a link, without telling whether the address has an account.
pub(super) async fn request(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (email, callback) = (fields.email("email"), fields.optional_text("redirectTo"));
    fields.check()?;
    let base = letters::base_url(call).ok_or(RESET_PASSWORD_DISABLED)?;
    hidden(async {
        if let Some(user) = user_of_email(call, email).await? {
            send_link(call, &base, &user, callback.unwrap_or_default()).await;
        }
        Ok(())
    })
    .await?;
    let message = "If this email exists in our system, check your email for the reset link";
    Ok(json_answer(serde_json::json!({ "status": true, "message": message }).to_string().into_bytes()))
}

async fn send_link(call: &Call<'_>, base: &str, user: &Object, callback: &str) {
    let (Some(hash), Some(email)) = (user.text(HASHED_PASSWORD), user.text("email")) else { return };
    let link = Link {
        purpose: Purpose::ResetPassword,
        user_id: user.object_id.clone(),
        about: fingerprint(call.auth, call.app(), hash),
        new_email: None,
    };
    let token = token_of(call.auth, call.app(), &link);
    let address = format!("{base}/reset-password/{token}?callbackURL={}", encoded(callback));
    letters::send(call, TEMPLATE, email, user, address).await;
}

/// Follows a link: on to the page that asks for the new password.
pub(super) async fn follow(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_query(&call.query);
    let callback = fields.text("callbackURL");
    fields.check()?;
    check_callback(call, Some(callback))?;
    let token = call.hosted.path.strip_prefix("/reset-password/").unwrap_or_default();
    let (name, value) = match user_of(call, token).await {
        Ok(_) if !callback.is_empty() => ("token", token),
        Ok(_) => ("error", INVALID_TOKEN.code()),
        Err(refusal) if refusal == INVALID_TOKEN => ("error", refusal.code()),
        Err(refusal) => return Err(refusal),
    };
    let error_page = format!("{}/error", call.base_url());
    let page = if callback.is_empty() { error_page.as_str() } else { callback };
    let base = Url::parse(&call.base_url()).and_then(|base| base.join(page));
    let mut url = base.map_err(|_| INVALID_TOKEN)?;
    let kept: Vec<_> = url.query_pairs().into_owned().filter(|(present, _)| *present != name).collect();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
    Ok(redirect(url.as_str()))
}

/// Sets the password that the user of a link has chosen. The link names the password that it replaces, so of two who use it
/// at once one is refused.
pub(super) async fn reset(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (password, token) = (fields.text("newPassword"), fields.optional_text("token"));
    fields.check()?;
    let asked = call.query.get("token").and_then(|token| token.as_str());
    let token = token.filter(|token| !token.is_empty()).or(asked).ok_or(INVALID_TOKEN)?;
    check_new(call, password)?;
    let (user, hash) = user_of(call, token).await?;
    let ends_sessions = call.app().objects.settings().revoke_sessions_on_password_change;
    let new_password = NewPassword::Known { hash, ends_sessions };
    let scope = Scope::server().with_session_terms(SessionTerms { new_password, ..call.terms(true) });
    let mut body = JsonMap::new();
    body.insert("password".into(), password.into());
    let changed = call.app().objects.update(&scope, USER, &user.object_id, body, None, None).await;
    changed.map_err(|error| match error.code {
        ErrorCode::ObjectNotFound => INVALID_TOKEN,
        _ => error.into(),
    })?;
    Ok(done())
}

/// The user of a link whose password is still the one that the link replaces, and its hash.
async fn user_of(call: &Call<'_>, token: &str) -> Outcome<(Object, String)> {
    let link = opened(call.auth, call.app(), token).map_err(|_| INVALID_TOKEN)?;
    let user = call.app().objects.find_object(&Scope::server(), USER, by_id(&link.user_id)).await?;
    let user = user.filter(|_| link.purpose == Purpose::ResetPassword).ok_or(INVALID_TOKEN)?;
    let hash = user.text(HASHED_PASSWORD).unwrap_or_default().to_owned();
    if fingerprint(call.auth, call.app(), &hash) != link.about {
        return Err(INVALID_TOKEN);
    }
    Ok((user, hash))
}
