//! From keys and tokens to a caller.

use std::sync::Arc;

use astrolabe_core::access::{Caller, Scope};
use astrolabe_core::app::{App, AppKeys, same_key};
use astrolabe_core::error::{Error, ErrorCode, Result};
use http::Method;

use super::credentials::Credentials;
use crate::client_address::ClientAddress;

/// Bytes of an installation id.
const INSTALLATION_ID_LEN_MAX: usize = astrolabe_core::limits::INSTALLATION_ID_LEN_MAX;

/// The rights of whoever presents the credentials. Fails with 403 for keys that do not open the app, and with 209 for
/// a token that is not valid.
pub(super) async fn identify(
    app: &App,
    credentials: &Credentials<'_>,
    client: ClientAddress,
    method: &Method,
    path: &str,
) -> Result<Scope> {
    let caller = match privileged(app, credentials, client)? {
        Some(caller) => caller,
        None => {
            check_client_key(&app.keys, credentials)?;
            match &credentials.session_token {
                Some(token) if reads_session(method, path) => {
                    Caller::User(app.callers.resolve(app, token).await?)
                }
                _ => Caller::Anonymous,
            }
        }
    };
    let installation_id = credentials.installation_id.as_deref().map(checked_installation_id).transpose()?;
    Ok(Scope::for_caller(caller).from_installation(installation_id))
}

fn checked_installation_id(id: &str) -> Result<Arc<str>> {
    if id.len() > INSTALLATION_ID_LEN_MAX || id.contains('\0') {
        return Err(Error::new(
            ErrorCode::InvalidJson,
            format!("An installation id takes at most {INSTALLATION_ID_LEN_MAX} bytes, without U+0000."),
        ));
    }
    Ok(id.into())
}

/// Log-in ignores a token that is sent along; `sessions/me` resolves it by itself.
fn reads_session(method: &Method, path: &str) -> bool {
    path != "/login" && !(path == "/sessions/me" && method == Method::GET)
}

/// The caller of a key that is more than a client's. A wrong key is as good as none; a right one from a wrong
/// address is refused.
fn privileged(app: &App, credentials: &Credentials<'_>, client: ClientAddress) -> Result<Option<Caller>> {
    let (keys, settings) = (&app.keys, &app.settings);
    let is_from = |networks: &[ipnet::IpNet]| client.is_in(networks);
    let candidates = [
        (&keys.maintenance, &credentials.maintenance_key, &settings.maintenance_key_ips, Caller::Maintenance),
        (
            &keys.master,
            &credentials.master_key,
            &settings.master_key_ips,
            Caller::Master { read_only: false },
        ),
        (
            &keys.read_only_master,
            &credentials.master_key,
            &settings.read_only_master_key_ips,
            Caller::Master { read_only: true },
        ),
    ];
    for (expected, presented, networks, caller) in candidates {
        let (Some(expected), Some(presented)) = (expected, presented) else { continue };
        if expected.matches(presented) {
            return if is_from(networks) { Ok(Some(caller)) } else { Err(unauthorized()) };
        }
    }
    Ok(None)
}

fn check_client_key(keys: &AppKeys, credentials: &Credentials<'_>) -> Result<()> {
    let pairs = [
        (&keys.rest, &credentials.rest_key),
        (&keys.javascript, &credentials.javascript_key),
        (&keys.client, &credentials.client_key),
        (&keys.dot_net, &credentials.dot_net_key),
    ];
    let presented = pairs.iter().any(|(expected, presented)| match (expected, presented) {
        (Some(expected), Some(presented)) => same_key(expected, presented),
        _ => false,
    });
    if presented || !keys.client_key_needed() { Ok(()) } else { Err(unauthorized()) }
}

/// Says no more than that: which key was wrong is nobody's business.
pub(super) fn unauthorized() -> Error {
    Error::new(ErrorCode::Unauthorized, "unauthorized")
}
