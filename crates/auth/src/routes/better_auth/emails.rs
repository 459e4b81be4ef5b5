//! Proving an address, and changing it.

use astrolabe_core::access::Scope;
use astrolabe_core::error::{Error, ErrorCode};
use astrolabe_core::identity::identity_key;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::{Expectation, FieldUpdate, WriteStep};
use astrolabe_core::query::{Filter, RowAccess};
use astrolabe_core::value::{JsonMap, Value};
use astrolabe_wire::hosted::HostedAnswer;
use http::StatusCode;

use super::account_json::user_json;
use super::answer::{With, done, json_answer, redirect, sent_on};
use super::body::Fields;
use super::call::Call;
use super::letters::{self, ask_for_consent, hidden, user_of_email, verification, verifies};
use super::origins::check_callback;
use super::refusal::{
    CHANGE_EMAIL_DISABLED, EMAIL_ALREADY_VERIFIED, EMAIL_MISMATCH, INVALID_TOKEN, INVALID_USER, Outcome,
    Refusal, SESSION_NOT_FRESH, TOKEN_EXPIRED, USER_NOT_FOUND, VERIFICATION_EMAIL_NOT_ENABLED,
};
use crate::links::{Broken, Link, Purpose, opened};
use crate::log_in::by_id;
use crate::session::USER;

const VERIFY_TEMPLATE: &str = "verify-email";

/// Sends a link to prove the address: to whoever is signed in, or, without telling whether there is such an account, to
/// anybody.
pub(super) async fn send_verification(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (email, callback) = (fields.email("email"), fields.optional_text("callbackURL"));
    fields.check()?;
    let base = letters::base_url(call).ok_or(VERIFICATION_EMAIL_NOT_ENABLED)?;
    let Some(session) = call.session().await? else {
        hidden(async {
            if let Some(user) = user_of_email(call, email).await?.filter(|user| !is_verified(user)) {
                send_link(call, &base, &user, callback).await;
            }
            Ok(())
        })
        .await?;
        return Ok(done());
    };
    let user = &session.signed_in.user;
    if user.text("email").is_none_or(|own| identity_key(own) != identity_key(email)) {
        return Err(EMAIL_MISMATCH);
    }
    if is_verified(user) {
        return Err(EMAIL_ALREADY_VERIFIED);
    }
    send_link(call, &base, user, callback).await;
    Ok(done())
}

/// Sends a user the link that proves its address.
pub(super) async fn send_link(call: &Call<'_>, base: &str, user: &Object, callback: Option<&str>) {
    if let Some(email) = user.text("email") {
        let address = verification(call, base, &verifies(user, email), callback);
        letters::send(call, VERIFY_TEMPLATE, email, user, address).await;
    }
}

/// Follows a link of a mail. Following it again does no harm.
pub(super) async fn verify(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_query(&call.query);
    let (token, callback) = (fields.text("token"), fields.optional_text("callbackURL"));
    fields.check()?;
    let callback = callback.filter(|url| !url.is_empty());
    check_callback(call, callback)?;
    match followed(call, token, callback).await {
        Ok(answer) => Ok(match callback {
            Some(url) => sent_on(answer, url),
            None => answer,
        }),
        Err(refusal) => match callback.filter(|_| refusal.is_told()) {
            Some(url) => Ok(redirect(&with_error(url, refusal.code()))),
            None => Err(refusal),
        },
    }
}

async fn followed(call: &Call<'_>, token: &str, callback: Option<&str>) -> Outcome<HostedAnswer> {
    let link = opened(call.auth, call.app(), token).map_err(|broken| match broken {
        Broken::Invalid => INVALID_TOKEN.with_status(StatusCode::UNAUTHORIZED),
        Broken::Expired => TOKEN_EXPIRED,
    })?;
    let by_address = Filter::equals("_email_key", Value::String(link.about.clone()));
    let filter = Filter::And(vec![by_id(&link.user_id), by_address]);
    let user = call.app().objects.find_object(&Scope::server(), USER, filter).await?;
    let user = user.ok_or(USER_NOT_FOUND)?;
    match (link.purpose, &link.new_email) {
        (Purpose::VerifyEmail, _) => verified(call, &user, &link).await,
        (Purpose::ConfirmNewEmail, Some(new_email)) => {
            check_same_user(call, &user).await?;
            let base = letters::base_url(call).ok_or(VERIFICATION_EMAIL_NOT_ENABLED)?;
            send_to_new(call, &base, &user, new_email, callback).await;
            Ok(done())
        }
        (Purpose::VerifyNewEmail, Some(new_email)) => changed(call, &user, new_email).await,
        _ => Err(INVALID_TOKEN.with_status(StatusCode::UNAUTHORIZED)),
    }
}

