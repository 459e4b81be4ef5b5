//! The rules of `_Session`: everybody sees and ends their own sessions only, and nobody sees a token.

use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::{Write, WriteKind};
use astrolabe_core::ports::{BoxFuture, ClassRules, RuleContext};
use astrolabe_core::query::{Filter, Test};
use astrolabe_core::schema::Class;
use astrolabe_core::value::{FieldOp, Json, Value};

use crate::session::{Origin, SESSION, expiry, of_user, token_hash, user_pointer};

/// Fields that clients do not write.
const SERVER_FIELDS: [&str; 5] = ["user", "installationId", "sessionToken", "expiresAt", "createdWith"];

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct SessionRules;

impl ClassRules for SessionRules {
    fn class_name(&self) -> &'static str {
        SESSION
    }

    fn before_save<'a>(
        &'a self,
        context: RuleContext<'a>,
        write: &'a mut Write,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(std::future::ready(match write.kind {
            WriteKind::Create => prepare_create(context, write),
            WriteKind::Update => check_update(context, write),
        }))
    }

    fn rewrite_filter(&self, context: RuleContext<'_>, _: &Class, filter: Filter) -> Result<Filter> {
        // The server's own conditions carry hashes already.
        if context.scope.is_server() {
            return Ok(filter);
        }
        let filter = hash_tokens(filter)?;
        if context.scope.is_privileged() {
            return Ok(filter);
        }
        let user_id = context.scope.user_id().ok_or_else(no_session)?;
        Ok(Filter::And(vec![filter, of_user(user_id)]))
    }
}

/// `POST /sessions` makes another session of the caller; the master key may name the user.
fn prepare_create(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    refuse_acl(write)?;
    for field in SERVER_FIELDS {
        write.nested.shift_remove(field);
    }
    if !context.scope.is_privileged() {
        let user_id = context.scope.user_id().ok_or_else(token_required)?;
        for field in SERVER_FIELDS {
            write.fields.shift_remove(field);
        }
        write.set("user", user_pointer(user_id));
    } else if !matches!(write.fields.get("user"), Some(FieldOp::Set(Value::Pointer(_)))) {
        return Err(Error::new(ErrorCode::ValidationError, "user is required"));
    }
    let sent: Vec<_> =
        write.fields.iter().filter_map(|(name, op)| Some((name.to_string(), sent_value(op)?))).collect();
    write.more_answer.extend(sent);
    let token = context.objects.ids().session_token();
    write.set("sessionToken", Value::String(token_hash(&token)));
    write.more_answer.insert("sessionToken".into(), token.into());
    answer_and_set(write, "createdWith", Value::Object(Origin::Create.created_with()));
    if let Some(expires_at) = expiry(context.objects, write.now) {
        answer_and_set(write, "expiresAt", Value::Date(expires_at));
    }
    Ok(())
}

/// The answer to the creation of a session holds what was sent, too.
fn sent_value(op: &FieldOp) -> Option<Json> {
    match op {
        FieldOp::Set(value) => Some(value.to_json()),
        _ => None,
    }
}

fn answer_and_set(write: &mut Write, field: &str, value: Value) {
    write.more_answer.insert(field.into(), value.to_json());
    write.set(field, value);
}

fn check_update(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    refuse_acl(write)?;
    // SDKs send the whole session back; naming oneself changes nothing.
    if let Some(user_id) = context.scope.user_id()
        && write.fields.get("user") == Some(&FieldOp::Set(user_pointer(user_id)))
    {
        write.fields.shift_remove("user");
    }
    let is_privileged = context.scope.is_privileged();
    // A token is made by the server and by nobody else, and belongs to the installation that asked for it.
    let closed: &[&str] = if is_privileged { &["installationId", "sessionToken"] } else { &SERVER_FIELDS };
    for field in closed {
        write.refuse_field(field, || {
            Error::new(ErrorCode::InvalidKeyName, format!("Invalid key name: {field}"))
        })?;
    }
    if is_privileged || context.scope.user().is_some() { Ok(()) } else { Err(token_required()) }
}

fn refuse_acl(write: &Write) -> Result<()> {
    match write.acl {
        Some(_) => Err(Error::new(ErrorCode::InvalidKeyName, "Cannot set ACL on a Session.")),
        None => Ok(()),
    }
}

fn token_required() -> Error {
    Error::new(ErrorCode::InvalidSessionToken, "Session token required.")
}

fn no_session() -> Error {
    Error::denied(ErrorCode::InvalidSessionToken, "Invalid session token")
}

/// Replaces tokens in conditions by their hashes. Only equality makes sense on a hash.
fn hash_tokens(filter: Filter) -> Result<Filter> {
    let each = |parts: Vec<Filter>| parts.into_iter().map(hash_tokens).collect::<Result<Vec<_>>>();
    Ok(match filter {
        Filter::And(parts) => Filter::And(each(parts)?),
        Filter::Or(parts) => Filter::Or(each(parts)?),
        Filter::Nor(parts) => Filter::Nor(each(parts)?),
        Filter::Field { path, test } if &*path.field == "sessionToken" => {
            Filter::Field { path, test: hashed_test(test)? }
        }
        // Spelled out, so that whoever adds a kind of condition has to think of tokens inside it.
        other @ (Filter::Field { .. } | Filter::RelatedTo { .. } | Filter::Never) => other,
    })
}

fn hashed_test(test: Test) -> Result<Test> {
    match test {
        Test::Equal(value) => Ok(Test::Equal(hashed(value))),
        Test::In(values) => Ok(Test::In(values.into_iter().map(hashed).collect())),
        _ => {
            Err(Error::new(ErrorCode::InvalidQuery, "sessionToken can be queried by equality and $in only."))
        }
    }
}

fn hashed(value: Value) -> Value {
    match value {
        Value::String(token) => Value::String(token_hash(&token)),
        other => other,
    }
}
