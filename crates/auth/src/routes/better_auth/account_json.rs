//! Users and sessions as this face shows them: every field of a known form, dates as texts, and null where there is no
//! value.

use astrolabe_core::objects::Object;
use astrolabe_core::ports::SignedIn;
use astrolabe_core::schema::{Class, Field, FieldType, Visibility, system_fields};
use astrolabe_core::value::{Json, JsonMap, Timestamp, Value, append_json_string};

use super::call::Session;
use crate::session::{IP_ADDRESS, USER, USER_AGENT};

/// Fields of a user that have a place of their own in its JSON.
pub(super) const CORE_FIELDS: [&str; 2] = ["name", "image"];

/// Bytes that a user and a session usually take.
const USUAL_LEN: usize = 768;

/// A session that never ends still tells a date, which clients need.
const FAR_FUTURE_S: i64 = 100 * 365 * 24 * 60 * 60;

/// `{"session": …, "user": …}`.
pub(super) fn session_and_user(session: &Session) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL_LEN);
    out.extend_from_slice(br#"{"session":"#);
    append_session(&mut out, &session.signed_in.session, session.user_id(), &session.token);
    out.extend_from_slice(br#","user":"#);
    append_user(&mut out, &session.signed_in);
    out.push(b'}');
    out
}

/// Appends a session with `token` as its handle.
pub(super) fn append_session(out: &mut Vec<u8>, session: &Object, user_id: &str, token: &str) {
    let ends = session.time("expiresAt").unwrap_or(session.created_at.plus_seconds(FAR_FUTURE_S));
    member(out, b'{', "id", |out| append_json_string(out, &session.object_id));
    member(out, b',', "token", |out| append_json_string(out, token));
    member(out, b',', "userId", |out| append_json_string(out, user_id));
    member(out, b',', "expiresAt", |out| append_time(out, ends));
    member(out, b',', "createdAt", |out| append_time(out, session.created_at));
    member(out, b',', "updatedAt", |out| append_time(out, session.updated_at));
    member(out, b',', "ipAddress", |out| {
        append_json_string(out, session.text(IP_ADDRESS).unwrap_or_default());
    });
    member(out, b',', "userAgent", |out| {
        append_json_string(out, session.text(USER_AGENT).unwrap_or_default())
    });
    out.push(b'}');
}

/// Appends a user. Its own address and name are told to it whatever the permissions of the class say; fields of the app
/// follow them.
pub(super) fn append_user(out: &mut Vec<u8>, signed_in: &SignedIn) {
    let SignedIn { user, visible, .. } = signed_in;
    let name = user.text("name").or_else(|| user.text("username")).unwrap_or_default();
    member(out, b'{', "id", |out| append_json_string(out, &user.object_id));
    member(out, b',', "name", |out| append_json_string(out, name));
    member(out, b',', "email", |out| append_json_string(out, user.text("email").unwrap_or_default()));
    member(out, b',', "emailVerified", |out| {
        let is_verified = *user.value("emailVerified") == Value::Boolean(true);
        out.extend_from_slice(if is_verified { b"true" } else { b"false" });
    });
    member(out, b',', "image", |out| append_json(out, &image(user)));
    member(out, b',', "createdAt", |out| append_time(out, user.created_at));
    member(out, b',', "updatedAt", |out| append_time(out, user.updated_at));
    for field in user.class.fields.values().filter(|field| is_plain(field)) {
        if let Some(value) = visible.get(&*field.name) {
            member(out, b',', &field.name, |out| append_json(out, &shown(value)));
        }
    }
    out.push(b'}');
}

/// The JSON of a user.
pub(super) fn user_json(signed_in: &SignedIn) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL_LEN);
    append_user(&mut out, signed_in);
    out
}

/// A user who has to verify the address before anything else, as it is told to whoever signed up with `body`: by that
/// alone, so that it is the same for an address that has an account already.
pub(super) fn waiting_user(class: &Class, id: &str, body: &JsonMap, now: Timestamp) -> Vec<u8> {
    let of = |name: &str| body.get(name).cloned().unwrap_or(Json::Null);
    let mut user = JsonMap::new();
    user.insert("id".into(), id.into());
    user.insert("name".into(), of("name"));
    user.insert("email".into(), of("email"));
    user.insert("emailVerified".into(), false.into());
    user.insert("image".into(), of("image"));
    user.insert("createdAt".into(), now.to_iso().into());
    user.insert("updatedAt".into(), now.to_iso().into());
    for field in class.fields.values().filter(|field| is_plain(field)) {
        user.insert(field.name.to_string(), shown(&of(&field.name)));
    }
    Json::Object(user).to_string().into_bytes()
}

/// A field of the app's own whose values have a form in this face's JSON.
pub(super) fn additional_field<'c>(class: &'c Class, name: &str) -> Option<&'c Field> {
    class.field(name).filter(|field| is_plain(field))
}

fn is_plain(field: &Field) -> bool {
    let kind_fits = matches!(
        field.kind,
        FieldType::String
            | FieldType::Number
            | FieldType::Boolean
            | FieldType::Date
            | FieldType::Object
            | FieldType::Array
    );
    let is_own = !CORE_FIELDS.contains(&&*field.name) && !is_built_in(&field.name);
    kind_fits && is_own && field.visibility == Visibility::Public
}

fn is_built_in(name: &str) -> bool {
    BUILT_IN.with(|names| names.iter().any(|built_in| built_in == name))
}

thread_local! {
    /// Names of the built-in fields of users, which every answer asks about.
    static BUILT_IN: Vec<String> = system_fields(USER).into_iter().map(|field| field.name.to_string()).collect();
}

/// The address of the picture. An app that came from elsewhere may keep a file in the field.
fn image(user: &Object) -> Json {
    match user.value("image") {
        Value::String(url) => Json::String(url.clone()),
        Value::Null => Json::Null,
        other => other.to_json().get("url").cloned().unwrap_or(Json::Null),
    }
}

/// A value of the Parse form in this face's: dates are texts.
fn shown(value: &Json) -> Json {
    match value.get("__type").and_then(Json::as_str) {
        Some("Date") => value.get("iso").cloned().unwrap_or(Json::Null),
        _ => value.clone(),
    }
}

fn member(out: &mut Vec<u8>, before: u8, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
    out.push(before);
    append_json_string(out, name);
    out.push(b':');
    value(out);
}

fn append_time(out: &mut Vec<u8>, time: Timestamp) {
    out.push(b'"');
    time.append_iso(out);
    out.push(b'"');
}

fn append_json(out: &mut Vec<u8>, value: &Json) {
    // Writing JSON into memory cannot fail.
    let _ = serde_json::to_writer(out, value);
}

/// `{"token": …, "user": …}` with more members in front.
pub(super) fn token_and_user(front: JsonMap, token: Option<&str>, user: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL_LEN);
    out.push(b'{');
    for (name, value) in &front {
        append_json_string(&mut out, name);
        out.push(b':');
        append_json(&mut out, value);
        out.push(b',');
    }
    out.extend_from_slice(br#""token":"#);
    match token {
        Some(token) => append_json_string(&mut out, token),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(br#","user":"#);
    out.extend_from_slice(user);
    out.push(b'}');
    out
}
