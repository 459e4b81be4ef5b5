//! A request of this face, with what every endpoint asks of it: the app, the site's address, cookies, and who is signed
//! in.

use std::sync::Arc;

use astrolabe_core::access::{Caller, NewPassword, Scope, SessionTerms};
use astrolabe_core::app::{App, CookieAccounts, FORGOTTEN_SESSION_LENGTH_S};
use astrolabe_core::error::ErrorCode;
use astrolabe_core::ports::SignedIn;
use astrolabe_core::value::{Json, JsonMap, Timestamp};
use astrolabe_wire::hosted::HostedCall;
use http::header;

use super::MOUNT;
use super::cookies::Cookies;
use super::refusal::{Outcome, UNAUTHORIZED};
use crate::Auth;

/// Characters of a `User-Agent` that are kept.
const USER_AGENT_LEN_MAX: usize = 500;

/// One request.
pub(super) struct Call<'a> {
    pub(super) auth: &'a Auth,
    pub(super) hosted: &'a HostedCall,
    pub(super) cookies: Cookies<'a>,
    pub(super) query: JsonMap,
    pub(super) body: Option<Json>,
}

/// A token that was presented, and whose it is.
pub(super) struct Session {
    pub(super) token: String,
    pub(super) signed_in: Arc<SignedIn>,
}

impl<'a> Call<'a> {
    pub(super) fn app(&self) -> &'a App {
        &self.hosted.app
    }

    pub(super) fn settings(&self) -> &'a CookieAccounts {
        &self.app().settings.cookie_accounts
    }

    pub(super) fn now(&self) -> Timestamp {
        self.app().objects.clock().now()
    }

    /// The origin of the site, such as `https://shop.example`.
    pub(super) fn origin(&self) -> &str {
        self.settings().url.as_deref().unwrap_or(&self.hosted.address.origin)
    }

    /// Where this face is, as browsers know it.
    pub(super) fn base_url(&self) -> String {
        format!("{}{MOUNT}", self.origin())
    }

    /// The origin that the request named, if that is this machine itself.
    pub(super) fn origin_of_this_machine(&self) -> Option<&str> {
        let origin = self.hosted.address.origin.as_str();
        let url = url::Url::parse(origin).ok()?;
        let is_own = match url.host()? {
            url::Host::Domain(name) => name == "localhost",
            url::Host::Ipv4(ip) => ip.is_loopback(),
            url::Host::Ipv6(ip) => ip.is_loopback(),
        };
        is_own.then_some(origin)
    }

    /// The session token of the cookie, else of an `Authorization` header, signed or as it is.
    pub(super) fn token(&self) -> Option<String> {
        self.cookies.session_token(&self.hosted.parts.headers).or_else(|| {
            let presented = self.hosted.header(header::AUTHORIZATION)?.strip_prefix("Bearer ")?.trim();
            self.cookies.opened(presented).or_else(|| Some(presented.to_owned()))
        })
    }

    /// Who is signed in; `None` for nobody, and for a session that has ended.
    pub(super) async fn session(&self) -> Outcome<Option<Session>> {
        let Some(token) = self.token() else { return Ok(None) };
        match self.app().callers.signed_in(self.app(), &token).await {
            Ok(signed_in) => Ok(Some(Session { token, signed_in })),
            Err(error) if error.code == ErrorCode::InvalidSessionToken => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Who is signed in. Fails with 401 for nobody.
    pub(super) async fn required_session(&self) -> Outcome<Session> {
        self.session().await?.ok_or(UNAUTHORIZED)
    }

    /// A session that was opened by this call or an earlier one.
    pub(super) async fn session_of(&self, token: String) -> Outcome<Session> {
        let signed_in = self.app().callers.signed_in(self.app(), &token).await?;
        Ok(Session { token, signed_in })
    }

    /// What a session is to be that this call opens.
    pub(super) fn terms(&self, is_remembered: bool) -> SessionTerms {
        let agent = self.hosted.header(header::USER_AGENT);
        SessionTerms {
            length_s: match is_remembered {
                true => self.settings().session_length_s,
                false => FORGOTTEN_SESSION_LENGTH_S.min(self.settings().session_length_s),
            },
            is_remembered,
            ip_address: self.hosted.client.ip.to_string(),
            user_agent: agent.map(|agent| agent.chars().take(USER_AGENT_LEN_MAX).collect()),
            replaces: None,
            new_password: NewPassword::AsSettings,
        }
    }

    /// What a session is to be that takes the place of the one whose cookie was sent.
    pub(super) fn replacing_terms(&self, is_remembered: bool) -> SessionTerms {
        let replaces = self.cookies.session_token(&self.hosted.parts.headers);
        SessionTerms { replaces, ..self.terms(is_remembered) }
    }
}

impl Session {
    /// The rights of the user.
    pub(super) fn scope(&self) -> Scope {
        Scope::for_caller(Caller::User(Arc::clone(&self.signed_in.caller)))
    }

    pub(super) fn user_id(&self) -> &str {
        &self.signed_in.user.object_id
    }

    /// Whether it is young enough for what asks for that.
    pub(super) fn is_fresh(&self, call: &Call<'_>) -> bool {
        let age_s = call.settings().fresh_age_s;
        age_s == 0 || self.signed_in.session.created_at.plus_seconds(age_s) > call.now()
    }

    /// Whether its cookie outlives the browser.
    pub(super) fn is_remembered(&self) -> bool {
        crate::session::is_remembered(&self.signed_in.session)
    }
}
