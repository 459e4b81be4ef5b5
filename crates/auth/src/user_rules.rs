//! The rules of `_User`: what a user needs, what is unique, who may change it, and what becomes of its sessions.
//!
//! Source: Parse REST protocol, "Users".

mod access_list;

use std::sync::Arc;

use astrolabe_core::access::{NewPassword, Scope};
use astrolabe_core::error::{Error, ErrorCode, Result};
use astrolabe_core::identity::identity_key;
use astrolabe_core::limits;
use astrolabe_core::objects::{Objects, Write, WriteKind};
use astrolabe_core::ports::{BoxFuture, ClassRules, RuleContext, StoreError, WriteStep};
use astrolabe_core::query::Filter;
use astrolabe_core::schema::HASHED_PASSWORD;
use astrolabe_core::value::{FieldOp, Value};

use self::access_list::{give_acl, keep_own_rights};
use crate::emails::verification::not_verified;
use crate::emails::{Emails, RESET};
use crate::lockout::{FAILED_COUNT, LOCKED_UNTIL};
use crate::password::PasswordHasher;
use crate::password::imported::check_hash;
use crate::password_policy;
use crate::session::{NewSession, Origin, USER, revoke_all};

/// How often a save is tried while the password changes under it: a try fails only when another change has worked.
const SAVE_ATTEMPTS: usize = 3;

/// See the module.
pub struct UserRules {
    hasher: Arc<PasswordHasher>,
    emails: Emails,
}

impl UserRules {
    /// Rules that hash with `hasher` and verify addresses with `emails`.
    pub(crate) fn new(hasher: Arc<PasswordHasher>, emails: Emails) -> Self {
        UserRules { hasher, emails }
    }
}

impl ClassRules for UserRules {
    fn class_name(&self) -> &'static str {
        USER
    }

    fn before_save<'a>(
        &'a self,
        context: RuleContext<'a>,
        write: &'a mut Write,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match write.kind {
                WriteKind::Create => self.prepare_sign_up(context, write).await,
                WriteKind::Update => self.prepare_update(context, write).await,
            }
        })
    }

    /// With a history of passwords, a change of password counts only if the password is still the one that was read.
    fn attempts(&self) -> usize {
        SAVE_ATTEMPTS
    }

    fn before_delete<'a>(
        &'a self,
        context: RuleContext<'a>,
        object_id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<WriteStep>>> {
        Box::pin(std::future::ready(check_delete(context, object_id).map(|()| Vec::new())))
    }

    fn explain(&self, error: StoreError) -> Error {
        match &error {
            StoreError::Duplicate { fields, .. } if names(fields, "_username_key") => {
                Error::new(ErrorCode::UsernameTaken, "Account already exists for this username.")
            }
            StoreError::Duplicate { fields, .. } if names(fields, "_email_key") => {
                Error::new(ErrorCode::EmailTaken, "Account already exists for this email address.")
            }
            _ => error.into(),
        }
    }
}

fn names(fields: &[Arc<str>], field: &str) -> bool {
    fields.iter().any(|name| **name == *field)
}

impl UserRules {
    async fn prepare_sign_up(&self, context: RuleContext<'_>, write: &mut Write) -> Result<()> {
        refuse_server_fields(context, write)?;
        if write.new_text("username").is_none_or(str::is_empty) {
            return Err(Error::new(ErrorCode::UsernameMissing, "bad or missing username"));
        }
        let password = write.new_text("password").filter(|text| !text.is_empty()).map(str::to_owned);
        let is_imported = check_import(write)?;
        set_keys(context.objects, write)?;
        match password {
            Some(password) => self.set_password(context, write, &password).await?,
            None if is_imported => password_policy::note_import(context, write).await?,
            None => return Err(Error::new(ErrorCode::PasswordMissing, "password is required")),
        }
        give_acl(context, write)?;
        self.emails.verify_new_address(context, write)?;
        let policy = &context.objects.settings().emails;
        let must_verify_first = policy.verify && policy.prevent_log_in;
        if must_verify_first && policy.prevent_sign_up {
            write.refusal_after = Some(not_verified());
        }
        // An administrator makes users without becoming one of them.
        if !context.scope.is_privileged() && !must_verify_first {
            let session = NewSession::for_user(context, &write.object_id, Origin::SignUp)?;
            write.more_steps.extend(session.steps);
            write.more_answer.insert("sessionToken".into(), session.token.into());
        }
        Ok(())
    }

