//! Changing and removing the user who is signed in.

use astrolabe_core::app::App;
use astrolabe_core::error::Error;
use astrolabe_core::schema::{FieldSpec, FieldType, SchemaChange};
use astrolabe_core::value::{Json, JsonMap, Timestamp};
use astrolabe_wire::hosted::HostedAnswer;
use http::StatusCode;

use super::account_json::{CORE_FIELDS, additional_field};
use super::answer::{With, done, json_answer, sent_on};
use super::body::Fields;
use super::call::{Call, Session};
use super::cookies::encoded;
use super::letters;
use super::origins::check_callback;
use super::passwords::check_password;
use super::refusal::{
    EMAIL_CAN_NOT_BE_UPDATED, FAILED_TO_GET_USER_INFO, FIELD_NOT_ALLOWED, INVALID_TOKEN, Outcome, Refusal,
    SESSION_EXPIRED, VERIFICATION_EMAIL_NOT_ENABLED,
};
use crate::links::{Link, Purpose, opened, token_of};
use crate::session::USER;

/// Changes name, picture and fields of the app's own, by the permissions of the class.
pub(super) async fn update(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_body(call.body.as_ref())?;
    let session = call.required_session().await?;
    let given = |name: &str| call.body.as_ref().and_then(|body| body.get(name));
    if given("email").is_some_and(|email| !email.is_null() && email != "") {
        return Err(EMAIL_CAN_NOT_BE_UPDATED);
    }
    let mut body = additional(call)?;
    body.extend(fields.optional_text("name").map(|name| ("name".to_owned(), name.into())));
    match given("image") {
        None => {}
        Some(Json::Null) => drop(body.insert("image".into(), removed())),
        Some(_) => drop(body.insert("image".into(), fields.text("image").into())),
    }
    fields.check()?;
    if body.is_empty() {
        return Err(Refusal::words("No fields to update"));
    }
    ensure_fields(call.app()).await?;
    call.app().objects.update(&session.scope(), USER, session.user_id(), body, None, None).await?;
    Ok(done().with_cookies(call.cookies.of_session(&session.token, session.is_remembered())))
}

/// Removes the user: with its password, or from a session that is fresh.
pub(super) async fn delete(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let nothing = JsonMap::new();
    let body = match &call.body {
        None => &nothing,
        Some(Json::Object(body)) => body,
        Some(_) => return Err(Refusal::invalid("[body] Invalid input: expected object")),
    };
    let body = Json::Object(body.clone());
    let mut fields = Fields::of_body(Some(&body))?;
    let password = fields.optional_text("password");
    let (callback, token) = (fields.optional_text("callbackURL"), fields.optional_text("token"));
    fields.check()?;
    let session = call.required_session().await?;
    if !call.settings().delete_user {
        return Err(Refusal::bare(StatusCode::NOT_FOUND));
    }
    let password = password.filter(|password| !password.is_empty());
    if let Some(password) = password {
        check_password(call, &session, password).await?;
    }
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        check_deletion(call, &session, token)?;
        return removed_user(call, &session).await;
    }
    if call.settings().confirm_deletion {
        return ask_before_deletion(call, &session, callback).await;
    }
    if password.is_none() && !session.is_fresh(call) {
        return Err(SESSION_EXPIRED);
    }
    removed_user(call, &session).await
}

