//! Classes that exist in every app, with the fields the protocol gives them.

use std::sync::Arc;

use super::{ClassPermissions, DeletionRule, FieldSpec, FieldType, SchemaChange, Visibility};

/// Classes that only the master key may touch, whatever their permissions say.
pub const INTERNAL_CLASSES: &[&str] = &[
    "_JobStatus",
    "_PushStatus",
    "_Hooks",
    "_GlobalConfig",
    "_GraphQLConfig",
    "_JobSchedule",
    "_Audience",
    IDEMPOTENCY,
    MAIL,
];

/// Requests that were done.
pub const IDEMPOTENCY: &str = "_Idempotency";

/// Mail that waits to be sent.
pub const MAIL: &str = "_Mail";

/// The hash of a user's password.
pub const HASHED_PASSWORD: &str = "_hashed_password";

/// Whether an import may write the field with the maintenance key although clients cannot name it.
pub fn is_import_field(class: &str, field: &str) -> bool {
    class == "_User" && field == HASHED_PASSWORD
}

/// The changes that bring an app's system classes into being; safe to apply at every start.
pub fn system_classes() -> Vec<SchemaChange> {
    let mut changes = Vec::new();
    for class in ["_User", "_Installation", "_Role", "_Session", "_GlobalConfig", IDEMPOTENCY, MAIL] {
        changes.push(SchemaChange::AddClass { name: class.into(), permissions: ClassPermissions::default() });
        changes.extend(
            system_fields(class)
                .into_iter()
                .map(|field| SchemaChange::AddField { class: class.into(), field }),
        );
    }
    changes
}

/// The built-in fields of a class; empty for classes of the app's owner. They can neither be removed nor changed.
pub fn system_fields(class: &str) -> Vec<FieldSpec> {
    match class {
        "_User" => user_fields(),
        "_Session" => session_fields(),
        "_Role" => role_fields(),
        "_Installation" => installation_fields(),
        IDEMPOTENCY => idempotency_fields(),
        MAIL => mail_fields(),
        "_GlobalConfig" => config_fields(),
        _ => Vec::new(),
    }
}

/// `_username_key` and `_email_key` hold the normalised forms that must be unique. The name comes last: when both are
/// taken, the store reports the newest field, and clients are told about the name.
fn user_fields() -> Vec<FieldSpec> {
    vec![
        FieldSpec { indexed: true, ..string("username") },
        FieldSpec { visibility: Visibility::WriteOnly, ..string("password") },
        FieldSpec { indexed: true, ..string("email") },
        FieldSpec::new("emailVerified", FieldType::Boolean),
        FieldSpec { visibility: Visibility::Owner, ..FieldSpec::new("authData", FieldType::Object) },
        FieldSpec { visibility: Visibility::Hidden, ..string(HASHED_PASSWORD) },
        hidden("_failed_login_count", FieldType::Number),
        hidden("_account_lockout_expires_at", FieldType::Date),
        hidden("_password_changed_at", FieldType::Date),
        hidden("_password_history", FieldType::Array),
        FieldSpec { indexed: true, ..hidden("_email_verify_token", FieldType::String) },
        hidden("_email_verify_nonce", FieldType::String),
        hidden("_email_verify_token_expires_at", FieldType::Date),
        FieldSpec { indexed: true, ..hidden("_perishable_token", FieldType::String) },
        hidden("_perishable_nonce", FieldType::String),
        hidden("_perishable_token_expires_at", FieldType::Date),
        FieldSpec { visibility: Visibility::Hidden, unique: true, ..string("_email_key") },
        FieldSpec { visibility: Visibility::Hidden, unique: true, ..string("_username_key") },
    ]
}

/// `sessionToken` holds the SHA-256 of the token. Nobody acts for a user that is gone, so sessions go with it. The hidden
/// fields are of sessions that were opened over cookies: how long one lives, whether it is renewed, and where it began.
fn session_fields() -> Vec<FieldSpec> {
    vec![
        FieldSpec { on_delete: Some(DeletionRule::Cascade), ..pointer("user", "_User") },
        string("installationId"),
        FieldSpec { visibility: Visibility::WriteOnly, unique: true, ..string("sessionToken") },
        FieldSpec::new("expiresAt", FieldType::Date),
        FieldSpec::new("createdWith", FieldType::Object),
        hidden("_length_s", FieldType::Number),
        hidden("_is_remembered", FieldType::Boolean),
        hidden("_ip_address", FieldType::String),
        hidden("_user_agent", FieldType::String),
    ]
}

fn role_fields() -> Vec<FieldSpec> {
    vec![
        FieldSpec { unique: true, ..string("name") },
        FieldSpec::new("users", FieldType::Relation("_User".into())),
        FieldSpec::new("roles", FieldType::Relation("_Role".into())),
    ]
}

fn installation_fields() -> Vec<FieldSpec> {
    let mut fields: Vec<_> = [
        "deviceType",
        "pushType",
        "GCMSenderId",
        "timeZone",
        "localeIdentifier",
        "appVersion",
        "appName",
        "appIdentifier",
        "parseVersion",
    ]
    .into_iter()
    .map(string)
    .collect();
    let indexed = |name| FieldSpec { indexed: true, ..string(name) };
    let ids =
        [indexed("installationId"), indexed("deviceToken"), FieldSpec::new("channels", FieldType::Array)];
    fields.splice(0..0, ids);
    fields.push(FieldSpec::new("badge", FieldType::Number));
    fields
}

fn idempotency_fields() -> Vec<FieldSpec> {
    vec![
        FieldSpec { unique: true, ..string("reqId") },
        FieldSpec { indexed: true, ..FieldSpec::new("expire", FieldType::Date) },
    ]
}

/// `sealed` holds recipient and variables, encrypted with the key that `sealKey` names. `dueAt` is when the mail may be
/// sent next; whoever sends it moves it on first, so that nobody else does meanwhile.
fn mail_fields() -> Vec<FieldSpec> {
    vec![
        string("template"),
        FieldSpec { visibility: Visibility::Hidden, ..string("sealed") },
        string("sealKey"),
        FieldSpec { indexed: true, ..FieldSpec::new("dueAt", FieldType::Date) },
        FieldSpec::new("attempts", FieldType::Number),
    ]
}

fn hidden(name: &str, kind: FieldType) -> FieldSpec {
    FieldSpec { visibility: Visibility::Hidden, ..FieldSpec::new(name, kind) }
}

/// One object holds everything: the parameters by name, and which of them only the master key sees.
fn config_fields() -> Vec<FieldSpec> {
    vec![FieldSpec::new("params", FieldType::Object), FieldSpec::new("masterKeyOnly", FieldType::Object)]
}

fn string(name: &str) -> FieldSpec {
    FieldSpec::new(name, FieldType::String)
}

fn pointer(name: &str, class: &str) -> FieldSpec {
    FieldSpec::new(name, FieldType::Pointer(Arc::from(class)))
}