    async fn prepare_update(&self, context: RuleContext<'_>, write: &mut Write) -> Result<()> {
        let RuleContext { objects, scope } = context;
        if !scope.is_privileged() && scope.user_id() != Some(&write.object_id) {
            return Err(Error::denied(
                ErrorCode::SessionMissing,
                format!("Cannot modify user {}.", write.object_id),
            ));
        }
        refuse_server_fields(context, write)?;
        check_change(write)?;
        set_keys(objects, write)?;
        self.emails.verify_new_address(context, write)?;
        if write.fields.contains_key("email") || write.fields.contains_key("password") {
            // A link to choose a password was sent to the old address, or before somebody chose one.
            for (field, value) in RESET.cleared() {
                write.set(&field, value);
            }
        }
        if !scope.is_privileged() {
            keep_own_rights(write);
        }
        let is_imported = check_import(write)?;
        if let Some(password) = write.new_text("password").map(str::to_owned) {
            self.set_password(context, write, &password).await?;
        } else if is_imported {
            password_policy::note_import(context, write).await?;
        } else {
            return Ok(());
        }
        unlock(context, write);
        change_sessions(context, write)
    }

    async fn set_password(&self, context: RuleContext<'_>, write: &mut Write, password: &str) -> Result<()> {
        password_policy::apply(&self.hasher, context, write, password).await?;
        let hash = self.hasher.hash(password).await?;
        write.fields.shift_remove("password");
        write.set(HASHED_PASSWORD, Value::String(hash));
        Ok(())
    }
}

/// Whether the write brings a hash of another server's making. Only the maintenance key can: nobody else gets such a
/// field past the kernel. Fails with 142 for one that could not be checked, and for one beside a password.
fn check_import(write: &Write) -> Result<bool> {
    if write.fields.contains_key(HASHED_PASSWORD) && write.fields.contains_key("password") {
        let text = "password and _hashed_password cannot be given together.";
        return Err(Error::new(ErrorCode::ValidationError, text));
    }
    match write.fields.get(HASHED_PASSWORD) {
        None => Ok(false),
        Some(FieldOp::Set(Value::String(hash))) => check_hash(hash).map(|()| true),
        Some(_) => check_hash("").map(|()| false),
    }
}

/// A password that an administrator sets opens a locked account, where the app wants that.
fn unlock(context: RuleContext<'_>, write: &mut Write) {
    let lockout = &context.objects.settings().account_lockout;
    if lockout.unlock_on_password_reset && context.scope.is_privileged() {
        write.set(FAILED_COUNT, Value::Null);
        write.set(LOCKED_UNTIL, Value::Null);
    }
}

/// Fields that clients cannot give a user.
fn refuse_server_fields(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    write.fields.shift_remove("sessionToken");
    if write.fields.get("authData").is_some_and(is_empty) {
        write.fields.shift_remove("authData");
    }
    if write.fields.contains_key("authData") || write.nested.contains_key("authData") {
        return Err(Error::new(ErrorCode::UnsupportedService, "This authentication method is unsupported."));
    }
    if context.scope.is_privileged() {
        return Ok(());
    }
    write.refuse_field("emailVerified", || {
        Error::denied(
            ErrorCode::OperationForbidden,
            "Clients aren't allowed to manually update email verification.",
        )
    })
}

fn is_empty(op: &FieldOp) -> bool {
    match op {
        FieldOp::Delete | FieldOp::Set(Value::Null) => true,
        FieldOp::Set(Value::Object(map)) => map.is_empty(),
        FieldOp::Set(Value::String(text)) => text.is_empty(),
        _ => false,
    }
}

