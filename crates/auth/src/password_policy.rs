//! What an app asks of new passwords, and how long a password counts.
//!
//! Source: Parse Server, `passwordPolicy`.

use astrolabe_core::access::Scope;
use astrolabe_core::app::PasswordPolicy;
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::objects::{Object, Write, WriteKind};
use astrolabe_core::ports::RuleContext;
use astrolabe_core::query::Filter;
use astrolabe_core::schema::{HASHED_PASSWORD, OBJECT_ID};
use astrolabe_core::value::{Json, Timestamp, Value};

use crate::password::PasswordHasher;
use crate::session::USER;

/// When the password was set.
pub(crate) const CHANGED_AT: &str = "_password_changed_at";
/// Hashes of earlier passwords, oldest first; the present one is not among them.
const HISTORY: &str = "_password_history";
const DAY_S: i64 = 24 * 60 * 60;

/// Checks a new password and notes what later checks need. Fails with 142.
pub(crate) async fn apply(
    hasher: &PasswordHasher,
    context: RuleContext<'_>,
    write: &mut Write,
    password: &str,
) -> Result<()> {
    let policy = &context.objects.settings().password_policy;
    check_pattern(policy, password)?;
    let stored = match write.kind {
        WriteKind::Update if policy.without_username || policy.history > 0 => stored(context, write).await?,
        _ => None,
    };
    if policy.without_username {
        check_username(write, stored.as_ref(), password)?;
    }
    if let Some(stored) = stored.filter(|_| policy.history > 0) {
        check_history(hasher, &last_hashes(&stored, policy.history), policy.history, password).await?;
        keep_history(policy, &stored, write);
    }
    note_age(policy, write);
    Ok(())
}

/// Notes what later checks need of a password that comes as a hash, which cannot be checked itself.
pub(crate) async fn note_import(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    let policy = &context.objects.settings().password_policy;
    if policy.history > 0
        && write.kind == WriteKind::Update
        && let Some(stored) = stored(context, write).await?
    {
        keep_history(policy, &stored, write);
    }
    note_age(policy, write);
    Ok(())
}

/// Puts the present hash into the history. It was read before the commit, so it has to be the one that is replaced: two
/// changes at once, or in one transaction, would otherwise lose one of the hashes.
fn keep_history(policy: &PasswordPolicy, stored: &Object, write: &mut Write) {
    let hashes = last_hashes(stored, policy.history);
    let kept = hashes.len().saturating_sub(policy.history - 1);
    let kept = hashes.into_iter().skip(kept).map(Json::String).collect();
    write.set(HISTORY, Value::Array(kept));
    write.conditions.push(Filter::equals(HASHED_PASSWORD, stored.value(HASHED_PASSWORD).clone()));
}

fn note_age(policy: &PasswordPolicy, write: &mut Write) {
    if policy.max_age_days.is_some() {
        write.set(CHANGED_AT, Value::Date(write.now));
    }
}

fn check_pattern(policy: &PasswordPolicy, password: &str) -> Result<()> {
    if policy.pattern.as_ref().is_none_or(|pattern| pattern.matches(password)) {
        return Ok(());
    }
    let default = "Password does not meet the Password Policy requirements.";
    Err(refused(policy.pattern_error.as_deref().unwrap_or(default)))
}

/// The user who is being changed.
async fn stored(context: RuleContext<'_>, write: &Write) -> Result<Option<Object>> {
    let by_id = Filter::equals(OBJECT_ID, Value::String(write.object_id.clone()));
    context.objects.find_object(&Scope::server(), USER, by_id).await
}

fn check_username(write: &Write, stored: Option<&Object>, password: &str) -> Result<()> {
    let name = write.new_text("username").or_else(|| stored?.text("username"));
    match name {
        Some(name) if !name.is_empty() && password.contains(name) => {
            Err(refused("Password cannot contain your username."))
        }
        _ => Ok(()),
    }
}

/// The present hash and those before it, `count` at most, oldest first.
fn last_hashes(stored: &Object, count: usize) -> Vec<String> {
    let earlier = match stored.value(HISTORY) {
        Value::Array(hashes) => hashes.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    let all: Vec<_> = earlier.into_iter().chain(stored.text(HASHED_PASSWORD)).collect();
    all.iter().skip(all.len().saturating_sub(count)).map(|hash| (*hash).to_owned()).collect()
}

/// One after the other, so that a change of password never takes more than one place among the waiting.
async fn check_history(
    hasher: &PasswordHasher,
    hashes: &[String],
    count: usize,
    password: &str,
) -> Result<()> {
    for hash in hashes {
        if hasher.verify(password, Some(hash)).await? {
            return Err(refused(&format!("New password should not be the same as last {count} passwords.")));
        }
    }
    Ok(())
}

/// How old the password of a user is, for the app's policy.
pub(crate) enum Age {
    /// It counts.
    Fine,
    /// Its age is not known, so it begins now.
    Unknown,
    /// It counts no longer.
    Expired,
}

/// Compares the age of a user's password with the policy.
pub(crate) fn age(policy: &PasswordPolicy, user: &Object, now: Timestamp) -> Age {
    let Some(days) = policy.max_age_days else { return Age::Fine };
    match user.time(CHANGED_AT) {
        None => Age::Unknown,
        Some(changed_at) if changed_at.plus_seconds(i64::from(days) * DAY_S) < now => Age::Expired,
        Some(_) => Age::Fine,
    }
}

/// The answer to a right password that has grown too old.
pub(crate) fn expired() -> Error {
    Error::new(ErrorCode::ObjectNotFound, "Your password has expired. Please reset your password.")
}

fn refused(message: &str) -> Error {
    Error::new(ErrorCode::ValidationError, message.to_owned())
}
