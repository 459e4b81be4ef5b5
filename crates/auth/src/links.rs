//! Links in mails of the face over cookies. What a link says is signed with a key of the app, and nothing of it is stored.
//!
//! A link to replace a password says which password it replaces, so it counts once; one of an address says which address,
//! so following it again changes nothing. Source: Better Auth 1.7.6, whose links behave like this.

use astrolabe_core::app::App;
use astrolabe_core::value::{JsonMap, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Auth;

/// Characters that a token of a link may have.
const TOKEN_LEN_MAX: usize = 4_096;
/// Hexadecimal digits that stand for a password.
const FINGERPRINT_LEN: usize = 32;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Proves that the user reads mail of its address.
    VerifyEmail,
    /// The owner of the present address agrees to another one.
    ConfirmNewEmail,
    /// Proves that the user reads mail of the other one.
    VerifyNewEmail,
    /// Replaces a forgotten password.
    ResetPassword,
    /// Removes the user.
    DeleteUser,
}

impl Purpose {
    const ALL: [Purpose; 5] = [
        Purpose::VerifyEmail,
        Purpose::ConfirmNewEmail,
        Purpose::VerifyNewEmail,
        Purpose::ResetPassword,
        Purpose::DeleteUser,
    ];

    fn name(self) -> &'static str {
        match self {
            Purpose::VerifyEmail => "verify-email",
            Purpose::ConfirmNewEmail => "confirm-new-email",
            Purpose::VerifyNewEmail => "verify-new-email",
            Purpose::ResetPassword => "reset-password",
            Purpose::DeleteUser => "delete-user",
        }
    }

    fn lives_s(self) -> i64 {
        match self {
            Purpose::DeleteUser => 24 * 60 * 60,
            _ => 60 * 60,
        }
    }
}

/// What a link says.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) purpose: Purpose,
    pub(crate) user_id: String,
    /// The address, or for a password what [`fingerprint`] makes of its hash.
    pub(crate) about: String,
    /// The address that is to take its place.
    pub(crate) new_email: Option<String>,
}

/// Why a token is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Nobody here has made it.
    Invalid,
    /// It is too old.
    Expired,
}

/// The token of a link that is sent now.
pub(crate) fn token_of(auth: &Auth, app: &App, link: &Link) -> String {
    let mut map = JsonMap::new();
    map.insert("purpose".into(), link.purpose.name().into());
    map.insert("user".into(), link.user_id.as_str().into());
    map.insert("about".into(), link.about.as_str().into());
    map.extend(link.new_email.as_deref().map(|email| ("newEmail".to_owned(), email.into())));
    let ends = app.objects.clock().now().plus_seconds(link.purpose.lives_s());
    map.insert("ends".into(), ends.0.into());
    let said = URL_SAFE_NO_PAD.encode(serde_json::Value::Object(map).to_string());
    let signature = mac(auth, app, said.as_bytes()).map(|mac| mac.finalize().into_bytes());
    format!("{said}.{}", signature.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).unwrap_or_default())
}

/// What the link of a token says.
pub(crate) fn opened(auth: &Auth, app: &App, token: &str) -> Result<Link, Broken> {
    let map = verified(auth, app, token).ok_or(Broken::Invalid)?;
    let text = |name: &str| map.get(name).and_then(|value| value.as_str());
    let purpose = Purpose::ALL.into_iter().find(|purpose| text("purpose") == Some(purpose.name()));
    let (Some(purpose), Some(user_id), Some(about)) = (purpose, text("user"), text("about")) else {
        return Err(Broken::Invalid);
    };
    let ends = map.get("ends").and_then(serde_json::Value::as_i64).map_or(Timestamp(0), Timestamp);
    if ends <= app.objects.clock().now() {
        return Err(Broken::Expired);
    }
    let new_email = text("newEmail").map(str::to_owned);
    Ok(Link { purpose, user_id: user_id.to_owned(), about: about.to_owned(), new_email })
}

fn verified(auth: &Auth, app: &App, token: &str) -> Option<JsonMap> {
    let (said, signature) = token.split_once('.').filter(|_| token.len() <= TOKEN_LEN_MAX)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(auth, app, said.as_bytes())?.verify_slice(&signature).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(said).ok()?).ok()
}

/// What stands for a hashed password in a link: it tells nothing of the hash.
pub(crate) fn fingerprint(auth: &Auth, app: &App, hash: &str) -> String {
    let mac = mac(auth, app, format!("password {hash}").as_bytes()).map(|mac| mac.finalize().into_bytes());
    mac.map(|bytes| hex::encode(bytes)[..FINGERPRINT_LEN].to_owned()).unwrap_or_default()
}

fn mac(auth: &Auth, app: &App, text: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&auth.secret().derive(&app.id, "links")).ok()?;
    mac.update(text);
    Some(mac)
}