/// A user keeps a name and a password. Values of another type are left to the schema.
fn check_change(write: &Write) -> Result<()> {
    for (field, code) in [("username", ErrorCode::UsernameMissing), ("password", ErrorCode::PasswordMissing)]
    {
        if write.fields.get(field).is_some_and(is_empty) {
            return Err(Error::new(code, format!("bad or missing {field}")));
        }
    }
    Ok(())
}

/// Keeps the unique forms of user name and e-mail address in step with them.
fn set_keys(objects: &Objects, write: &mut Write) -> Result<()> {
    let settings = objects.settings();
    check_length(write)?;
    if let Some(name) = write.new_text("username").map(str::to_owned) {
        write.set("_username_key", Value::String(identity_key(&name)));
        if settings.lowercase_usernames {
            write.set("username", Value::String(name.to_lowercase()));
        }
    }
    match write.fields.get("email").cloned() {
        None => {}
        Some(op) if is_empty(&op) => write.set("_email_key", Value::Null),
        Some(FieldOp::Set(Value::String(email))) if is_email(&email) => {
            write.set("_email_key", Value::String(identity_key(&email)));
            if settings.lowercase_emails {
                write.set("email", Value::String(email.to_lowercase()));
            }
        }
        Some(FieldOp::Set(Value::String(_))) => {
            return Err(Error::new(ErrorCode::InvalidEmailAddress, "Email address format is invalid."));
        }
        // Another type, which the schema refuses.
        Some(_) => {}
    }
    Ok(())
}

/// Names and addresses are kept in indexes, so they have a bound.
fn check_length(write: &Write) -> Result<()> {
    for field in ["username", "email"] {
        if write.new_text(field).is_some_and(|text| text.len() > limits::IDENTITY_LEN_MAX) {
            return Err(Error::new(
                ErrorCode::ValidationError,
                format!("{field} must not be longer than {} bytes.", limits::IDENTITY_LEN_MAX),
            ));
        }
    }
    Ok(())
}

/// Something, an at sign, something, on one line: what the protocol asks for.
fn is_email(text: &str) -> bool {
    let Some((before, after)) = text.rsplit_once('@') else { return false };
    let line = |part: &str| !part.is_empty() && !part.contains(['\n', '\r']);
    line(before) && line(after)
}

/// A new password ends the sessions that the old one opened; whoever changed their own gets a new one.
fn change_sessions(context: RuleContext<'_>, write: &mut Write) -> Result<()> {
    let RuleContext { objects, scope } = context;
    let mut ends_sessions = objects.settings().revoke_sessions_on_password_change;
    if let Some(NewPassword::Known { hash, ends_sessions: wanted }) = new_password(scope) {
        write.conditions.push(Filter::equals(HASHED_PASSWORD, Value::String(hash.clone())));
        if !wanted {
            return Ok(());
        }
        ends_sessions = true;
    }
    if ends_sessions {
        write.more_steps.push(revoke_all(objects, &write.object_id)?);
    }
    if scope.user_id() == Some(&write.object_id) {
        let session = NewSession::for_user(context, &write.object_id, Origin::LogIn)?;
        write.more_steps.extend(session.steps);
        write.more_answer.insert("sessionToken".into(), session.token.into());
    }
    Ok(())
}

fn new_password(scope: &Scope) -> Option<&NewPassword> {
    scope.session_terms().map(|terms| &terms.new_password)
}

/// The user's sessions go with it by the deletion rule of `_Session.user`.
fn check_delete(context: RuleContext<'_>, object_id: &str) -> Result<()> {
    if context.scope.is_privileged() || context.scope.user_id() == Some(object_id) {
        return Ok(());
    }
    // Without a session the remedy is no secret.
    let refusal = Error::denied(ErrorCode::SessionMissing, "Insufficient auth to delete user");
    Err(Error { permission: context.scope.user().is_some(), ..refusal })
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn email_addresses() {
        for (text, expected) in
            [("a@b", true), ("a@b@c", true), ("@b", false), ("a@", false), ("ab", false), ("a@b\n", false)]
        {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}
