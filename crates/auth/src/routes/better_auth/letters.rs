//! Mails of this face: where their links lead, and how they are queued.

use astrolabe_core::access::Scope;
use astrolabe_core::error::ErrorCode;
use astrolabe_core::identity::identity_key;
use astrolabe_core::objects::Object;
use astrolabe_core::ports::Mail;
use astrolabe_core::query::Filter;
use astrolabe_core::value::Value;
use std::time::Duration;

use super::MOUNT;
use super::call::Call;
use super::cookies::encoded;
use super::refusal::Outcome;
use crate::links::{Link, Purpose, token_of};
use crate::session::USER;

/// An answer that must not tell whether an address has an account takes at least this long: longer than queueing a mail.
const HIDING_TIME: Duration = Duration::from_millis(250);

/// Where links lead: an address that the operator has set, or this machine itself. Whoever asks for a mail must not be able
/// to make it lead elsewhere. `None` where no mail can be sent at all.
pub(super) fn base_url(call: &Call<'_>) -> Option<String> {
    if !call.auth.mailer().is_ready() {
        return None;
    }
    let origin = match &call.settings().url {
        Some(url) => url.as_str(),
        None => call.origin_of_this_machine()?,
    };
    Some(format!("{origin}{MOUNT}"))
}

/// Queues a mail with a link. A failure is noted and not told: who asks must not learn which addresses mail can go to.
pub(super) async fn send(call: &Call<'_>, template: &str, to: &str, user: &Object, address: String) {
    let mut mail = Mail::new(template, to).with("link", address);
    if let Some(name) = user.text("name") {
        mail = mail.with("userName", name);
    }
    queue(call, mail).await;
}

/// Queues a mail that asks the owner of an address to agree to another one.
pub(super) async fn ask_for_consent(call: &Call<'_>, to: &str, new_email: &str, address: String) {
    queue(call, Mail::new("change-email", to).with("link", address).with("newEmail", new_email)).await;
}

async fn queue(call: &Call<'_>, mail: Mail) {
    match call.auth.mailer().enqueue(&call.app().objects, mail).await {
        Ok(()) => {}
        Err(error) if error.code == ErrorCode::InvalidEmailAddress => {}
        Err(error) => tracing::warn!(code = ?error.code, "a mail could not be queued"),
    }
}

/// The address of a link that proves an address.
pub(super) fn verification(call: &Call<'_>, base: &str, link: &Link, callback: Option<&str>) -> String {
    let callback = callback.filter(|url| !url.is_empty()).unwrap_or("/");
    format!(
        "{base}/verify-email?token={}&callbackURL={}",
        token_of(call.auth, call.app(), link),
        encoded(callback)
    )
}

/// A link that proves the present address of a user.
pub(super) fn verifies(user: &Object, email: &str) -> Link {
    Link {
        purpose: Purpose::VerifyEmail,
        user_id: user.object_id.clone(),
        about: identity_key(email),
        new_email: None,
    }
}

/// The user of an address, however it is written.
pub(super) async fn user_of_email(call: &Call<'_>, email: &str) -> Outcome<Option<Object>> {
    let filter = Filter::equals("_email_key", Value::String(identity_key(email)));
    Ok(call.app().objects.find_object(&Scope::server(), USER, filter).await?)
}

/// Does something in a time that does not tell what it was.
pub(super) async fn hidden<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let (done, ()) = tokio::join!(work, tokio::time::sleep(HIDING_TIME));
    done
}