/// The address has been proved. That of a user who has changed it meanwhile stays as it is.
async fn verified(call: &Call<'_>, user: &Object, link: &Link) -> Outcome<HostedAnswer> {
    if !is_verified(user) {
        let same = Filter::equals("_email_key", Value::String(link.about.clone()));
        let step = WriteStep::Update {
            class: std::sync::Arc::clone(&user.class),
            filter: Filter::And(vec![by_id(&user.object_id), same]),
            access: RowAccess::All,
            updated_at: Some(call.now()),
            acl: None,
            fields: vec![("emailVerified".into(), FieldUpdate::Set(Value::Boolean(true)))],
            relations: Vec::new(),
            returning: Vec::new(),
            expect: Expectation::Some,
        };
        call.app().objects.commit_steps(&Scope::server(), vec![step]).await.map_err(gone)?;
    }
    Ok(json_answer(br#"{"status":true,"user":null}"#.to_vec()))
}

fn gone(error: Error) -> Refusal {
    if error.code == ErrorCode::ObjectNotFound { USER_NOT_FOUND } else { error.into() }
}

/// Whoever follows a link of somebody else while signed in has been sent it by mistake, or worse.
async fn check_same_user(call: &Call<'_>, user: &Object) -> Outcome<()> {
    match call.session().await? {
        Some(session) if session.user_id() != user.object_id => Err(INVALID_USER),
        _ => Ok(()),
    }
}

/// Asks for another address. Nothing tells whether it is somebody's already.
pub(super) async fn change(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let (new_email, callback) = (fields.email("newEmail"), fields.optional_text("callbackURL"));
    fields.check()?;
    let session = call.required_session().await?;
    if !call.settings().change_email {
        return Err(CHANGE_EMAIL_DISABLED);
    }
    let user = &session.signed_in.user;
    let (new_email, own) = (new_email.to_lowercase(), user.text("email").unwrap_or_default());
    if identity_key(&new_email) == identity_key(own) {
        return Err(Refusal::words("Email is the same"));
    }
    if !session.is_fresh(call) {
        return Err(SESSION_NOT_FRESH);
    }
    let base = letters::base_url(call).ok_or_else(|| Refusal::words("Verification email isn't enabled"))?;
    hidden(async {
        if user_of_email(call, &new_email).await?.is_some() {
            return Ok(());
        }
        if is_verified(user) {
            let link = Link { purpose: Purpose::ConfirmNewEmail, ..to_new(user, &new_email) };
            let address = verification(call, &base, &link, callback);
            ask_for_consent(call, own, &new_email, address).await;
        } else {
            send_to_new(call, &base, user, &new_email, callback).await;
        }
        Ok(())
    })
    .await?;
    Ok(done())
}

async fn send_to_new(call: &Call<'_>, base: &str, user: &Object, new_email: &str, callback: Option<&str>) {
    let address = verification(call, base, &to_new(user, new_email), callback);
    letters::send(call, VERIFY_TEMPLATE, new_email, user, address).await;
}

fn to_new(user: &Object, new_email: &str) -> Link {
    let email = user.text("email").unwrap_or_default();
    Link { purpose: Purpose::VerifyNewEmail, new_email: Some(new_email.to_owned()), ..verifies(user, email) }
}

/// The other address has been proved and takes the place of the present one. It opens no session: a mail that went astray
/// must not let its reader in.
async fn changed(call: &Call<'_>, user: &Object, new_email: &str) -> Outcome<HostedAnswer> {
    check_same_user(call, user).await?;
    let mut body = JsonMap::new();
    body.insert("email".into(), new_email.into());
    body.insert("emailVerified".into(), true.into());
    let scope = Scope::server().with_session_terms(call.terms(true));
    let objects = &call.app().objects;
    objects.update(&scope, USER, &user.object_id, body, None, None).await.map_err(|error| {
        match error.code {
            ErrorCode::EmailTaken => INVALID_USER,
            _ => gone(error),
        }
    })?;
    let Some(session) = call.session().await? else {
        return Ok(json_answer(br#"{"status":true,"user":null}"#.to_vec()));
    };
    let mut body = br#"{"status":true,"user":"#.to_vec();
    body.extend_from_slice(&user_json(&session.signed_in));
    body.push(b'}');
    Ok(json_answer(body).with_cookies(call.cookies.of_session(&session.token, session.is_remembered())))
}

pub(super) fn is_verified(user: &Object) -> bool {
    *user.value("emailVerified") == Value::Boolean(true)
}

/// The address with a code that the page can show.
pub(super) fn with_error(url: &str, code: &str) -> String {
    let (before, fragment) = url.split_once('#').map_or((url, ""), |(before, after)| (before, after));
    let mark = if before.contains('?') { '&' } else { '?' };
    let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
    format!("{before}{mark}error={code}{fragment}")
}
