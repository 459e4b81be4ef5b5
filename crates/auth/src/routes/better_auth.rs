//! The Better Auth face: accounts over cookies, for its unmodified clients, on the users and sessions of the Parse face.
//!
//! A request passes the rate limit, then the check of its origin and of the addresses it names, then its endpoint.
//!
//! Source: Better Auth 1.7.6. What is different on purpose stands in decision 013.

mod account_json;
mod answer;
mod body;
mod call;
mod cookies;
mod cors;
mod emails;
mod letters;
mod new_password;
mod origins;
mod pages;
mod password_reset;
mod passwords;
mod rate_limit;
mod refusal;
mod sessions;
mod sign_in;
mod sign_up;
mod user;

use astrolabe_core::error::Error;
use astrolabe_core::ports::BoxFuture;
use astrolabe_wire::hosted::{HostedAnswer, HostedCall, HostedFace};
use http::{Method, StatusCode, header};

use self::call::Call;
use self::cookies::Cookies;
use self::rate_limit::RateLimiter;
use self::refusal::{METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED, Outcome, Refusal};
use crate::Auth;

/// Where the face is.
pub const MOUNT: &str = "/api/auth";

/// The largest body it takes, in bytes.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// The face, for all apps of a server.
pub struct BetterAuth {
    auth: Auth,
    limiter: RateLimiter,
}

impl BetterAuth {
    /// The face of the account service.
    pub fn new(auth: Auth) -> Self {
        BetterAuth { auth, limiter: RateLimiter::default() }
    }

    async fn respond(&self, hosted: &HostedCall) -> HostedAnswer {
        let settings = &hosted.app.settings.cookie_accounts;
        let is_secure = match &settings.url {
            Some(url) => url.starts_with("https://"),
            None => hosted.address.is_secure(),
        };
        let key = self.auth.secret().derive(&hosted.app.id, "cookies");
        let mut call = Call {
            auth: &self.auth,
            hosted,
            cookies: Cookies::new(settings, is_secure, key),
            query: body::pairs(hosted.parts.uri.query().unwrap_or_default()),
            body: None,
        };
        if hosted.parts.method == Method::OPTIONS {
            return cors::preflight(&call);
        }
        let answer = self.admitted(&mut call).await.unwrap_or_else(Refusal::into_answer);
        cors::opened(&call, answer)
    }

    async fn admitted(&self, call: &mut Call<'_>) -> Outcome<HostedAnswer> {
        let route = Route::of(&call.hosted.parts.method, &call.hosted.path);
        self.limiter.count(call, route.as_ref().map_or("(none)", |route| route.path))?;
        let route = route.ok_or_else(|| Refusal::bare(StatusCode::NOT_FOUND))?;
        if call.hosted.parts.method == Method::POST {
            let kind = call.hosted.header(header::CONTENT_TYPE);
            call.body = body::read(kind, &call.hosted.body, route.takes_forms)?;
        }
        origins::check_origin(call)?;
        if call.hosted.parts.method == Method::POST {
            origins::check_addresses(call)?;
        }
        answer(route, call).await
    }
}

impl HostedFace for BetterAuth {
    fn answer(&self, call: HostedCall) -> BoxFuture<'_, HostedAnswer> {
        Box::pin(async move { self.respond(&call).await })
    }

    fn refusal(&self, error: &Error) -> HostedAnswer {
        Refusal::from(error.clone()).into_answer()
    }
}

/// An endpoint.
struct Route {
    path: &'static str,
    takes_forms: bool,
}

/// The endpoints.
const ROUTES: &[(Method, &str)] = &[
    (Method::GET, "/ok"),
    (Method::GET, "/error"),
    (Method::POST, "/sign-up/email"),
    (Method::POST, "/sign-in/email"),
    (Method::POST, "/sign-out"),
    (Method::GET, "/get-session"),
    (Method::POST, "/get-session"),
    (Method::GET, "/list-sessions"),
    (Method::POST, "/revoke-session"),
    (Method::POST, "/revoke-sessions"),
    (Method::POST, "/revoke-other-sessions"),
    (Method::POST, "/update-user"),
    (Method::POST, "/change-password"),
    (Method::POST, "/verify-password"),
    (Method::POST, "/delete-user"),
    (Method::GET, "/delete-user/callback"),
    (Method::POST, "/change-email"),
    (Method::POST, "/send-verification-email"),
    (Method::GET, "/verify-email"),
    (Method::POST, "/request-password-reset"),
    (Method::GET, RESET_LINK),
    (Method::POST, "/reset-password"),
];

/// The one path with a part of its own: the token of a link.
const RESET_LINK: &str = "/reset-password/{token}";

impl Route {
    fn of(method: &Method, path: &str) -> Option<Self> {
        let token = path.strip_prefix("/reset-password/").filter(|token| !token.is_empty());
        let path = if token.is_some_and(|token| !token.contains('/')) { RESET_LINK } else { path };
        let (_, path) = ROUTES.iter().find(|(of, route)| of == method && *route == path)?;
        Some(Route { path, takes_forms: matches!(*path, "/sign-up/email" | "/sign-in/email") })
    }
}

async fn answer(route: Route, call: &Call<'_>) -> Outcome<HostedAnswer> {
    match (route.path, &call.hosted.parts.method) {
        ("/ok", _) => Ok(pages::ok()),
        ("/error", _) => Ok(pages::error(call)),
        ("/sign-up/email", _) => sign_up::with_email(call).await,
        ("/sign-in/email", _) => sign_in::with_email(call).await,
        ("/sign-out", _) => sign_in::out(call).await,
        ("/get-session", &Method::GET) => sessions::get(call).await,
        ("/get-session", _) => Err(METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED),
        ("/list-sessions", _) => sessions::list(call).await,
        ("/revoke-session", _) => sessions::revoke(call).await,
        ("/revoke-sessions", _) => sessions::revoke_all(call).await,
        ("/revoke-other-sessions", _) => sessions::revoke_others(call).await,
        ("/update-user", _) => user::update(call).await,
        ("/delete-user", _) => user::delete(call).await,
        ("/change-password", _) => passwords::change(call).await,
        ("/verify-password", _) => passwords::verify(call).await,
        ("/delete-user/callback", _) => user::follow_deletion(call).await,
        ("/change-email", _) => emails::change(call).await,
        ("/send-verification-email", _) => emails::send_verification(call).await,
        ("/verify-email", _) => emails::verify(call).await,
        ("/request-password-reset", _) => password_reset::request(call).await,
        (RESET_LINK, _) => password_reset::follow(call).await,
        ("/reset-password", _) => password_reset::reset(call).await,
        _ => Err(Refusal::bare(StatusCode::NOT_FOUND)),
    }
}