/// Sends a link that removes the user, in place of doing it.
async fn ask_before_deletion(
    call: &Call<'_>,
    session: &Session,
    callback: Option<&str>,
) -> Outcome<HostedAnswer> {
    let base = letters::base_url(call).ok_or(VERIFICATION_EMAIL_NOT_ENABLED)?;
    let user = &session.signed_in.user;
    let email = user.text("email").ok_or(VERIFICATION_EMAIL_NOT_ENABLED)?;
    let token = token_of(call.auth, call.app(), &deletion_of(session));
    let callback = encoded(callback.filter(|url| !url.is_empty()).unwrap_or("/"));
    let address = format!("{base}/delete-user/callback?token={token}&callbackURL={callback}");
    letters::send(call, "delete-account", email, user, address).await;
    Ok(json_answer(br#"{"success":true,"message":"Verification email sent"}"#.to_vec()))
}

/// Follows the link of such a mail: only in a browser where the user is signed in.
pub(super) async fn follow_deletion(call: &Call<'_>) -> Outcome<HostedAnswer> {
    let mut fields = Fields::of_query(&call.query);
    let (token, callback) = (fields.text("token"), fields.optional_text("callbackURL"));
    fields.check()?;
    check_callback(call, callback)?;
    if !call.settings().delete_user {
        return Err(Refusal::coded(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found"));
    }
    let session = call.session().await?.ok_or(FAILED_TO_GET_USER_INFO)?;
    check_deletion(call, &session, token)?;
    let answer = removed_user(call, &session).await?;
    Ok(match callback.filter(|url| !url.is_empty()) {
        Some(url) => sent_on(answer, url),
        None => answer,
    })
}

fn check_deletion(call: &Call<'_>, session: &Session, token: &str) -> Outcome<()> {
    match opened(call.auth, call.app(), token) {
        Ok(link) if link == deletion_of(session) => Ok(()),
        _ => Err(INVALID_TOKEN.with_status(StatusCode::NOT_FOUND)),
    }
}

/// A link that removes the user of a session, who has not changed the address meanwhile.
fn deletion_of(session: &Session) -> Link {
    let about = session.signed_in.user.text("_email_key").unwrap_or_default().to_owned();
    Link { purpose: Purpose::DeleteUser, user_id: session.user_id().to_owned(), about, new_email: None }
}

/// The user is gone, and its sessions with it by the deletion rule of their class.
async fn removed_user(call: &Call<'_>, session: &Session) -> Outcome<HostedAnswer> {
    call.app().objects.delete(&session.scope(), USER, session.user_id(), None).await?;
    let answer = json_answer(br#"{"success":true,"message":"User deleted"}"#.to_vec());
    Ok(answer.with_cookies(call.cookies.cleared()))
}

fn removed() -> Json {
    serde_json::json!({ "__op": "Delete" })
}

/// The fields of the app's own that a body names, in the Parse form. Names that are no such field are passed over, as
/// Better Auth does; one whose type has no form here is refused.
pub(super) fn additional(call: &Call<'_>) -> Outcome<JsonMap> {
    let mut found = JsonMap::new();
    let schema = call.app().objects.schema();
    let (Some(Json::Object(body)), Some(class)) = (&call.body, schema.class(USER)) else { return Ok(found) };
    for (name, value) in body.iter().filter(|(name, _)| !CORE_FIELDS.contains(&name.as_str())) {
        let Some(field) = additional_field(class, name) else { continue };
        found.insert(name.clone(), parse_form(&field.kind, value)?);
    }
    Ok(found)
}

fn parse_form(kind: &FieldType, value: &Json) -> Outcome<Json> {
    match (kind, value) {
        (_, Json::Null) => Ok(removed()),
        (FieldType::Date, Json::String(text)) => {
            let time = Timestamp::parse_iso(text)
                .ok_or_else(|| Refusal::invalid("A date has the form of ISO 8601"))?;
            Ok(serde_json::json!({ "__type": "Date", "iso": time.to_iso() }))
        }
        // Operations and values with a type are of the Parse face.
        (_, Json::Object(map)) if map.contains_key("__op") || map.contains_key("__type") => {
            Err(FIELD_NOT_ALLOWED)
        }
        (_, value) => Ok(value.clone()),
    }
}

/// Makes the fields for name and picture, the first time that somebody needs them. An app that has fields of these names
/// already keeps its own.
pub(super) async fn ensure_fields(app: &App) -> Result<(), Error> {
    let schema = app.objects.schema();
    let class = schema.class(USER).ok_or_else(Error::internal)?;
    let missing = CORE_FIELDS.into_iter().filter(|name| class.field(name).is_none());
    let changes: Vec<_> = missing
        .map(|name| SchemaChange::AddField {
            class: USER.into(),
            field: FieldSpec::new(name, FieldType::String),
        })
        .collect();
    if !changes.is_empty() {
        app.objects.store().change_schema(changes).await?;
    }
    Ok(())
}
